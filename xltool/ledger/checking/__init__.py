"""Check a ledger: its lines, the ledger of the year before, the report that was made of it."""
