"""Write the findings of a check into the workbook that is sent back, and nothing else."""
