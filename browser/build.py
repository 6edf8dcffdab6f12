"""Builds dist/xltool.html, the whole work in one page, from pinned packages: `make browser`.

Needs pip, npm and node for the build; the page needs nothing. The same sources give the same bytes.
"""

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

BROWSER = Path(__file__).resolve().parent
ROOT = BROWSER.parent
WORK = ROOT / "build" / "browser"
PYODIDE = BROWSER / "node_modules" / "pyodide"
TARGET = ROOT / "dist" / "xltool.html"
MAX_BYTES = 15_000_000

PLATFORM = ("pyemscripten_2026_0_wasm32", "314", "cp", "cp314")
SCRIPTS = ("words.js", "engine.js", "inputs.js", "views.js", "page.js")  # in this order one script
DATA_FOLDERS = ("templates",)  # the samples are for `xltool demo`
LEFT_OUT_OF_WHEELS = (".pyi", "/py.typed", "/RECORD", "/sboms/")


class BuildError(Exception):
    """Something the build relies on is not as it was when this was written."""


def main() -> None:
    """Fetch, compile, put together; print where the page lies and its digest."""
    shutil.rmtree(WORK / "in", ignore_errors=True)
    shutil.rmtree(WORK / "out", ignore_errors=True)
    (WORK / "in").mkdir(parents=True)
    wheels = fetch_wheels(WORK / "wheels")
    write_inputs(WORK / "in", wheels)
    subprocess.run(["node", str(BROWSER / "compile_parts.mjs"), str(WORK)], check=True, cwd=BROWSER)
    page = assemble_page({path.stem: path.read_bytes() for path in sorted((WORK / "out").glob("*.gz"))})
    if len(page) > MAX_BYTES:
        raise BuildError(f"the page has {len(page):,} bytes, more than {MAX_BYTES:,}")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(page)
    digest = hashlib.sha256(page).hexdigest()
    TARGET.with_name(f"{TARGET.name}.sha256").write_text(f"{digest}  {TARGET.name}\n", "utf-8")
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {len(page):,} bytes, SHA-256 {digest}\n")


def fetch_wheels(folder: Path) -> list[Path]:
    """Return the wheels of requirements.txt, each of the digest written there."""
    shutil.rmtree(folder, ignore_errors=True)
    platform, python, implementation, abi = PLATFORM
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--platform", platform, "--python-version", python]
    command += ["--implementation", implementation, "--abi", abi, "--dest", str(folder)]
    subprocess.run([*command, "--requirement", str(BROWSER / "requirements.txt")], check=True)
    return sorted(folder.glob("*.whl"))


def write_inputs(folder: Path, wheels: Iterable[Path]) -> None:
    """Write what compile_parts.py makes the parts of."""
    wheels = list(wheels)
    shutil.copyfile(PYODIDE / "python_stdlib.zip", folder / "stdlib.zip")
    shutil.copyfile(PYODIDE / "pyodide.asm.wasm", folder / "wasm")
    shutil.copyfile(BROWSER / "left_out.txt", folder / "left_out.txt")
    (folder / "worker").write_text(worker_script(), "utf-8")
    (folder / "licences").write_text(json.dumps(licences(wheels), ensure_ascii=False), "utf-8")
    with zipfile.ZipFile(folder / "site.zip", "w") as archive:
        for name, content in sorted(site_files(wheels)):
            archive.writestr(zipfile.ZipInfo(name), content)


