"""Turn the facts of findings and errors into Chinese sentences. The sentences are data in ``texts.toml``."""

from xltool.messages import figure_phrases, suspect_phrases

__all__ = ["figure_phrases", "suspect_phrases"]  # imported to register their renderings
