"""Turn the facts of findings and errors into Chinese sentences. The sentences are data in ``texts.toml``."""

from xltool.messages import condition_phrases, figure_phrases, suspect_phrases

__all__ = ["condition_phrases", "figure_phrases", "suspect_phrases"]  # imported to register their renderings
