"""A real store for objects, on this machine only: moto's S3 server on the loopback interface, reached by s3fs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ACCOUNT = {"AWS_ACCESS_KEY_ID": "anybody", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_DEFAULT_REGION": "us-east-1"}
NO_STORE = "needs the extra `dev`: s3fs, moto and flask"


@contextmanager
def a_store() -> Iterator[dict[str, str]]:
    """What the environment must say for ``s3://`` to mean it. Skips the test where it cannot be had."""
    for library in ("s3fs", "moto.server", "flask_cors"):
        pytest.importorskip(library, reason=NO_STORE)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield {**ACCOUNT, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    finally:
        server.stop()


def bucket(name: str) -> Any:
    """The store, with an empty bucket of that name."""
    import fsspec

    kind = fsspec.get_filesystem_class("s3")
    kind.clear_instance_cache()
    store = kind()
    store.mkdir(name)
    return store


def upload(store: Any, folder: Path, to: str) -> None:
    """Every file of a folder, under the same names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            store.pipe(f"{to}/{path.relative_to(folder).as_posix()}", path.read_bytes())
