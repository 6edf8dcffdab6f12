"""Prints a constraint of pip for each library of pyproject.toml: exactly the lowest version it allows.

python .ci/lowest_versions.py > constraints.txt
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9.]+)")
NOT_RUN_TIME = {"dev", "fuzz"}  # tools of the tests; they may be newer


def list_constraints() -> list[str]:
    """Return ``name==version`` for every library that is needed at run time, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *(item for name in extras if name not in NOT_RUN_TIME for item in extras[name])]
    matches = [_REQUIREMENT.fullmatch(item) for item in needed]
    assert all(matches), needed  # every library has a lower bound
    return sorted({f"{match[1]}=={match[2]}" for match in matches if match})


if __name__ == "__main__":
    print("\n".join(list_constraints()))
