"""``python -m tests.fuzzing SECONDS FOLDER``: coverage-guided fuzzing of opening and reading, as `make fuzz` runs it.

What was found so far is kept in FOLDER/corpus and used again; an input that breaks something is written to FOLDER as
``crash-…``, ``timeout-…`` or ``oom-…``. Given such a file instead of SECONDS, runs just that.
"""

import sys
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["xltool"]):
    from tests.fuzzing.targets import LONGEST, run, seeds

INPUT_SECONDS = 10  # the promise for any file
MEMORY = 1024  # MiB, all that was instrumented included


def main(seconds: str, folder: str = ".fuzz") -> None:
    """Fuzz for so many seconds, or run one input."""
    if Path(seconds).is_file():
        run(Path(seconds).read_bytes())
        return
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (corpus / sha256(seed).hexdigest()[:20]).write_bytes(seed)
    options = {
        "max_total_time": int(seconds),
        "timeout": INPUT_SECONDS,
        "rss_limit_mb": MEMORY,
        "max_len": LONGEST,
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)], run)
    atheris.Fuzz()


main(*sys.argv[1:])
