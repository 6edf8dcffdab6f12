"""Published reports: the doors to their file formats, and how figures are found in them by the printed words."""
