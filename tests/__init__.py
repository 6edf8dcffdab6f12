"""Tests go through real files; the folders mirror the package."""
