"""The seal of a workbook: whether it is the one that was handed out, told by whoever holds the key."""

from collections.abc import Iterator

from xltool.checks.context import Context
from xltool.checks.make_finding import finding
from xltool.forms.identity import identity_from
from xltool.forms.seal import genuine
from xltool.model.agency import Scope
from xltool.model.finding import Finding
from xltool.model.submission import Submission


def seals(submission: Submission, context: Context) -> Iterator[Finding]:
    """A seal that is broken or missing where a key is given; one that nobody looked at where none is."""
    if submission.scope is not Scope.OWN or submission.manifest:
        return
    identity = identity_from(submission.issued)
    sealed = identity is not None and bool(identity.seal)
    if context.seal_key is None:
        if sealed:
            yield finding("seal.unchecked")
    elif not sealed:
        yield finding("seal.missing")
    elif identity is not None and not genuine(identity, context.seal_key):
        yield finding("seal.broken")
