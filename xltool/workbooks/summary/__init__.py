"""The consolidated workbook: overview, official tables, one row per agency, findings, tracking table."""
