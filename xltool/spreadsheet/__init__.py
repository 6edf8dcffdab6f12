"""Open a spreadsheet file that is not trusted and return what its cells hold. Knows no form."""
