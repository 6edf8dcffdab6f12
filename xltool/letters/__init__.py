"""Letters to agencies (催报, 退回, 受理) as Word files and plain text, in the district's wording."""
