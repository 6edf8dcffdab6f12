"""Formulas and checks of an office's workbook as relations of a definition."""
