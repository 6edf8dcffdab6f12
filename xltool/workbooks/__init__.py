"""Write workbooks: templates, the consolidated summary, marked copies, logs."""
