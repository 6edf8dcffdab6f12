"""Tables of an office's workbook: their rectangles, the part of each cell, labels, kinds of figures, looks, lists."""
