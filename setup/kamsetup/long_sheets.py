"""setup/long sheets: a table past the rows that the file format has in one tab.

Written for real, with the true limit: the rows of all tabs, the words that say where
they go on, the total over both, and the memory of the process.
"""

import json
import re
import tempfile
import time
import zipfile
from pathlib import Path

from . import processes
from .places import ROOT, SETUP
from .verdict import Verdict

LIMIT = 1_048_576
ROWS = LIMIT + 2_000
MIB = 300
SCRIPT = """
import json, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from kambench import sheets
sheets.ours(sys.argv[3], sheets.rows(int(sys.argv[4])), int(sys.argv[4]))
print(json.dumps(sheets.mib("VmHWM")))
"""
ROW = re.compile(rb'<row r="(\d+)"')
TEXT = re.compile(rb"Continued in [^<]*")
TOTAL = re.compile(rb'<c r="H\d+"[^>]*><f>(SUBTOTAL[^<]*)</f><v>([^<]*)</v>')


def write(state, file):
    """Write the workbook in a process of its own; return the MiB it took at most."""
    addon = ROOT / "kam_management_reports"
    command = [state.python, "-B", "-c", SCRIPT, SETUP, addon, file, str(ROWS)]
    code, text = processes.output_of(command)
    if code:
        raise RuntimeError(text)
    return json.loads(text.splitlines()[-1])


def look(stream):
    """Return (last row, words of going on, (formula, value) of the total) of a tab."""
    last, tail, words, total = 0, b"", b"", None
    while chunk := stream.read(1 << 22):
        found = tail + chunk
        for number in ROW.finditer(found):
            last = max(last, int(number[1]))
        if word := TEXT.search(found):
            words = word[0]
        if sums := TOTAL.findall(found):
            total = sums[-1]
        tail = found[-4096:]
    return last, words.decode(), total


def wrong(file, mib):
    """Yield what is not as it must be."""
    with zipfile.ZipFile(file) as package:
        tabs = sorted(
            name for name in package.namelist() if name.startswith("xl/worksheets/s")
        )
        if len(tabs) != 2:
            yield f"{len(tabs)} tabs instead of 2"
            return
        looks = []
        for name in tabs:
            with package.open(name) as stream:
                looks.append(look(stream))
    first, second = looks
    if first[0] > LIMIT:
        yield f"row {first[0]} is past the limit"
    if "Documents (2)" not in first[1]:
        yield "the first tab does not say where it goes on"
    if second[1]:
        yield "the second tab says that it goes on"
    formula, value = second[2] or (b"", b"0")
    if b"'Documents'!" not in formula:
        yield "the second total leaves the first tab out"
    wanted = sum(100 + number % 1000 / 4 for number in range(ROWS))
    if abs(float(value) - wanted) > 0.01:
        yield f"the total is {value.decode()}, not {wanted}"
    if mib > MIB:
        yield f"{mib:.0f} MiB of memory, {MIB} are allowed"


def main(state, progress):
    """Return the verdict."""
    began = time.monotonic()
    with (
        progress.step(f"A workbook of {ROWS} rows"),
        tempfile.TemporaryDirectory() as folder,
    ):
        file = Path(folder) / "long.xlsx"
        mib = write(state, file)
        found = list(wrong(file, mib))
    print(f"{ROWS} rows, {mib:.0f} MiB of memory at most")
    return Verdict(
        "a workbook past the limit of a tab",
        1 - bool(found),
        found,
        seconds=time.monotonic() - began,
    )
