"""Immutable value types that all other packages share. Imports no other package of xltool."""
