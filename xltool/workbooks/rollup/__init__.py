"""Write the workbook of periods added up."""
