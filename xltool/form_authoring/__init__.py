"""Turn the workbook in which an office keeps its form into a form definition, and read definitions kept in one."""
