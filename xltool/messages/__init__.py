"""Turn the facts of findings and errors into Chinese sentences. The sentences are data in ``texts.toml``."""
