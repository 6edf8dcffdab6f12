"""Find the printed labels of a form in a document, also misprinted, torn, unlabelled or transposed ones."""
