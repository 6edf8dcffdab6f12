"""Folders of returns composed at random, merged by the real command: ``python -m tests.mangling.random_folders 1000``.

A folder holds returns of several agencies: one or more versions of each, in files named after their agency, after
another one or after nobody, some in archives or saved by LibreOffice, each with random changes to its words and
figures. What a person decides of each file is known from how it was composed, and nothing here asks the reader.
"""

import json
import os
import random
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from click.testing import CliRunner

from tests.checks.figures import FORM, PLAN
from tests.judges import JudgeError, recalculate_all
from tests.mangling.good import YEAR, figures
from tests.mangling.random_files import FREE, Mangled, mangle_file
from tests.mangling.random_looks import COUNTS
from tests.mangling.workbook_parts import WorkbookParts
from xltool.cli.main import main as run_command
from xltool.commands.make_templates import compute_serial
from xltool.forms.slots import Purpose, Role
from xltool.model.agency import Agency
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

DISTRICT = ("410200", "滨江区人民政府")
NAMES = {
    "410201": "滨江区教育局",
    "410202": "滨江区财政局",
    "410203": "滨江区卫生健康委员会",
    "410204": "滨江区市场监督管理局",
    "410205": "城关镇人民政府",
    "410206": "柳河镇人民政府",
    "410207": "东关街道办事处",
}
STRANGER = "429901", "永安县教育局"
SHORT_NAMES = {
    "410201": ("教育局", "区教育局", "滨江教育局"),
    "410202": ("财政局", "区财政局"),
    "410203": ("卫健委", "区卫健委"),
    "410204": ("市监局", "市场监管局"),
    "410205": ("城关镇", "城关镇政府"),
    "410206": ("柳河镇", "柳河"),
    "410207": ("东关街道", "东关街道办"),
}
NEUTRAL = ("年报", "2025年度政府信息公开年报", "附件2", "报表（盖章版）", "新建 XLSX 工作表")
STATUSES = ("accepted", "returned", "undecided", "unreadable", "superseded", "foreign")
# What the name of a file says: patterns of the owner's name, of its short name and its code, and of another agency's.
OWN = (
    *("{name}", "{short}", "{code}", "{code} {name}", "{short}年报", "滨江区{short}", "滨江区人民政府 {name}"),
    *("{name} 抄送{other}", "{other}转报 {name}", "上报滨江区人民政府办公室", "{name}2025年年报"),
    *("报{other}", "20260112报{other_short}", "呈{other_short}", "{other}代报"),
)
ANOTHERS = (
    *("{other}", "{other_short}", "{other_code}", "{other}2025年年报", "{other_short}（改）", "附件2：{other}"),
    *("滨江区人民政府 {other}", "滨江区{other_short}年报", "{other_code} {other}", "2025 {other_short}"),
    *("{other}代报表", "年报{other}"),
)
COVER_SLOTS = {
    slot.key: (sheet.name, slot.address)
    for sheet in PLAN.sheets
    if sheet.purpose is Purpose.COVER
    for slot in sheet.slots
    if slot.role is Role.IDENTITY
}
OFFICE_EVERY = 25  # of so many folders one is saved by LibreOffice
OFFICE_KINDS = ("xlsx", "ods", "xls")
EARLY, LATE, LATEST = (datetime(2026, 1, day, 9, tzinfo=UTC) for day in (10, 15, 20))
UNSET = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    """One file of an agency's plan: what is added to its name, its dates, and how its figures differ from the first.

    ``role`` is what becomes of it: stands, replaced, held, or twin (one of the twins stands, the others are replaced).
    """

    role: str
    suffix: str = ""
    saved: datetime = UNSET
    modified: datetime = EARLY
    more: int = 0