def site_files(wheels: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the libraries, the package with its data, and the module the page's worker calls."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if not name.endswith("/") and not any(part in name for part in LEFT_OUT_OF_WHEELS):
                    yield name, archive.read(name)
    for path in tracked_files(ROOT / "xltool"):
        yield f"xltool/{path.relative_to(ROOT / 'xltool').as_posix()}", path.read_bytes()
    for folder in DATA_FOLDERS:
        for path in tracked_files(ROOT / folder):
            yield f"xltool/_data/{path.relative_to(ROOT).as_posix()}", path.read_bytes()
    yield "xltool_page.py", (BROWSER / "xltool_page.py").read_bytes()


def tracked_files(folder: Path) -> list[Path]:
    """Return every file below a folder but what Python and editors leave there."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


# --- the worker -----------------------------------------------------------------------------------------------------


def worker_script() -> str:
    """Join Pyodide and our worker into a classic script: from file:// Chromium starts no module worker from a blob."""
    module = "export default _createPyodideModule;"
    glue = patch((PYODIDE / "pyodide.asm.mjs").read_text("utf-8"), module, "", 1)
    glue = patch(glue, "import.meta.url", "PAGE_URL", 3)
    loader = (PYODIDE / "pyodide.mjs").read_text("utf-8")
    exports = re.findall(r"export\{([^}]*)\};?", loader)
    if len(exports) != 1 or loader.count("import.meta") != 0:
        raise BuildError("pyodide.mjs exports otherwise than it did")
    name = re.search(r"(\w+) as loadPyodide", exports[0])
    if name is None:
        raise BuildError("pyodide.mjs does not export loadPyodide")
    loader = re.sub(r"export\{[^}]*\};?", f"return {name[1]};", loader)
    loader = re.sub(r"//# sourceMappingURL=\S*", "", loader)
    head = (BROWSER / "worker_head.js").read_text("utf-8")
    return "\n".join([head, glue, f"const loadPyodide = (() => {{{loader}}})();", script_of("worker.js")])


def patch(text: str, old: str, new: str, count: int) -> str:
    """Return the text with ``old`` replaced. Raises BuildError unless it stands there exactly ``count`` times."""
    if text.count(old) != count:
        raise BuildError(f"{old!r} stands {text.count(old)} times, not {count}")
    return text.replace(old, new)


# --- the page -------------------------------------------------------------------------------------------------------


def assemble_page(parts: Mapping[str, bytes]) -> bytes:
    """Return the page with its parts inside, and a policy that lets nothing else run and nothing leave."""
    page = (BROWSER / "page.html").read_text("utf-8")
    style = script_of("page.css")
    gate = script_of("gate.js")
    main = "\n".join(script_of(name) for name in SCRIPTS)
    main = f'"use strict";\n(() => {{\n{main}\n}})();\n'
    policy = {
        "default-src": "'none'",
        "script-src": f"'{digest_of(gate)}' '{digest_of(main)}' 'wasm-unsafe-eval' blob:",
        "style-src": f"'{digest_of(style)}'",
        "worker-src": "blob:",
        "connect-src": "'none'",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
    info = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))["info"]
    data = [f'<script type="text/plain" id="part-{name}">{encode(part)}</script>' for name, part in parts.items()]
    data.append(f'<script type="application/json" id="info">{json.dumps(info, sort_keys=True)}</script>')
    filled = {
        "POLICY": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "STYLE": style,
        "GATE": gate,
        "DATA": "\n".join(data),
        "MAIN": main,
    }
    for name, content in filled.items():
        page = patch(page, f"<!--{name}-->", content, 1) if name != "POLICY" else patch(page, "POLICY", content, 1)
    return page.encode()


def script_of(name: str) -> str:
    """Return a script or style sheet of this folder. Raises BuildError if it would end its element early."""
    text = (BROWSER / name).read_text("utf-8")
    if "</script" in text or "</style" in text or "<!--" in text:
        raise BuildError(f"{name} cannot stand inside a page")
    return text


def digest_of(text: str) -> str:
    """Return the source expression of a policy for an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def encode(part: bytes) -> str:
    """Return base64 text."""
    return base64.b64encode(part).decode()


# --- licences -------------------------------------------------------------------------------------------------------


def licences(wheels: Iterable[Path]) -> list[dict[str, str]]:
    """Return name, version and licence text of everything inside, ours first."""
    found = [{"name": "xltool", "version": "", "text": (ROOT / "LICENSE").read_text("utf-8")}]
    listed = json.loads((BROWSER / "licences" / "inside.json").read_text("utf-8"))
    version = json.loads((PYODIDE / "package.json").read_text("utf-8"))["version"]
    for item in listed:
        text = (BROWSER / "licences" / item["file"]).read_text("utf-8")
        if "source" in item:  # the MPL asks for it
            text = f"Source: {item['source'].format(pyodide=version)}\n\n{text}"
        found.append({"name": item["name"], "version": item["version"].format(pyodide=version), "text": text})
    for wheel in wheels:
        with zipfile.ZipFile(io.BytesIO(wheel.read_bytes())) as archive:
            texts = [name for name in archive.namelist() if re.search(r"\.dist-info/.*(LICEN[CS]E|COPYING)", name)]
            if not texts:
                raise BuildError(f"{wheel.name} carries no licence")
            name, version = wheel.name.split("-")[:2]
            parts = [archive.read(each).decode() for each in sorted(texts)]
            parts += [
                compiled_in(archive.read(each)) for each in archive.namelist() if each.endswith(".cyclonedx.json")
            ]
            found.append({"name": name, "version": version, "text": "\n\n".join(parts)})
    return found


def compiled_in(bill_of_materials: bytes) -> str:
    """List what is compiled into a wheel: name, version, author and licence."""
    lines = ["Compiled into this package or used to compile it; the texts of what is compiled in stand on this page:"]
    for part in json.loads(bill_of_materials)["components"]:
        licence = " AND ".join(each["expression"] for each in part["licenses"])
        lines.append(", ".join(filter(None, [f"{part['name']} {part['version']}", part.get("author"), licence])))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
