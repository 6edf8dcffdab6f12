"""The public API in a few lines: check, merge, and ask who a total is made of.

python docs/example_api.py ROSTER RETURNS OUTPUT
"""

import sys
from pathlib import Path

from xltool import pipeline
from xltool.messages import catalogue as texts


def main(roster: Path, returns: Path, output: Path) -> None:
    """Merge the returns of a roster and print what a coordinator would ask first."""
    about = pipeline.setting(roster)
    beside = pipeline.Beside(page=output.with_suffix(".html"), tables=output.with_suffix(""))
    made = pipeline.merge([returns], about, output, pipeline.Choices(force=True), beside)

    print(f"{len(made.summary.manifest)} of {made.expected} agencies, missing:")
    for agency in made.missing:
        print(f"  {agency.code} {agency.name}")
    for item in made.tracking:
        for finding in pipeline.open_findings(item.findings):
            print(f"{Path(item.file).name}: {texts.say(finding)}")

    (figure,) = pipeline.trace(output, "requests.received.total", about.forms)
    print(f"{figure.cell.words}: {figure.total}")
    for contribution in figure.contributions[:3]:
        print(f"  {contribution.agency.name}: {contribution.value} ({figure.share(contribution)})")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