PLANS: Mapping[str, tuple[Version, ...]] = {
    "single": (Version("stands"),),
    "same bytes": (Version("twin"), Version("twin")),
    "same figures, saved later": (Version("twin", saved=EARLY), Version("twin", saved=LATE)),
    "same figures, dates against names": (Version("twin", "改", saved=EARLY), Version("twin", saved=LATE)),
    "saved later": (Version("replaced", saved=EARLY), Version("stands", saved=LATE, more=3)),
    "file is later": (Version("replaced"), Version("stands", modified=LATE, more=3)),
    "a word": (Version("replaced"), Version("stands", "（更正）", more=3)),
    "a date in the name": (Version("replaced", " 20260110"), Version("stands", " 20260115", more=3)),
    "a number in the name": (Version("replaced", " 第一版"), Version("stands", " 第二版", more=3)),
    "draft": (Version("replaced", "初稿"), Version("stands", more=3)),
    "all agree": (Version("replaced", saved=EARLY), Version("stands", " 最终", LATE, LATE, more=3)),
    "three in order": (
        Version("replaced", saved=EARLY),
        Version("replaced", saved=LATE, more=3),
        Version("stands", saved=LATEST, more=5),
    ),
    "three, two of them equal": (
        Version("replaced", saved=EARLY),
        Version("twin", "更正", LATE, more=3),
        Version("twin", "更正 盖章", LATE, more=3),
    ),
    "nothing says": (Version("held"), Version("held", more=3)),
    "only a copy": (Version("held"), Version("held", "（1）", more=3)),
    "name against date": (Version("held", "（更正）", saved=EARLY), Version("held", saved=LATE, more=3)),
    "file against date": (Version("held", saved=LATE), Version("held", saved=EARLY, modified=LATE, more=3)),
    "two words": (Version("held", "旧"), Version("held", "作废", more=3)),
    "old and two in doubt": (
        Version("replaced", saved=EARLY),
        Version("held", saved=LATE, more=3),
        Version("held", saved=LATE, more=5),
    ),
}


class Sent(NamedTuple):
    """A file as composed: where it lies, its content, whose it is ("" nobody's), and what a person decides of it.

    ``made``: what was changed in it, and what its figures show; ``group``: the versions it belongs to.
    """

    path: str
    content: bytes
    code: str
    role: str
    group: str
    made: Mangled
    modified: datetime = EARLY


@cache
def clean(code: str, year: int = YEAR) -> tuple[bytes, Mapping[str, int]]:
    """An agency's return without a fault, and its counts. No two agencies have the same."""
    name = NAMES.get(code) or STRANGER[1]
    agency = Agency(code, name, DISTRICT[0], rule_power=False)
    held = {**figures()}
    for at, cell in enumerate(FREE[-3:], start=2):
        held[cell] = int(held[cell] or 0) + int(code[-2:]) * at
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        issue = TemplateRequest(agency, year, compute_serial(FORM, agency, year), filling=FilledContents(held))
        write_template(PLAN, issue, path)
        return path.read_bytes(), {cell: int(held[cell] or 0) for cell in COUNTS}


def write_roster(folder: Path) -> Path:
    path = folder / "名册.csv"
    rows = [f"{code},{name},{DISTRICT[0]},本级" for code, name in NAMES.items()]
    path.write_text("\n".join(["代码,名称,上级代码,口径", f"{DISTRICT[0]},{DISTRICT[1]},,汇总", *rows]), "utf-8")
    return path


def choose_other(code: str, dice: random.Random) -> str:
    return dice.choice([each for each in NAMES if each != code])


def make_name(patterns: Sequence[str], code: str, dice: random.Random) -> str:
    other = choose_other(code, dice)
    return dice.choice(patterns).format(
        code=code,
        name=NAMES[code],
        short=dice.choice(SHORT_NAMES[code]),
        other=NAMES[other],
        other_code=other,
        other_short=dice.choice(SHORT_NAMES[other]),
    )


# --- composing -----------------------------------------------------------------------------------------------------


def compose(seed: int) -> list[Sent]:
    """Compose a folder of returns."""
    dice = random.Random(seed)
    sent: list[Sent] = []
    for code in dice.sample(list(NAMES), dice.randrange(2, 5)):
        plan = dice.choice(list(PLANS)) if dice.random() < 0.6 else "single"
        name = dice.choice((make_name(OWN, code, dice), make_name(OWN, code, dice), dice.choice(NEUTRAL)))
        sent += compose_versions(code, f"{code}-{plan}", PLANS[plan], name, dice)
        if dice.random() < 0.25:
            sent.append(compose_doubtful(code, dice))
        if dice.random() < 0.1:
            sent.append(compose_useless(code, dice))
    if dice.random() < 0.15:
        data, counts = clean(STRANGER[0])
        made = mangle_file(data, counts, {}, dice)
        sent.append(Sent(f"其他/{STRANGER[1]}.xlsx", made.book.pack(), STRANGER[0], "foreign", "stranger", made))
    return sent


