"""Read file formats whose reader may abort its process, in a child process."""
