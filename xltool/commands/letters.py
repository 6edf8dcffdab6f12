"""Write a letter to every agency (催报, 退回, 受理), as Word file and text or only as text, with a list of all of them.

The letters follow from the same inputs as the status of the returns. All files are written at once or not at all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import NamedTuple

from xltool.commands.check_outputs import OutputFile, check_outputs
from xltool.commands.merge import MergeOptions, merge
from xltool.commands.run_context import Progress, RunContext
from xltool.commands.send_back import OriginalFiles, build_copy_safely, choose_copy_name
from xltool.consolidation.agency_files import (
    find_agency_files,
    find_held_files,
    find_held_returns,
    find_unread_versions,
)
from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.show_status import show_file_status
from xltool.errors import UsageError
from xltool.execution.executor import Jobs
from xltool.forms.check_code import compute_check_code
from xltool.forms.identity import OwnList
from xltool.forms.workbook_plan import plan_workbook
from xltool.letters.default_wording import DefaultWording, LetterRenderer
from xltool.letters.letter_facts import LetterSender, fill_title, gather_letter_facts
from xltool.letters.letter_words import letter_words
from xltool.letters.word_template import LetterWording, build_default_wording
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.form import Severity
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.list_workbook import ListColumn, write_list_workbook
from xltool.workbooks.marks.covering_list import count_unsettled
from xltool.workbooks.save_files import save_file
from xltool.workbooks.save_folders import create_whole_folder, refuse_foreign_folder
from xltool.workbooks.template.distribution_list import clean_file_name
from xltool.workbooks.xlsxwriter_adapter import CellContent, FileLink

_MAX_NAME_BYTES = 180  # without the suffix
_LETTER_KINDS = {
    Status.ACCEPTED: "accept",
    Status.RETURNED: "return",
    Status.UNREADABLE: "return",
    Status.FOREIGN: "return",
}
_COLUMNS = (
    ListColumn("number", 6, ("centred",)),
    ListColumn("code", 16),
    ListColumn("name", 30),
    ListColumn("contact", 12),
    ListColumn("phone", 14),
    ListColumn("state", 12),
    ListColumn("letter", 8, ("centred",)),
    ListColumn("word", 9, ("linked", "text")),
    ListColumn("text", 9, ("linked", "text")),
    ListColumn("attached", 13, ("linked", "text")),
    ListColumn("must_fix", 10, ("centred",)),
    ListColumn("explain", 8, ("centred",)),
    ListColumn("check_code", 12),
    ListColumn("sent", 12),
    ListColumn("remark", 34),
)


@dataclass(frozen=True)
class LetterOptions:
    """How letters are written: ``due`` is the last day of handing in, ``sender`` who signs (default: the area).

    ``contact`` is how to reach the sender; ``wording`` a Word file with the district's wording, written if it does not
    exist; ``text_only`` writes no Word files; ``today`` is the day on the letters. ``year``, ``form`` and ``decisions``
    are those of `merge`.
    """

    due: date | None = None
    sender: str = ""
    contact: str = ""
    wording: Path | None = None
    text_only: bool = False
    year: int | None = None
    decisions: Path | None = None
    form: str | None = None
    today: date | None = None


class Letter(NamedTuple):
    """One row of the list: an agency, its kind of letter (empty: none), and the files written, by path in the folder.

    ``file`` is the Word file, ``attached`` the marked copy or page; each is empty if there is none.
    """

    agency: Agency
    item: ReviewedFile | None
    kind: str
    state: str
    file: str = ""
    text_file: str = ""
    attached: str = ""
    check_code: str = ""
    remark: str = ""


class _Attachment(NamedTuple):
    kind: str  # marked, cleared or page; empty for none
    name: str
    content: bytes


_NOTHING_ATTACHED = _Attachment("", "", b"")


def write_letters(
    sources: Sequence[FileSource | str],
    run_context: RunContext,
    folder: Path,
    options: LetterOptions,
    *,
    jobs: Jobs = None,
    progress: Progress | None = None,
) -> tuple[Letter, ...]:
    """Read and check the returns and write all letters into ``folder``; one of an earlier run stays beside it, dated.

    Raises UsageError if it holds anything else, without a roster, or for a wording if only texts are written;
    DefinitionError for a wording that cannot be used.
    """
    if run_context.roster is None:
        raise UsageError("usage.roster_needed")
    if options.text_only and options.wording:
        raise UsageError("usage.wording_of_texts")
    refuse_foreign_folder(folder, letter_words().list["file"])
    outputs = [OutputFile(options.wording, (".docx",))] if options.wording else []
    check_outputs(outputs, sources, run_context.sources, [folder])
    wording = DefaultWording() if options.text_only else _load_wording(options.wording)
    made = merge(
        sources,
        run_context,
        None,
        MergeOptions(year=options.year, form=options.form, decisions=options.decisions),
        jobs=jobs,
        progress=progress,
    )
    writer = _LetterWriter(made, run_context, options, wording)
    with create_whole_folder(folder) as draft:
        letters = tuple(writer.write_all(draft))
        write_list_workbook(
            draft / letter_words().list["file"],
            OwnList.LETTERS,
            _COLUMNS,
            [_list_letter(letter) for letter in letters],
            letter_words().list,
        )
    return letters


def _load_wording(path: Path | None) -> LetterWording:
    """Load the district's wording; write the default one for editing if the file does not exist."""
    if path is None:
        return LetterWording(build_default_wording(), "")
    if not path.exists():
        save_file(path, build_default_wording())
    return LetterWording(path.read_bytes(), str(path))


