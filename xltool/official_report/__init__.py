"""The report to publish: compose it once, write it as .docx, HTML or PDF."""
