"""The rules of docs/en/architecture.md, and for each the proof that it can fail."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xltool.messages import catalogue
from xltool.model.finding_codes import CELL_FACTS, FINDING_CODES
from xltool.model.observation_codes import OBSERVATION_FACTS, ObservationCode

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "xltool"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A module may import what stands in lines above its own, and what stands in its own wing; nothing else of ours.
LAYERS = (
    {"model", "errors", "package_data"},
    {"forms"},
    {"messages"},
    {"execution"},
    {"spreadsheet"},
    {"roster", "recognition", "checks", "consolidation", "comparison", "form_authoring"},
    {"published", "ledger"},
    {"workbooks", "official_report"},
    {"pages", "exports", "letters"},
    {"commands"},
    {"api"},
    {"cli", ""},
)
# Sentences are rendered where something is shown: these packages hand out codes and facts only.
WITHOUT_SENTENCES = {"spreadsheet", "recognition", "checks", "published"}
RANKS = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}

# Every outside library, and those of Python's own that need a guard: the beginnings of the modules that may import it.
OPENING = ("spreadsheet.",)
DOORS: dict[str, tuple[str, ...]] = {
    "openpyxl": ("workbooks.decisions_workbook", "form_authoring.office_workbooks.openpyxl_"),
    "msgspec": ("forms.", "ledger.", "letters.", "cli.demo", "execution.reading_cache"),
    "xlsxwriter": ("workbooks.xlsxwriter_adapter", "workbooks.xlsxwriter_classes"),
    "pandas": ("exports.tables", "api.figures"),
    "pyarrow": ("exports.tables",),
    "ortools": ("checks.localisation.integer_programme",),
    "docx": ("official_report.docx", "letters.word_template"),
    "fsspec": ("spreadsheet.remote_files",),
    "distributed": ("execution.dask_cluster",),
    "dask": ("execution.dask_cluster",),
    "click": ("cli.",),
    "rich": ("cli.console",),
    "python_calamine": OPENING,
    "msoffcrypto": ("spreadsheet.decrypt",),
    "lxml": ("published.documents.html", "published.documents.docx"),
    "rapidfuzz": ("published.labels.fuzzy_labels", "published.section_texts"),
    "pdfplumber": ("published.documents.pdf_worker",),
    "pdfminer": ("published.documents.pdf_worker",),
    "zipfile": (
        "api.sources",
        "spreadsheet.ooxml.zip_directory",
        "spreadsheet.zip_archives",
        "workbooks.replace_part",
        "official_report.docx",
        "letters.word_template",
    ),
    "xml": OPENING,
    "pyexpat": (*OPENING, "workbooks.marks.xml_tree"),
}
# Nothing here ever speaks to a network: what is read from a store that somebody named goes through fsspec.
DOORS |= dict.fromkeys(("socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "xmlrpc"), ())

# Loaded only by the command that needs them; the start of every command is their absence.
HEAVY = {"pandas", "numpy", "pyarrow", "openpyxl", "lxml", "xlsxwriter", "python_calamine", "ortools", "docx"}
HEAVY |= {"pdfplumber", "pdfminer", "fsspec", "distributed", "dask"}

LONGEST = 400  # lines of a module
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
MACHINE_PATH = re.compile(r"(?:/(?:home|Users)/\w|/root/\w|/tmp/\w|\b[A-Z]:\\+Users\\+\w)")
TEXT_FILES = ("*.py", "*.toml", "*.md", "*.csv", "*.json", "Makefile", "run")


@cache
def syntax_nodes(source: str) -> tuple[Any, ...]:
    """All nodes of a module, itself first; parsed once for all rules."""
    return tuple(ast.walk(ast.parse(source)))


def name_of(path: Path) -> str:
    """``roster`` for xltool/roster.py, ``forms`` for xltool/forms/__init__.py, "" for that of the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(module: str, source: str) -> Iterator[str]:
    """Dotted names of everything imported, anywhere in the file."""
    for node in syntax_nodes(source):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                yield from (f"{origin}.{alias.name}" for alias in names)
            case ast.ImportFrom():
                yield f"relative import in {module}"


