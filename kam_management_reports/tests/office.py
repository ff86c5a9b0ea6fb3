"""LibreOffice without a window: workbooks reckoned again from their formulas alone.

The values stored beside formulas are taken out first, so that nothing can be copied
from them. Plain Python: tests with and without a database use it.
"""

import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from openpyxl import load_workbook

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
ABSENT = "LibreOffice is not installed: apt install libreoffice-calc"
STORED = re.compile(rb"(<f[^>]*>[^<]*</f>)<v>[^<]*</v>")
PATIENCE_SECONDS = 180


def without_values(content):
    """Return the workbook without the values that stand beside its formulas."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in archive.namelist():
            body = archive.read(name)
            if name.startswith("xl/worksheets/"):
                body = STORED.sub(rb"\1", body)
            made.writestr(name, body)
    return out.getvalue()


def converted(contents, suffix="xlsx"):
    """Return {name: bytes} of workbooks as LibreOffice saves them, in one run.

    :param contents: {name: bytes}
    :param suffix: ``xlsx`` or ``pdf``
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        paths = []
        for name, content in contents.items():
            paths.append(source / f"{name}.xlsx")
            paths[-1].write_bytes(content)
        subprocess.run(
            [
                PROGRAM,
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                suffix,
                "--outdir",
                str(target),
                *map(str, paths),
            ],
            check=True,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        return {
            path.stem: (target / f"{path.stem}.{suffix}").read_bytes() for path in paths
        }


def formulas(content):
    """Return {(sheet, cell): (formula, value stored beside it)}."""
    written = load_workbook(io.BytesIO(content))
    stored = load_workbook(io.BytesIO(content), data_only=True)
    return {
        (sheet.title, cell.coordinate): (
            cell.value,
            stored[sheet.title][cell.coordinate].value,
        )
        for sheet in written.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def differences(contents):
    """Return [(workbook, sheet, cell, formula, ours, theirs)] that LibreOffice sees.

    Amounts agree to a tenth of a cent.
    """
    again = converted({name: without_values(one) for name, one in contents.items()})
    found = []
    for name, content in contents.items():
        book = load_workbook(io.BytesIO(again[name]), data_only=True)
        for (sheet, cell), (formula, ours) in formulas(content).items():
            theirs = book[sheet][cell].value
            if not _same(ours, theirs):
                found.append((name, sheet, cell, formula, ours, theirs))
    return found


def _same(ours, theirs):
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) < 0.001
    return (ours or None) == (theirs or None)
