"""Check the seal of a workbook with the key it was sealed with."""

from collections.abc import Iterator

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import make_finding
from xltool.forms.identity import parse_identity
from xltool.forms.identity_seal import is_genuine
from xltool.model.agency import Scope
from xltool.model.finding import Finding
from xltool.model.submission import Submission


def check_seal(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield a finding on a broken or missing seal, or on an unchecked one if no key is given."""
    if submission.scope is not Scope.OWN or submission.manifest:
        return
    identity = parse_identity(submission.issued)
    sealed = identity is not None and bool(identity.seal)
    if context.seal_key is None:
        if sealed:
            yield make_finding("seal.unchecked")
    elif not sealed:
        yield make_finding("seal.missing")
    elif identity is not None and not is_genuine(identity, context.seal_key):
        yield make_finding("seal.broken")
