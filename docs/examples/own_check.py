"""Merge returns with a check of one's own beside those of the form, and say what is wrong and who is missing.

python docs/examples/own_check.py RETURNS ROSTER OUTPUT
"""

import sys
from collections.abc import Iterator

import xltool

RECEIVED, GRANTED = "requests.received.total", "requests.granted.total"


def find_low_share(submission: xltool.Submission, form: xltool.Form) -> Iterator[xltool.Finding]:
    """Find returns in which less than half of all requests was granted in full."""
    received, granted = submission.values.get(RECEIVED), submission.values.get(GRANTED)
    if received and granted is not None and granted * 2 < received:
        entry = submission.entries[GRANTED]
        cell = xltool.FindingCell(GRANTED, entry.sheet, entry.address)
        facts = {"granted": granted, "received": received}
        yield xltool.Finding("OWN-SHARE", xltool.Severity.EXPLAIN, (cell,), facts)


OWN_CHECK = xltool.CustomCheck(
    find_low_share,
    {
        "OWN-SHARE": xltool.Sentence(
            "予以公开偏少", "{place}：新收 {received} 件，予以公开仅 {granted} 件。", "请核实。"
        )
    },
)


def main(returns: str, roster: str, output: str) -> None:
    """Merge the returns; print open findings, the missing agencies and who a total is made of."""
    context = xltool.load_context(roster, checks=[OWN_CHECK])
    consolidation = xltool.merge(returns, context, output, force=True)
    for item in consolidation.tracking:
        for finding in xltool.select_open_findings(item.findings):
            print(f"{finding.code} {xltool.render_finding(finding)}")
    print("missing:", *(agency.name for agency in consolidation.missing))
    (figure,) = xltool.trace(output, RECEIVED, context)
    for contribution in figure.contributions:
        print(f"{figure.cell.words}: {contribution.agency.name} {contribution.value}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
