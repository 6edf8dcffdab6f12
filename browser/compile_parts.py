"""Runs inside Pyodide: compiles sources to byte code and packs the parts of the page, the same bytes everywhere.

Pyodide's own compiler and zlib are used, so that nothing depends on the Python of the machine that builds.
"""

import ast
import importlib._bootstrap_external as bootstrap
import importlib.util
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

MODIFIED = (2025, 1, 1, 0, 0, 0)
_STANDARD_LIBRARY = "/lib/python314.zip/"
_SITE_PACKAGES = "/lib/python3.14/site-packages/"
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # deflate, no time, best compression, unknown system


def compile_archive(source: Path, target: Path, prefix: str, left_out: Sequence[str] = ()) -> None:
    """Copy an archive in the order of its names, every source file as unchecked hash-based byte code.

    Raises ValueError for a name in ``left_out`` that fits nothing.
    """
    unused = set(left_out)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for info in sorted(old.infolist(), key=lambda each: each.filename):
            fitting = {beginning for beginning in left_out if info.filename.startswith(beginning)}
            unused -= fitting
            if info.is_dir() or fitting:
                continue
            name, content = info.filename, old.read(info)
            if name.endswith(".py"):
                name, content = f"{name}c", compile_source(content, prefix + name)
            entry = zipfile.ZipInfo(name, MODIFIED)
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content)
    if unused:
        raise ValueError(f"left_out.txt names what is not there: {sorted(unused)}")


def compile_source(source: bytes, name: str) -> bytes:
    """Return the content of the .pyc file of a source file, without docstrings, which nobody reads in a page."""
    tree = ast.parse(source, name)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            # An empty one would have dataclasses write another, which takes their time.
            shortest = [ast.copy_location(ast.Expr(ast.Constant(".")), node.body[0])]
            node.body[:1] = shortest if isinstance(node, ast.ClassDef) or len(node.body) == 1 else []
    ast.fix_missing_locations(tree)
    code = compile(tree, name, "exec", dont_inherit=True)
    return bytes(bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), False))  # type: ignore[attr-defined]  # noqa: FBT003, SLF001  # as compileall does


def compress(content: bytes) -> bytes:
    """Return the content as one gzip member without a time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    trailer = zlib.crc32(content).to_bytes(4, "little") + (len(content) & 0xFFFFFFFF).to_bytes(4, "little")
    return _GZIP_HEAD + packer.compress(content) + packer.flush() + trailer


def main() -> None:
    """Make /out/NAME.gz of every part in /in; stdlib.zip and site.zip are compiled first."""
    if sys.flags.hash_randomization:
        raise RuntimeError("PYTHONHASHSEED must be 0")
    given, made = Path("/in"), Path("/out")
    made.mkdir()
    left_out = [line for line in (given / "left_out.txt").read_text("utf-8").split("\n") if line and line[0] != "#"]
    (given / "left_out.txt").unlink()
    compile_archive(given / "stdlib.zip", given / "stdlib", _STANDARD_LIBRARY, left_out)
    compile_archive(given / "site.zip", given / "site", _SITE_PACKAGES)
    for path in sorted(given.iterdir()):
        if not path.suffix:
            (made / f"{path.name}.gz").write_bytes(compress(path.read_bytes()))


main()
