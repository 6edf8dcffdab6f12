"""Run a function over many files: in this process, in a process pool, on a cluster, or in a disposable child."""
