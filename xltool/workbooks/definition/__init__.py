"""Write a form definition as a workbook that people amend."""
