"""Where a run does its reading: local processes, or a cluster that sees the same files with the same program."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from xltool import __version__
from xltool.execution.dask_cluster import UNIT, Cluster, checked_address
from xltool.execution.executor import Jobs, Processes
from xltool.execution.reading_cache import package_digest
from xltool.forms.definitions import load_forms
from xltool.spreadsheet import remote_files as remote
from xltool.spreadsheet.remote_files import Place

_SHOWN = 12  # signs of a digest: enough to tell two versions apart


def engine_at(address: str | None = None, jobs: int | None = None, unit: int = UNIT, memory: int | None = None) -> Jobs:
    """What `pipeline.merge` and the others take as ``jobs``.

    Without an ``address`` local processes, ``jobs`` of them; with ``dask://host:port`` that cluster, with as many units
    of ``unit`` files under way. ``memory`` in bytes bounds each process that reads. Raises UsageError for an address
    that is none of a scheduler.
    """
    if address is None:
        return Processes(jobs, memory) if memory else jobs
    checked_address(address)
    return Cluster(address, likeness, unit, jobs, memory)


def likeness(folder: str, sample: Sequence[Place]) -> Mapping[str, str]:
    """What must be the same wherever files are read: the program, its forms, Python, and that ``sample`` is seen."""
    forms = hashlib.sha256("|".join(f"{form.key}{form.digest}" for form in load_forms()).encode()).hexdigest()
    return {
        "program": f"{__version__} ({package_digest()[:_SHOWN]})",
        "forms": forms[:_SHOWN],
        "python": ".".join(map(str, sys.version_info[:2])),
        "files": next(filter(None, (_unseen(folder, place) for place in sample)), ""),
    }


def _unseen(folder: str, place: Place) -> str:
    """Why a file is not to be had in this process; nothing if it is."""
    if isinstance(place, remote.Remote):
        return remote.unseen(place)
    return "" if (Path(folder) / place).exists() else str(Path(folder) / place)
