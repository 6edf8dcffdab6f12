"""Read a ledger workbook that people have kept, whatever happened to it."""
