"""Tell which findings of an earlier run this run could not make, so that they are not called resolved.

A finding is resolved only if its check was run again: with last year's figures, a roster or a seal key where it needs
them, and with its rule switched on.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xltool.checks.history import JUMP_STANDARD
from xltool.checks.relations import WITHOUT_RULE_POWER
from xltool.commands.run_context import RunContext
from xltool.consolidation.finding_fingerprints import identify_owner
from xltool.model.consolidation import FindingRecord, ReviewedFile

_PREVIOUS_CODES = frozenset({"text.growth", "text.reused", "claim.old", "merge.divided", "merge.left_to_nobody"})
_ROSTER_CODES = frozenset(
    {
        *("identity.not_listed", "identity.unknown_code", "identity.other_code", "identity.other_name"),
        *("identity.former_name", "identity.scope", "identity.scope_doubles", "identity.ended", "identity.not_begun"),
        *("owner.doubtful", "text.agency", "merge.incomplete", "merge.divided", "merge.left_to_nobody"),
    }
)
_SEAL_PREFIX = "seal."


class CheckedRules(NamedTuple):
    """The codes that a run skipped, and those that it checked only for agencies with figures of the year before.

    ``years`` are the years of the returns by owner, see `identify_owner`.
    """

    run_context: RunContext
    years: Mapping[str, int | None]
    skipped: frozenset[str]
    needing_previous: frozenset[str]

    def is_checked(self, record: FindingRecord) -> bool:
        """Return whether this run checked what the record of an earlier run is about. Records without a code: yes."""
        if record.code in self.skipped or (record.code.startswith(_SEAL_PREFIX) and not self.run_context.seal_key):
            return False
        return record.code not in self.needing_previous or self._has_previous(record.whose)

    def _has_previous(self, owner: str) -> bool:
        code = owner.removeprefix("area ")
        if code != owner:
            return self.run_context.previous_years is not None
        return self.run_context.sum_year_before([code], self.years.get(owner)) is not None


def find_checked_rules(run_context: RunContext, reviewed_files: Iterable[ReviewedFile]) -> CheckedRules:
    """Find which codes this run skips: rules that are off or on trial, and without a roster those that need one."""
    profile, rules = run_context.profile, [rule for form in run_context.forms for rule in form.relations]
    skipped: set[str] = set()
    if profile:
        skipped |= profile.beta | {code for code, severity in profile.severities.items() if severity is None}
    if run_context.roster is None:
        skipped |= _ROSTER_CODES | {rule.rule for rule in rules if rule.profile == WITHOUT_RULE_POWER}
    jumps = {form.standards[JUMP_STANDARD].id for form in run_context.forms if JUMP_STANDARD in form.standards}
    needing = _PREVIOUS_CODES | jumps | {rule.rule for rule in rules if rule.uses_previous}
    years = {identify_owner(item): item.submission.year for item in reviewed_files if item.submission}
    return CheckedRules(run_context, years, frozenset(skipped), frozenset(needing))
