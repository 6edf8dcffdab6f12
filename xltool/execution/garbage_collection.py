"""Let the garbage collector run rarely while many objects are made that live until the end of a run.

Reference counts free what is read and dropped. The collector looks for circles only, and would go through every
result that is kept again and again: a tenth of the CPU of merging a thousand workbooks.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARE_THRESHOLDS = (200_000, 50, 1_000)  # new objects, and passes over younger ones, before a pass; usually 700, 10, 10


@contextmanager
def collect_garbage_rarely() -> Iterator[None]:
    """Raise the thresholds of the collector; restore them at the end. Can decorate a function."""
    usual = gc.get_threshold()
    gc.set_threshold(*_RARE_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
