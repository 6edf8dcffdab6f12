"""Many submissions become totals that remember their parts; nothing is counted twice, nothing is lost from sight."""
