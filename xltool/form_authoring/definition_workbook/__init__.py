"""A form definition as a workbook: what stands where, and how it is read back."""
