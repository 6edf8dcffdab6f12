"""Build the offline installation package: wheels for every supported system, scripts for offices, the guides as PDF.

``python -m bundle.build_bundle OUTPUT.zip`` needs a network (to download wheels) and Chromium (to print the guide).
The package it writes needs neither.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from bundle.print_guide import print_guide
from xltool import __version__

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "bundle" / "files"
PYTHON_VERSIONS = ("3.11", "3.12", "3.13")
# Platform tags of pip by the folder of the package; several tags of one system are tried together.
PLATFORMS = {
    "windows": ("win_amd64",),
    "linux": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64"),
}
GUIDES = {"使用指南.pdf": "guide.md", "汇总手册.pdf": "coordinator.md", "填报须知.pdf": "clerk.md"}
EXTRAS = ("published", "crypto", "localise", "export")
_FIXED_TIME = (2026, 1, 1, 0, 0, 0)  # the same contents give the same package


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the package and check that every wheel in it can be unpacked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--python", nargs="*", default=PYTHON_VERSIONS, help="Python versions to carry wheels for")
    parser.add_argument("--platform", nargs="*", default=tuple(PLATFORMS), choices=tuple(PLATFORMS))
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        contents = Path(folder)
        wheel = build_wheel(contents)
        for platform in chosen.platform:
            for version in chosen.python:
                download_wheels(wheel, contents / "wheels", PLATFORMS[platform], version)
        for name, guide in GUIDES.items():
            print_guide(ROOT / "docs" / "zh" / guide, contents / name)
        check_wheels((contents / "wheels").glob("*.whl"))
        write_package(contents, chosen.output)
    print(f"{chosen.output}: {chosen.output.stat().st_size / 1e6:.0f} MB")


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout into ``folder`` and return its path."""
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    return next(folder.glob("xltool-*.whl"))


def download_wheels(wheel: Path, folder: Path, platforms: Iterable[str], python_version: str) -> None:
    """Download the wheels that ``wheel`` and its extras need on one system.

    Raises CalledProcessError if one is missing. Only binary wheels are taken: a source package could not be built on a
    machine without a compiler.
    """
    tags = [option for platform in platforms for option in ("--platform", platform)]
    target = f"{wheel}[{','.join(EXTRAS)}]"
    command = ("-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", *tags)
    _run(sys.executable, *command, "--python-version", python_version, "--dest", folder, target)


def check_wheels(wheels: Iterable[Path]) -> None:
    """Read every file of every wheel. Raises ValueError if one is damaged or empty, or if there is none."""
    names = sorted(wheels)
    if not names:
        raise ValueError("no wheels")
    for path in names:
        with zipfile.ZipFile(path) as wheel:
            if wheel.testzip() is not None or not any(
                name.endswith(".dist-info/METADATA") for name in wheel.namelist()
            ):
                raise ValueError(f"damaged wheel: {path.name}")


def write_package(contents: Path, output: Path) -> None:
    """Write the .zip: scripts and texts first, wheels after them, and SHA256SUMS of everything."""
    top = f"xltool-{__version__}"
    files = {path.name: encode_script(path) for path in sorted(FILES.iterdir())}
    for path in sorted(contents.rglob("*")):
        if path.is_file() and path.suffix in {".whl", ".pdf"}:
            files[f"wheels/{path.name}" if path.suffix == ".whl" else path.name] = path.read_bytes()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    output.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(output, "w") as package:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{top}/{name}", _FIXED_TIME)
            entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            stored = name.endswith((".whl", ".pdf"))
            package.writestr(entry, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)


def encode_script(path: Path) -> bytes:
    """Return a script as its system reads it: .cmd in GBK with CRLF (a Chinese console), all else in UTF-8."""
    text = path.read_text("utf-8")
    if path.suffix in {".cmd", ".txt"}:
        return text.replace("\n", "\r\n").encode("gbk" if path.suffix == ".cmd" else "utf-8-sig")
    return text.encode()


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
