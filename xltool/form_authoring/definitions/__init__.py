"""The definition that is made of an office's workbook: ids and settings of an earlier edition kept, written as TOML."""