def compose_versions(
    code: str, group: str, versions: Sequence[Version], name: str, dice: random.Random
) -> Iterator[Sent]:
    """Compose the versions of one agency. Twins have the same changes; other versions have their own."""
    data, counts = clean(code)
    home = dice.choice(("", f"{NAMES[code]}/", f"第{code[-1]}批/", f"滨江区人民政府办公室/{code[-1]}/"))
    home = home or f"{code[-1]}/"  # a name that says nothing of its owner may be that of several
    if dice.random() < 0.2:
        home += f"{code}.zip/"
    shared: dict[int, Mangled] = {}
    for number, version in enumerate(versions, start=1):
        changed = {FREE[-1]: counts[FREE[-1]] + version.more} if version.more else {}
        if version.role != "twin" or version.more not in shared:
            shared[version.more] = mangle_file(data, counts, changed, dice)
        made = shared[version.more]
        made.book.set_saved(version.saved.strftime("%Y-%m-%dT%H:%M:%SZ"))
        inside = f"{number}/" if len(versions) > 1 else ""
        path = f"{home}{inside}{name}{version.suffix}.xlsx"
        yield Sent(path, made.book.pack(), code, version.role, group, made, version.modified)


def compose_doubtful(code: str, dice: random.Random) -> Sent:
    """Compose a return that may be another agency's, by the name of its file or its own folder, or its cover."""
    made = mangle_file(*clean(code), {}, dice)
    name = make_name(ANOTHERS, code, dice)
    kind = dice.choice(("file", "file", "folder", "cover"))
    if kind == "cover":
        key, words = dice.choice((("code", 0), ("agency", 1)))
        other = choose_other(code, dice)
        made.book.put_words({COVER_SLOTS[key]: (other, NAMES[other])[words]})
        made.names.append(f"cover {key} of {other}")
    path = {"file": f"{name}.xlsx", "folder": f"待查/{name}/{dice.choice(NEUTRAL)}.xlsx", "cover": "年报.xlsx"}[kind]
    return Sent(f"存疑{code}/{path}", made.book.pack(), code, "held", f"{code}-doubtful", made)


