"""The commands as functions, one module each, from inputs to results. None of them prints."""
