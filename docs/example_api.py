"""The public API in a few lines: check, merge, and ask who a total is made of.

python docs/example_api.py ROSTER RETURNS OUTPUT
"""

import sys
from pathlib import Path

from xltool import pipeline
from xltool.messages import catalogue


def main(roster: Path, returns: Path, output: Path) -> None:
    """Merge the returns of a roster and print what a coordinator would ask first."""
    about = pipeline.build_run_context(roster)
    beside = pipeline.ExtraOutputs(page=output.with_suffix(".html"), tables=output.with_suffix(""))
    made = pipeline.merge([returns], about, output, pipeline.MergeOptions(force=True), beside)

    print(f"{len(made.summary.manifest)} of {made.expected} agencies, missing:")
    for agency in made.missing:
        print(f"  {agency.code} {agency.name}")
    for item in made.tracking:
        for finding in pipeline.select_open_findings(item.findings):
            print(f"{Path(item.file).name}: {catalogue.render_finding(finding)}")

    (figure,) = pipeline.trace(output, "requests.received.total", about.forms)
    print(f"{figure.cell.words}: {figure.total}")
    for contribution in figure.contributions[:3]:
        print(f"  {contribution.agency.name}: {contribution.value} ({figure.calculate_share(contribution)})")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
