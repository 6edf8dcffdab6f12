"""The implementation of the public Python interface; import its names from `xltool` itself."""
