"""What the coordinator writes beside findings: matched by owner and finding, and never lost from run to run."""

from collections.abc import Iterable

from xltool.model.consolidation import FindingRecord, FindingRemark

_BETWEEN = "\n"  # of remarks on rows that are one finding now


def make_remark_key(fingerprint: str, owner: str, message: str) -> str:
    """Return what a remark is matched by: the fingerprint; where a finding has none, its owner and its sentence."""
    return fingerprint or f"{owner}|{message}"


def join_remarks(finding_remarks: Iterable[FindingRemark]) -> tuple[FindingRemark, ...]:
    """Return one remark for each finding, different texts about it one below the other."""
    joined: dict[str, FindingRemark] = {}
    for each in finding_remarks:
        known = joined.get(each.key)
        if known is None:
            joined[each.key] = each
        elif each.text not in known.text.split(_BETWEEN):
            joined[each.key] = known._replace(text=f"{known.text}{_BETWEEN}{each.text}")
    return tuple(joined.values())


def make_remark(finding_record: FindingRecord, text: str) -> FindingRemark:
    """Return the remark on a listed finding."""
    key = make_remark_key(finding_record.fingerprint, finding_record.whose, finding_record.message)
    return FindingRemark(key, finding_record, text)
