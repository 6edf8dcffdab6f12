"""Find the figures most likely wrong behind violated equations."""
