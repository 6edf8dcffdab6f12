"""The workbook of an office as it is read: cells, formats, validations, print setup; and its marked copy."""
