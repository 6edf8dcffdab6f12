"""The nouns of the package: frozen values that all other packages share. Imports nothing else of ours."""