def compose_useless(code: str, dice: random.Random) -> Sent:
    """Compose a file of another year, a damaged one, or none of ours."""
    kind = dice.choice(("year", "damaged", "text"))
    data, counts = clean(code, YEAR - 1)
    made = Mangled(WorkbookParts(data), counts)
    if kind == "year":
        return Sent(f"旧{code}/{NAMES[code]}2024.xlsx", data, code, "foreign", f"{code}-year", made)
    if kind == "damaged":
        return Sent(f"坏{code}/{NAMES[code]}.xlsx", data[: len(data) // 2], "", "unreadable", f"{code}-damaged", made)
    return Sent(f"说明{code}/说明.xlsx", "本单位无。".encode(), "", "useless", f"{code}-text", made)


def save_by_office(sent: Sequence[Sent], kind: str) -> list[Sent]:
    """Return the files that a program can open as LibreOffice saves them."""
    opened = [item for item in sent if item.code]
    with TemporaryDirectory() as name:
        source, target = Path(name) / "原", Path(name) / "存"
        source.mkdir()
        paths = [source / f"{number}.xlsx" for number, _ in enumerate(opened)]
        for path, item in zip(paths, opened, strict=True):
            path.write_bytes(item.content)
        contents = [path.read_bytes() for path in recalculate_all(paths, target, kind)]
    saved = dict(zip((item.path for item in opened), contents, strict=True))
    done: list[Sent] = []
    for item in sent:
        if not item.code:
            done.append(item)
            continue
        # As .xls, LibreOffice gives the look of the first characters of a cell to other cells of the row.
        made = replace(item.made, is_asked=item.made.is_asked or kind == "xls")
        renamed = item.path.removesuffix("xlsx") + kind
        done.append(item._replace(path=renamed, content=saved[item.path], made=made))
    return done


def write_folder(sent: Sequence[Sent], folder: Path) -> None:
    """Write the files, those of an archive in the order of their versions."""
    archives: dict[str, list[Sent]] = defaultdict(list)
    for item in sent:
        archive, inside, _ = item.path.partition(".zip/")
        if inside:
            archives[archive + ".zip"].append(item)
            continue
        path = folder / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(item.content)
        os.utime(path, (item.modified.timestamp(),) * 2)
    for name, items in archives.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / name, "w") as book:
            for item in items:
                entry = zipfile.ZipInfo(item.path.partition(".zip/")[2], item.modified.timetuple()[:6])
                book.writestr(entry, item.content)


# --- judging -------------------------------------------------------------------------------------------------------


def merge(folder: Path, roster: Path) -> tuple[Any, str]:
    """Run the command; return its answer and, where it failed, why."""
    words = ["merge", folder, "--roster", roster, "-o", roster.parent / "汇总.xlsx", "--json"]
    done = CliRunner().invoke(run_command, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return {}, f"traceback: {done.exception!r}"
    if done.exit_code not in (0, 1):
        return {}, f"exit code {done.exit_code}: {done.stderr}"
    return json.loads(done.stdout), ""


def judge(sent: Sequence[Sent], answer: Mapping[str, Any], folder: Path) -> list[str]:
    """Name everything in the answer of the command that a person would have decided differently."""
    rows = {os.path.relpath(row["file"], folder): row for row in answer["files"]}
    if rows.keys() != {item.path for item in sent}:
        return [f"rows differ: {sorted(rows.keys() ^ {item.path for item in sent})}"]
    statuses = {path: str(row["status"]) for path, row in rows.items()}
    states = Counter(statuses.values())
    wrong = []
    if answer["found"] != len(sent) or any(answer[status] != states[status] for status in STATUSES):
        wrong.append(f"found {answer['found']}, {dict(states)}")
    for item in sent:
        row = rows[item.path]
        if row["status"] not in expect(item) or "Error" in (row["reason"] or ""):
            wrong.append(f"{item.path} ({item.group}, {item.role}) is {row['status']}: {row['reason']}")
        if item.code and row["agency"] != item.code:
            wrong.append(f"{item.path} is of {item.code}, read as {row['agency']}")
    counted = [item for item in sent if statuses[item.path] == "accepted"]
    return [*wrong, *judge_versions(sent, statuses), *judge_figures(counted, answer["totals"])]


def expect(item: Sent) -> tuple[str, ...]:
    """Return the statuses a file may have; a fault of its own sends it back, if nothing else decides."""
    good = ("accepted",) if item.made.is_harmless else ("returned", "accepted")
    good = ("returned",) if item.made.is_misnamed else good
    return {
        "stands": good,
        "twin": ("superseded", *good),
        "replaced": ("superseded",),
        "held": ("undecided",),
        "useless": ("foreign", "unreadable"),
    }.get(item.role, (item.role,))


def judge_versions(sent: Sequence[Sent], statuses: Mapping[str, str]) -> Iterator[str]:
    """Of the versions of an agency one stands, or none where they are held."""
    groups: dict[str, list[Sent]] = defaultdict(list)
    for item in sent:
        groups[item.group].append(item)
    for group, items in groups.items():
        standing = sum(statuses[item.path] in ("accepted", "returned") for item in items)
        if standing != any(item.role in ("stands", "twin") for item in items):
            yield f"{group}: {[statuses[item.path] for item in items]}"


def judge_figures(counted: Sequence[Sent], totals: Mapping[str, Any]) -> Iterator[str]:
    """Compare each sum with what the counted files show."""
    for item in counted:
        yield from (f"{item.path} counts {cell}, which shows no number" for cell in item.made.unseen)
    for cell in COUNTS if counted else ():
        shown = sum(item.made.seen.get(cell, item.made.figures[cell]) or 0 for item in counted)
        if totals[cell] != shown:
            names = [name for item in counted for name in item.made.names if name.startswith(f"{cell} ")]
            yield f"{cell}: {totals[cell]} counted, {shown} shown: {names}"


def try_seed(seed: int) -> tuple[list[Sent], list[str], Counter[str]]:
    """Compose, merge and judge one folder; return it, what is wrong and how many files have which status."""
    sent = compose(seed)
    if seed % OFFICE_EVERY == OFFICE_EVERY - 1:
        sent = save_by_office(sent, OFFICE_KINDS[seed // OFFICE_EVERY % len(OFFICE_KINDS)])
    with TemporaryDirectory() as name:
        folder = Path(name) / "收回"
        folder.mkdir()
        write_folder(sent, folder)
        answer, failure = merge(folder, write_roster(Path(name)))
    if failure:
        return sent, [failure], Counter()
    return sent, judge(sent, answer, folder), Counter({status: answer[status] for status in STATUSES})


def main(first: int, count: int) -> int:
    """Try so many folders; print what is wrong. Returns how many were."""
    failed, states, changes = 0, Counter[str](), 0
    for seed in range(first, first + count):
        try:
            sent, wrong, found = try_seed(seed)
        except JudgeError as error:
            sys.stdout.write(f"{seed}: not judged: {error}\n")
            continue
        states += found
        failed += bool(wrong)
        changes += sum(len(item.made.names) for item in sent)
        for line in wrong:
            sys.stdout.write(f"{seed}: {line}\n")
    files = sum(states.values())
    sys.stdout.write(f"{count} folders, {files} files, {changes} changes inside; {dict(states)}; {failed} wrong\n")
    return failed


if __name__ == "__main__":
    total, start = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    sys.exit(min(main(start, total), 1))
