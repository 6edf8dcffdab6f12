"""Judges from outside: a schema validator, LibreOffice, Gnumeric, axe in Chromium; none knows anything of xltool."""

import atexit
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

SECONDS = 120  # for one conversion; the first one of a process also makes LibreOffice's profile

# LibreOffice keeps stored values of .xlsx and .ods unless its profile says otherwise: 0 is "always recalculate".
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
RECALCULATE_ITEM = (
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
    '<prop oor:name="{name}" oor:op="fuse"><value>0</value></prop></item>'
)


class JudgeError(Exception):
    """A judge could not do its work; that is never a verdict."""


def audit(path: Path) -> list[str]:
    """What openxml-audit complains of in an .xlsx or .docx; nothing where Office would open it without repair."""
    from openxml_audit import OpenXmlValidator

    result = OpenXmlValidator().validate(path)
    return [f"{error.part_uri} {error.path}: {error.description}".strip() for error in result.errors]


def soffice() -> str | None:
    """The LibreOffice command, or None where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def office_missing() -> str | None:
    """Why tests marked ``office`` cannot run here, or None where they can."""
    return None if soffice() else "LibreOffice is not installed (no command soffice): nothing here was judged by it"


def gnumeric_missing() -> str | None:
    """Why tests marked ``gnumeric`` cannot run here, or None where they can."""
    found = shutil.which("ssconvert")
    return None if found else "Gnumeric is not installed (no command ssconvert): nothing here was saved by it"


def saved_by_gnumeric(path: Path, out_dir: Path, kind: str = "xlsx") -> Path:
    """The file as Gnumeric saves it in ``out_dir``, every formula calculated anew. ``kind``: xlsx, ods or xls.

    Raises JudgeError when Gnumeric is absent, needs more than ``SECONDS`` or writes no file.
    """
    if reason := gnumeric_missing():
        raise JudgeError(reason)
    out_dir.mkdir(parents=True, exist_ok=True)
    target = out_dir / f"{path.stem}.{kind}"
    command = ["ssconvert", "--recalc", str(path), str(target)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise JudgeError(f"{path.name}: Gnumeric needed more than {SECONDS} s") from error
    if not target.is_file():
        raise JudgeError(f"{path.name}: Gnumeric wrote no {target.name}: {done.stdout}{done.stderr}")
    return target


AXE = Path(__file__).resolve().parents[1] / ".judges" / "node_modules" / "axe-core" / "axe.min.js"
_AXE_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(
  found => found.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 200))]),
  error => [["axe", String(error), []]]
).then(found => { document.body.innerHTML = "<pre id='axe-says'></pre>";
  document.getElementById("axe-says").textContent = JSON.stringify(found); });
"""


def chromium() -> str | None:
    """The Chromium command, or None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def axe_missing() -> str | None:
    """Why tests marked ``axe`` cannot run here, or None where they can."""
    if chromium() is None:
        return "Chromium is not installed: no page was judged in it"
    return None if AXE.is_file() else "axe-core is not here (npm install --prefix .judges axe-core): no page was judged"


def inaccessible(page: Path, folder: Path) -> list[str]:
    """What axe finds wrong with a page, as a browser shows it to a screen reader; nothing where all is well.

    The page's own policy against scripts is taken out of a copy, so that axe can run. Raises JudgeError for no answer.
    """
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text("utf-8"))
    copy = folder / f"judged-{page.stem}.html"
    script = f"<script>{AXE.read_text('utf-8')}</script><script>{_AXE_RUN}</script>"
    copy.write_text(text.replace("</body>", f"{script}</body>"), "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}"]
    command = [chromium() or "chromium", *flags, "--virtual-time-budget=60000", "--dump-dom", copy.as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise JudgeError(f"{page.name}: Chromium needed more than {SECONDS} s") from error
    answer = re.search(r'<pre id="axe-says">(.*?)</pre>', done.stdout, re.DOTALL)
    if answer is None:
        raise JudgeError(f"{page.name}: axe gave no answer: {done.stdout[-500:]}{done.stderr[-500:]}")
    return [f"{name}: {help_}: {nodes}" for name, help_, nodes in json.loads(html.unescape(answer[1]))]


def in_ci() -> bool:
    """Whether a missing judge is a failure."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def recalculate(path: Path, out_dir: Path, kind: str = "xlsx") -> Path:
    """The file as LibreOffice saves it in ``out_dir``, every formula calculated anew. ``kind``: xlsx, ods, xls or pdf.

    Raises JudgeError when LibreOffice is absent, needs more than ``SECONDS`` or writes no file.
    """
    return recalculate_all([path], out_dir, kind)[0]


def recalculate_all(paths: Sequence[Path], out_dir: Path, kind: str) -> list[Path]:
    """What `recalculate` makes of several files with names of their own, in one start of LibreOffice."""
    command = soffice()
    if command is None:
        raise JudgeError(office_missing())
    if any(path.resolve().parent == out_dir.resolve() for path in paths):
        raise JudgeError(f"{out_dir}: the judge's copy would lie over the file it judges")
    targets = [out_dir / f"{path.stem}.{kind.partition(':')[0]}" for path in paths]
    for target in targets:
        target.unlink(missing_ok=True)
    arguments = ["--headless", "--norestore", "--convert-to", kind, "--outdir", str(out_dir), *map(str, paths)]
    try:
        done = subprocess.run(
            [command, f"-env:UserInstallation={_profile().as_uri()}", *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise JudgeError(f"{paths[0].name}: LibreOffice needed more than {SECONDS} s") from error
    for path, target in zip(paths, targets, strict=True):
        if not target.is_file():
            raise JudgeError(f"{path.name}: LibreOffice wrote no {target.name}: {done.stdout}{done.stderr}")
    return targets


@cache
def _profile() -> Path:
    """A LibreOffice profile of this process's own, so that workers beside each other do not wait or fail."""
    folder = Path(tempfile.mkdtemp(prefix="xltool-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    items = "\n".join(RECALCULATE_ITEM.format(name=name) for name in ("OOXMLRecalcMode", "ODFRecalcMode"))
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE.format(items=items), "utf-8")
    return folder


Program = Callable[[Path, Path, str], Path]  # a file, the folder to save it in, and as what kind
PROGRAMS = (
    pytest.param(recalculate, marks=pytest.mark.office, id="libreoffice"),
    pytest.param(saved_by_gnumeric, marks=pytest.mark.gnumeric, id="gnumeric"),
)
