"""List tables: their schema, the figures computed from their rows, and their place on a sheet."""
