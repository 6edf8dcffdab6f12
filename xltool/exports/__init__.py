"""Tables for other programs: CSV, SQLite and Parquet."""
