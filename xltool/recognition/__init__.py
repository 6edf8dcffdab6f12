"""Recognise a form in an opened workbook and read its figures as a submission."""