def allowed(module: str, target: str) -> bool:
    library, _, rest = target.partition(".")
    if library == "xltool":
        own, room = (name.partition(".")[0] for name in (module, rest))
        if room == "messages" and own in WITHOUT_SENTENCES:
            return False
        if room == "forms" and own == "spreadsheet":
            return False
        return room in {"__version__", own} or RANKS.get(own, 0) > RANKS.get(room, len(LAYERS))
    guarded = [doors for name, doors in DOORS.items() if f"{target}.".startswith(f"{name}.")]
    if guarded:
        return module.startswith(guarded[0])
    return library in sys.stdlib_module_names


def breaches(module: str, source: str) -> list[str]:
    return [f"{module} -> {target}" for target in imported(module, source) if not allowed(module, target)]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports__point_one_way_and_use_the_doors(path: Path) -> None:
    assert breaches(name_of(path), path.read_text("utf-8")) == []


def test_imports__the_guard_itself_can_fail() -> None:
    source = """
from xltool import cli, model
from xltool.workbooks.template.write_template import write_template
from xltool.checks.cells import blanks
from xltool.messages import catalogue
from . import years
import openpyxl, requests, json
def late() -> None:
    import lxml.etree
    from urllib import parse, request
"""
    assert breaches("checks.relations", source) == [
        "checks.relations -> xltool.cli",
        "checks.relations -> xltool.workbooks.template.write_template.write_template",
        "checks.relations -> xltool.messages.catalogue",
        "checks.relations -> relative import in checks.relations",
        "checks.relations -> openpyxl",
        "checks.relations -> requests",
        "checks.relations -> lxml.etree",
        "checks.relations -> urllib.request",
    ]


def test_imports__rooms_of_one_layer_do_not_know_each_other() -> None:
    assert breaches("model", "from xltool.errors import XltoolError") == ["model -> xltool.errors.XltoolError"]
    assert breaches("api.sources", "from xltool.cli import main") == ["api.sources -> xltool.cli.main"]
    assert breaches("forms.layout", "from xltool.unheard_of import x") == ["forms.layout -> xltool.unheard_of.x"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module__has_its_place_in_the_layers(path: Path) -> None:
    assert name_of(path).partition(".")[0] in {"", *RANKS}


# --- words, sizes, paths ----------------------------------------------------------------------------------------


def lines_with_chinese(source: str) -> list[int]:
    """Lines with Chinese characters, in strings, comments or names. A docstring may give a noun's official term."""
    documented: set[int] = set()
    for node in syntax_nodes(source):
        match node:
            case (
                ast.Module(body=[ast.Expr(value=ast.Constant(value=str())) as doc, *_])
                | ast.ClassDef(body=[ast.Expr(value=ast.Constant(value=str())) as doc, *_])
                | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str())) as doc, *_])
            ):
                documented |= set(range(doc.lineno, (doc.end_lineno or doc.lineno) + 1))
    numbered = enumerate(source.splitlines(), start=1)
    return [number for number, line in numbered if number not in documented and CHINESE.search(line)]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module__words_for_users_live_in_texts_and_templates(path: Path) -> None:
    assert lines_with_chinese(path.read_text("utf-8")) == []


def test_words__the_guard_itself_can_fail() -> None:
    source = '"""年报."""\ndef f(x):\n    """指标."""\n    # 注释\n    return f"{x}件"\n合计 = "１"\n'
    assert lines_with_chinese(source) == [4, 5, 6]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module__is_short_enough_to_read(path: Path) -> None:
    assert too_long(path.read_text("utf-8"), LONGEST) is False


def too_long(source: str, longest: int) -> bool:
    return len(source.splitlines()) > longest


def test_length__the_guard_itself_can_fail() -> None:
    assert too_long("a = 1\n" * (LONGEST + 1), LONGEST)


def machine_paths(text: str) -> list[str]:
    return [match.group() for match in MACHINE_PATH.finditer(text)]


def test_files__name_no_path_of_anybodys_machine() -> None:
    folders = (".ci", "benchmarks", "docs", "samples", "templates", "tests", "xltool")
    files = [path for pattern in TEXT_FILES for path in ROOT.glob(pattern)]
    files += [path for folder in folders for pattern in TEXT_FILES for path in (ROOT / folder).rglob(pattern)]
    found = {path.relative_to(ROOT).as_posix(): machine_paths(path.read_text("utf-8")) for path in files}
    assert len(found) > len(MODULES)
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_paths__the_guard_itself_can_fail() -> None:
    some = ["/".join(("", "home", "li", "xltool")), "/".join(("", "tmp", "x.xlsx")), "\\".join(("C:", "Users", "li"))]
    assert [len(machine_paths(path)) for path in some] == [1, 1, 1]
    assert machine_paths(".venv/bin/python ~/reports .venv\\Scripts\\python https://example.org/root/") == []


