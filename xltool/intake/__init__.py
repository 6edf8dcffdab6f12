"""From a file somebody handed in to a Submission; reading judges nothing."""
