"""Bytes in, bytes out: a template, a check and a merge without a file, as a web service would do it.

python docs/examples/in_memory.py RETURN
"""

import io
import sys
from pathlib import Path

import xltool


def main(file: str) -> None:
    """Make one template, check one return and merge it, all in memory."""
    town = xltool.Agency("329907", "示例一镇人民政府")
    context = xltool.load_context("code,name\n329907,示例一镇人民政府\n".encode())
    template = xltool.make_template(2025, town, context)
    print(f"template: {template[:2]!r}, {len(template) // 1024} KiB")

    content = Path(file).read_bytes()  # in a service: what was uploaded
    (item,) = xltool.check(xltool.MemoryFile(Path(file).name, content), context)
    print(f"{item.file}: {item.status}")
    for finding in xltool.select_open_findings(item.findings):
        print(f"  {xltool.render_finding(finding)}")

    output = io.BytesIO()
    try:
        consolidation = xltool.merge(io.BytesIO(content), context, output)
    except xltool.XltoolError as error:
        print(error)  # a sentence that says what to do
    else:
        print(f"merged: {len(consolidation.parts)} return, {output.getvalue()[:2]!r}")


if __name__ == "__main__":
    main(sys.argv[1])
