"""Consolidation: decide which submissions are counted, and sum them. Every file is tracked; none is counted twice."""
