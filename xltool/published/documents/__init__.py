"""Reduce every document format to one `Document`: paragraphs, lines and table cells in reading order."""