class _LetterWriter:
    """Writes the letters of one consolidation."""

    def __init__(
        self, consolidation: Consolidation, run_context: RunContext, options: LetterOptions, wording: LetterRenderer
    ) -> None:
        self._made, self._wording = consolidation, wording
        self._forms, self._plan = run_context.forms, plan_workbook(consolidation.form)
        self._originals = OriginalFiles()
        self._files = Counter(item.file for item in consolidation.tracking)
        names = Counter(agency.name for agency in consolidation.roster or ())
        self._shared_names = {name for name, count in names.items() if count > 1}
        self._taken: dict[str, set[str]] = {}
        name = options.sender or consolidation.summary.agency_name
        self._sender = LetterSender(name, options.contact, options.today or date.today(), options.due)

    def write_all(self, folder: Path) -> Iterator[Letter]:
        """Write every letter; yield a row for each agency that owes or sent a return, then for unknown files."""
        unread = find_unread_versions(self._made)
        files = {**find_agency_files(self._made), **unread}
        missing = {agency.code for agency in self._made.missing}
        held = find_held_files(self._made)
        waiting = {**held, **find_held_returns(self._made)}
        rows: dict[str, list[Letter]] = {kind: [] for kind in (*letter_words().letters, "")}
        for agency in self._made.roster or ():
            item = files.get(agency.code)
            if item is None and agency.code not in missing:
                continue
            if item is None and agency.code in held:
                remark = letter_words().list["remark_named_file"].format(file=PurePath(held[agency.code]).name)
                rows[""].append(Letter(agency, None, "", catalogue.look_up_word("status", "missing"), remark=remark))
                continue
            if item and item.counted and agency.code in waiting:
                remark = letter_words().list["remark_held_too"].format(file=PurePath(waiting[agency.code]).name)
                rows[""].append(Letter(agency, item, "", show_file_status(item), remark=remark))
                continue
            kind = self._choose_kind(item)
            letter = self._write_letter(folder, agency, item, kind)
            remark = letter_words().list["remark_unread_version"] if agency.code in unread else letter.remark
            rows[kind].append(letter._replace(remark=remark))
        for letters in rows.values():
            yield from letters
        known = {item.file for item in files.values()}
        for item in self._made.tracking:
            if item.submission is None and item.file not in known and any(each.open for each in item.findings):
                named = "_named" if item.named_agency else ""
                remark = letter_words().list[f"remark_{item.status.value}{named}"]
                shown = remark.format(file=show_file_name(item.file))
                yield Letter(item.named_agency or Agency("", ""), item, "", show_file_status(item), remark=shown)

    def _choose_kind(self, item: ReviewedFile | None) -> str:
        """Return the kind of letter; empty for a return that is held until somebody decides."""
        if item is None:
            return "remind"
        return "accept" if item.counted else _LETTER_KINDS.get(item.status, "")

    def _write_letter(self, folder: Path, agency: Agency, item: ReviewedFile | None, kind: str) -> Letter:
        state = show_file_status(item) if item else catalogue.look_up_word("status", "missing")
        if not kind:
            return Letter(agency, item, kind, state, remark=letter_words().list["remark_undecided"])
        text = letter_words().letters[kind]
        place = folder / text.name
        place.mkdir(exist_ok=True)
        made = self._made
        code = compute_check_code(self._plan, item.submission.values, made.year) if item and item.submission else ""
        attachment = self._attach(item, kind)
        attached = (attachment.kind, attachment.name)
        facts = gather_letter_facts(agency, item, made.form, made.year, self._sender, attached, code)
        title = fill_title(kind, facts)
        stem = self._name_letter(agency, title)
        letter = self._wording.render(kind, facts, title)
        if letter.word is not None:
            save_file(place / f"{stem}.docx", letter.word)
        save_file(place / f"{stem}.txt", letter.text.encode("utf-8-sig"))
        if attachment.name:
            save_file(place / attachment.name, attachment.content)
        names = ("" if letter.word is None else f"{stem}.docx", f"{stem}.txt", attachment.name)
        word, plain, attached_file = (f"{text.name}/{name}" if name else "" for name in names)
        return Letter(agency, item, kind, state, word, plain, attached_file, code)

    def _attach(self, item: ReviewedFile | None, kind: str) -> _Attachment:
        """Return the marked copy or the page of a return with open findings."""
        if item is None:
            return _NOTHING_ATTACHED
        _, answer = build_copy_safely(item, self._forms, self._originals if self._files[item.file] == 1 else None)
        if answer is None or answer[0] == "cleared":
            return _NOTHING_ATTACHED
        taken = self._taken.setdefault(kind, set())
        return _Attachment(answer[0], choose_copy_name(item, answer[0], taken), answer[1])

    def _name_letter(self, agency: Agency, title: str) -> str:
        """Return the file name of a letter without its suffix; with the code where several agencies share a name."""
        words = letter_words()
        pattern = words.file_twice if agency.name in self._shared_names else words.file
        return clean_file_name(pattern.format(title=title, agency=agency.name, code=agency.code), _MAX_NAME_BYTES)


def _list_letter(letter: Letter) -> Mapping[str, CellContent]:
    agency, item = letter.agency, letter.item
    words = letter_words()
    attached = words.list["page" if letter.attached.endswith(".html") else "marked"]
    links = (
        ("word", letter.file, words.list["open"]),
        ("text", letter.text_file, words.list["open"]),
        ("attached", letter.attached, attached),
    )
    return {
        "code": catalogue.quote_text(agency.code),
        "name": catalogue.quote_text(agency.name),
        "contact": agency.contact,
        "phone": agency.phone,
        "state": letter.state,
        "letter": words.letters[letter.kind].name if letter.kind else words.list["none"],
        **{key: FileLink(text, file) for key, file, text in links if file},
        "must_fix": count_unsettled(item, Severity.MUST_FIX) if item else None,
        "explain": count_unsettled(item, Severity.EXPLAIN) if item else None,
        "check_code": letter.check_code,
        "remark": catalogue.quote_text(letter.remark),
    }