def lint_codes(source: str, file: str) -> set[str]:
    """What ruff, as this project has it set, finds in a text that stood in a file of that name."""
    command = [sys.executable, "-m", "ruff", "check", "--output-format", "concise", "--stdin-filename", file, "-"]
    done = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False)
    return set(re.findall(r": ([A-Z]+[0-9]+) ", done.stdout))


def test_lint__docstrings_verbs_first_no_private_members_no_bare_true() -> None:
    source = '"""Modules."""\n\n\ndef f(a: bool) -> int:\n    """Returns it."""\n    return f(True) or a._b\n'
    assert lint_codes(source, "xltool/a.py") == {"D401", "FBT001", "FBT003", "SLF001"}
    assert lint_codes(source.replace("Returns", "Return"), "tests/a.py") == set()


def possessive_groups(source: str) -> list[str]:
    """The patterns with a group that is repeated and never given back, in the way early Pythons get wrong."""
    texts = (node.value for node in syntax_nodes(source) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and re.search(r"\)(?:[*+?]|\{[0-9,]+\})\+", text)]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_patterns__mean_the_same_on_every_python(path: Path) -> None:
    assert possessive_groups(path.read_text("utf-8")) == []


def test_patterns__the_guard_itself_can_fail() -> None:
    wrong, right = "(?:a[0-9]++)*+", "(?>(?:a[0-9]++)*)"
    assert possessive_groups(f"X = r'{wrong}'; Y = rf'{wrong}{{right}}'; Z = r'{right}'") == [wrong, wrong]


# --- start and package ------------------------------------------------------------------------------------------


def heavy_after(statement: str) -> set[str]:
    """The heavy libraries that are loaded once ``statement`` has run in a new process."""
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return HEAVY & set(done.stdout.split())


def test_commands__start_without_the_heavy_libraries() -> None:
    assert heavy_after("import xltool.cli.main") == set()


def test_start__the_guard_itself_can_fail() -> None:
    assert heavy_after("import openpyxl") >= {"openpyxl"}


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as an office would install it, built without a network and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_wheel__carries_every_form_and_sample(unpacked_wheel: Path) -> None:
    for folder in ("templates", "samples"):
        held = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        data = unpacked_wheel / "xltool" / "_data"
        assert held
        assert held <= {path.relative_to(data).as_posix() for path in data.rglob("*")}


def test_wheel__used_alone__finds_its_forms_and_words(unpacked_wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("代码,名称\n1,甲\n", "utf-8")
    code = (
        "from pathlib import Path\n"
        "from xltool import package_data\n"
        "from xltool.roster.read_roster import read_roster\n"
        "from xltool.messages import catalogue as texts\n"
        "from xltool.forms.load_definitions import load_forms\n"
        "assert package_data.PACKAGE.parent.name == 'site', package_data.PACKAGE\n"
        "print(len(read_roster(Path('roster.csv'))), len(texts.list_wordings()) > 0, len(load_forms()) > 0)\n"
    )
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(unpacked_wheel)!r})\n{code}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["1", "True", "True"], "")


def test_sentences__each_has_exactly_the_facts_of_its_code() -> None:
    wordings = {entry.code: entry for entry in catalogue.list_wordings() if entry.group == "findings"}
    needed = {code: fact_names(entry.say + entry.advice) for code, entry in wordings.items()}
    assert needed == {code: set(known.facts) for code, known in FINDING_CODES.items()}, "see model/finding_codes.py"
    assert fact_names("{place}填的是 {found}（{found}）。") == {"place", "found"}


def fact_names(text: str) -> set[str]:
    return set(catalogue.placeholders(text))


def severities_in_texts(text: str) -> list[str]:
    return [code for code, entry in tomllib.loads(text)["findings"].items() if "severity" in entry]


