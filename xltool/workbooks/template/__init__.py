"""The locked template of one agency: official tables, live formulas, validation and checks."""
