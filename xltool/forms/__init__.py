"""Forms as data: definition files, the relation language, equations, and the layout of each form's workbook."""
