"""Entry point of setup/demo, setup/test, setup/long and setup/tool."""

import sys


def too_old():
    """Say so on a Python that could not even read the other files."""
    found = "%d.%d" % sys.version_info[:2]  # noqa: UP031 (an f-string is new in 3.6)
    return (
        "Odoo 19 needs Python 3.10 to 3.13 and this is "
        + found
        + ". Name another one: PYTHON=/usr/bin/python3.11 setup/demo"
    )


if __name__ == "__main__":
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        sys.exit("setup/" + sys.argv[1] + ": " + too_old())
    from pathlib import Path  # Python 2 has none, and is told above what it is

    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from kamsetup.commands import main

    sys.exit(main(sys.argv[1], sys.argv[2:]))