def test_severities__stand_beside_the_facts_of_a_code_only() -> None:
    assert severities_in_texts((PACKAGE / "messages" / "texts.toml").read_text("utf-8")) == []
    assert severities_in_texts('[findings.a]\nseverity = "note"\n') == ["a"]


# --- facts where they are made ----------------------------------------------------------------------------------


def lacking_facts(source: str) -> list[str]:
    """Calls that build a finding or an observation by a literal code, without a fact that the code needs."""
    lacking = []
    for node in syntax_nodes(source):
        match node:
            case ast.Call(func=ast.Name(id="make_finding"), args=[ast.Constant(value=str(code)), *cells]):
                given: set[str] | None = {word.arg or "*" for word in node.keywords}
                needed = set(FINDING_CODES[code].facts) - (CELL_FACTS if cells else set())
            case ast.Call(func=ast.Name(id="Finding"), args=[ast.Constant(value=str(code)), *rest]):
                given = literal_facts(node)
                needed = set(FINDING_CODES[code].facts) - (CELL_FACTS if len(rest) > 1 else set())
            case ast.Call(func=ast.Name(id="Observation"), args=[ast.Constant(value=str(code)), *_]):
                given = literal_facts(node)
                needed = set(OBSERVATION_FACTS.get(ObservationCode(code), ()))
            case _:
                continue
        if given is not None and "*" not in given and (missing := needed - given):
            lacking.append(f"{code}: {', '.join(sorted(missing))}")
    return lacking


def literal_facts(call: ast.Call) -> set[str] | None:
    """The names of facts given as a literal; None where they are a variable, "*" among them where some are."""
    facts = next((word.value for word in call.keywords if word.arg == "facts"), None)
    if facts is None:
        return set() if len(call.args) < 4 else None
    if not isinstance(facts, ast.Dict):
        return None
    return {str(key.value) if isinstance(key, ast.Constant) else "*" for key in facts.keys}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_findings__every_place_that_makes_one_gives_its_facts(path: Path) -> None:
    assert lacking_facts(path.read_text("utf-8")) == []


def test_facts__the_guard_itself_can_fail() -> None:
    source = """
make_finding("stray", count=1)
make_finding("stray", spot, count=1, examples=x)
make_finding("stray", **facts)
Finding("merge.superseded", NOTE, facts={"other": x})
Observation("sheet.renamed", name, facts={"from": x})
Observation("layout.other")
"""
    assert lacking_facts(source) == [
        "stray: examples, sheet",
        "merge.superseded: basis, difference",
        "sheet.renamed: to",
    ]


# --- names, state, escapes --------------------------------------------------------------------------------------

MAX_ONE_WORD_SHARE, MIN_MEAN_WORDS, MAX_SHARED_NAMES, MAX_SHARED_CLASSES = 0.30, 2.0, 6, 3
MAX_PARAMETER_TYPES = 6
NAMED = re.compile(r"``([a-z_][a-z_0-9]*)``")
ESCAPE = re.compile(r"(?<![\[\-])\\u(3[4-9a-f]|4[0-9a-f]|[5-9][0-9a-f]|f[9a])[0-9a-f]{2}(?!-)", re.IGNORECASE)
MAKERS = {"dict", "list", "set", "defaultdict", "OrderedDict", "Counter", "WeakKeyDictionary"}


def function_names(sources: dict[str, str]) -> dict[str, set[str]]:
    """The modules that define each function, special methods left out."""
    names: dict[str, set[str]] = {}
    for module, source in sources.items():
        for node in syntax_nodes(source):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
                names.setdefault(node.name, set()).add(module)
    return names


def measure_names(sources: dict[str, str]) -> tuple[float, float, int]:
    """The share of one-word function names, the mean number of words, and names that four modules share."""
    names = function_names(sources)
    words = [len(name.strip("_").split("_")) for name, modules in names.items() for _ in modules]
    return words.count(1) / len(words), sum(words) / len(words), sum(len(modules) >= 4 for modules in names.values())


def test_names__as_measured() -> None:
    one_word, mean, shared = measure_names({name_of(path): path.read_text("utf-8") for path in MODULES})
    assert one_word <= MAX_ONE_WORD_SHARE
    assert mean >= MIN_MEAN_WORDS
    assert shared <= MAX_SHARED_NAMES
    assert measure_names(dict.fromkeys("abcd", "def told(): ...\ndef read_all(): ...\n")) == (0.5, 1.5, 2)


