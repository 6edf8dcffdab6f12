"""The signature line of a form (填表人、负责人、报出日期), as its report prints it below the last table."""

import re
from collections.abc import Callable, Mapping

from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Form


def format_signature(form: Form, signed: Mapping[str, str]) -> str:
    """Format the line; ``signed`` are the texts by id of its part. A form without one has an empty line."""
    say = workbook_words().text
    parts = (say["signature_part"].format(label=item.label, text=signed.get(item.id, "")) for item in form.signature)
    return say["signature_gap"].join(parts)


def list_print_footer(form: Form) -> str:
    """Return the line at the foot of a printed sheet, to be signed by hand: that of the form, or the usual one."""
    return format_signature(form, {}) or workbook_words().look["signature"]


def match_signature(form: Form, line: str, normalize: Callable[[str], str]) -> bool:
    """Return True if a line of a report is the signature line of its form, whatever is filled in."""
    say = workbook_words().text
    labels = [normalize(say["signature_part"].format(label=item.label, text="")) for item in form.signature]
    return bool(labels) and re.fullmatch(".*".join([*map(re.escape, labels), ""]), normalize(line)) is not None
