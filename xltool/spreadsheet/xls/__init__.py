"""Read the records of .xls and .xlsb workbooks."""