def parameter_types(sources: dict[str, str]) -> dict[str, set[str]]:
    """The types that parameters of each name have."""
    types: dict[str, set[str]] = {}
    for source in sources.values():
        functions = (node for node in syntax_nodes(source) if isinstance(node, ast.FunctionDef))
        for function in (function for function in functions if not function.name.startswith("__")):
            for parameter in function.args.args + function.args.kwonlyargs:
                if parameter.annotation is not None:
                    types.setdefault(parameter.arg, set()).add(ast.unparse(parameter.annotation).strip("\"'"))
    return types


def test_parameters__one_name_has_few_types() -> None:
    types = parameter_types({name_of(path): path.read_text("utf-8") for path in MODULES})
    assert {name: found for name, found in types.items() if len(found) > MAX_PARAMETER_TYPES} == {}
    assert parameter_types({"a": "def f(x: int, *, y: str): ...", "b": "def g(x: 'Form'): ..."}) == {
        "x": {"int", "Form"},
        "y": {"str"},
    }


def shared_classes(sources: dict[str, str]) -> set[str]:
    """Names of classes that two modules define."""
    names: dict[str, int] = {}
    for source in sources.values():
        for name in {node.name for node in syntax_nodes(source) if isinstance(node, ast.ClassDef)}:
            names[name] = names.get(name, 0) + 1
    return {name for name, count in names.items() if count > 1}


def test_classes__one_name_is_one_thing() -> None:
    assert len(shared_classes({name_of(path): path.read_text("utf-8") for path in MODULES})) <= MAX_SHARED_CLASSES
    assert shared_classes({"a": "class A: ...\nclass B: ...", "b": "class A: ..."}) == {"A"}


def module_words(source: str) -> set[str]:
    """Every name of a module, and every word of its short texts."""
    words: set[str] = set()
    for node in syntax_nodes(source):
        words |= {value for key in ("id", "arg", "attr", "name") if isinstance(value := getattr(node, key, None), str)}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "``" not in node.value:
            words |= set(re.findall(r"\w+", node.value))
    return words


def assigned_texts(source: str) -> set[str]:
    """Texts that a name stands for, such as the values of an enum."""
    values = (node.value for node in syntax_nodes(source) if isinstance(node, ast.Assign))
    return {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def stale_names(source: str, known: set[str]) -> list[str]:
    """Names in double backticks in docstrings that the module does not have: parameters were renamed, or are gone."""
    nodes = [node for node in syntax_nodes(source) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    named = [(node.name, word) for node in nodes for word in NAMED.findall(ast.get_docstring(node) or "")]
    words = module_words(source) | known
    return [f"{name}: {word}" for name, word in named if word not in words]


def test_docstrings__name_only_what_is_there() -> None:
    sources = [path.read_text("utf-8") for path in MODULES]
    known = {text for source in sources for text in assigned_texts(source)}
    assert [stale for source in sources for stale in stale_names(source, known)] == []
    source = 'def f(new):\n    """Take ``new``, ``old`` and ``kind``."""\n'
    assert stale_names(source, {"kind"}) == ["f: old"]


def module_state(source: str) -> list[str]:
    """Names at module level that hold an empty dict, list or set, or one that is made by a call: they will change."""
    assigned = [node for node in syntax_nodes(source)[0].body if isinstance(node, (ast.Assign, ast.AnnAssign))]
    return [
        ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        for node in assigned
        if is_mutable(node.value)
    ]


def is_mutable(value: ast.expr | None) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]):
            return True
        case ast.Call(func=ast.Name(id=maker)):
            return maker in MAKERS
    return False


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module__keeps_no_state(path: Path) -> None:
    assert module_state(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module__has_no_chinese_as_escapes(path: Path) -> None:
    assert ESCAPE.findall(path.read_text("utf-8")) == []


def test_state_and_escapes__the_guards_themselves_can_fail() -> None:
    assert module_state("a = {}\nb: list[int] = []\nc = dict()\nd = {1: 2}\ne = f()\n") == ["a", "b", "c"]
    assert ESCAPE.search('"' + chr(92) + 'u4e07"')
    assert not ESCAPE.search('"[' + chr(92) + "u4e00-" + chr(92) + 'u9fff]"')
