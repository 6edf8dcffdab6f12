"""xltool: official annual report forms as locked workbooks, read back, cross-checked and consolidated."""

__version__ = "0.1.0"
