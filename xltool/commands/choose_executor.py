"""Choose the executor of a run: local processes, or a Dask cluster with the same program and files."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from xltool import __version__
from xltool.execution.dask_cluster import ITEMS_PER_UNIT, DaskCluster, parse_address
from xltool.execution.executor import Jobs, LocalProcesses
from xltool.execution.reading_cache import digest_package
from xltool.forms.load_definitions import load_forms
from xltool.spreadsheet import remote_files
from xltool.spreadsheet.load_file import MemoryFile
from xltool.spreadsheet.remote_files import Place

_DIGEST_CHARACTERS = 12  # enough to distinguish two versions


def choose_executor(
    address: str | None = None, jobs: int | None = None, unit: int = ITEMS_PER_UNIT, memory: int | None = None
) -> Jobs:
    """Return the ``jobs`` argument of `merge` and the other commands.

    Without an ``address`` it has ``jobs`` local processes; with ``dask://host:port`` it is that cluster, with ``jobs``
    batches of ``unit`` files in flight. ``memory`` in bytes limits each reading process. Raises UsageError for an
    invalid address.
    """
    if address is None:
        return LocalProcesses(jobs, memory) if memory else jobs
    parse_address(address)
    return DaskCluster(address, describe_environment, unit, jobs, memory)


def describe_environment(folder: str, sample: Sequence[Place]) -> Mapping[str, str]:
    """Describe what must be equal on every worker: program, forms, Python version, access to ``sample``."""
    forms = hashlib.sha256(
        "|".join(f"{form.key}{form.digest}" for form in load_forms(regional=True)).encode()
    ).hexdigest()
    return {
        "program": f"{__version__} ({digest_package()[:_DIGEST_CHARACTERS]})",
        "forms": forms[:_DIGEST_CHARACTERS],
        "python": ".".join(map(str, sys.version_info[:2])),
        "files": next(filter(None, (_find_unreachable(folder, place) for place in sample)), ""),
    }


def _find_unreachable(folder: str, place: Place) -> str:
    """Return the path or reason if a file is not accessible from this process; else empty."""
    if isinstance(place, MemoryFile):
        return ""
    if isinstance(place, remote_files.RemoteFile):
        return remote_files.find_access_problem(place)
    return "" if (Path(folder) / place).exists() else str(Path(folder) / place)
