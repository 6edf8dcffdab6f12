"""Two reports side by side: in which figures and which words they differ. Judges nothing; who is right is not known."""
