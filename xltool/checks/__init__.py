"""Check submissions: one kind of check per module, listed in ``run_checks``. A check yields findings, never raises."""
