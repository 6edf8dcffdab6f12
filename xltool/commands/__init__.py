"""One module per command: what it does, from inputs to results. Nothing here prints."""
