"""Read a published report (HTML, .docx, PDF, text) and turn it into a submission."""
