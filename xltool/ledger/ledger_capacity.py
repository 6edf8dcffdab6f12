"""How many requests a new ledger has room for."""

DEFAULT_LINES = 2000
MIN_LINES, MAX_LINES = 20, 50_000
