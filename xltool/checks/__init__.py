"""One kind of check a file, one list of them; a check yields findings and never raises."""
