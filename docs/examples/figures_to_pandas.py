"""Read a folder of returns into a pandas DataFrame, one row a figure.

python docs/examples/figures_to_pandas.py RETURNS ROSTER [FORM_FOLDER ...]
"""

import sys

import xltool


def main(returns: str, roster: str, *forms: str) -> None:
    """Print the figures of all readable returns, one agency a row and one figure a column."""
    context = xltool.load_context(roster, forms=forms)
    frame = xltool.figures_to_dataframe(xltool.check(returns, context), context)
    print(f"{len(frame)} figures of {frame['agency_name'].nunique()} agencies")
    wide = frame.pivot_table(index="agency_name", columns="id", values="value", aggfunc="first")
    print(wide.iloc[:, :3].to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
