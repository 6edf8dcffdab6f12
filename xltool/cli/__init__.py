"""The command line: options, console text and JSON output."""
