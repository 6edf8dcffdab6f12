"""Read the parts of an .xlsx package: workbook, sheets, shared strings, styles."""
