"""What each command does, one module a command; `pipeline` is the way in."""
