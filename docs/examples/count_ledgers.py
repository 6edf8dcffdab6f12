"""Ledgers of requests: a new one for each agency, a count for a period, and the requests behind each figure.

python docs/examples/count_ledgers.py LEDGERS ROSTER PERIOD FOLDER
"""

import sys
from pathlib import Path

import xltool


def main(ledgers: str, roster: str, period: str, folder: str) -> None:
    """Count every ledger; write next year's with what is still open, and copies without names and contents."""
    context = xltool.load_context(roster)
    counted = xltool.count_ledgers(ledgers, context, period=period)
    for item in counted:
        print(f"{Path(item.reviewed.file).name}: {item.reviewed.status}")
        for finding in xltool.select_open_findings(item.findings):
            print(f"  {xltool.render_finding(finding)}")
        if item.count:
            for cell, figure in item.count.figures.items():
                if figure and cell.startswith("requests.received."):
                    print(f"  {cell} = {figure}: {', '.join(line.name for line in item.count.lines[cell])}")
    years = {item.ledger.year for item in counted if item.ledger and item.ledger.year}
    for issued in xltool.new_ledgers(max(years) + 1, context, Path(folder) / "new", capacity=200, previous=ledgers):
        print(f"{issued.file}: {len(issued.carried.requests) if issued.carried else 0} carried over")
    xltool.strip_ledgers(ledgers, context, Path(folder) / "handed in")


if __name__ == "__main__":
    main(*sys.argv[1:])
