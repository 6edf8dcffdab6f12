"""HTML pages: findings of returned files, the overview of a consolidation, differences of two reports."""
