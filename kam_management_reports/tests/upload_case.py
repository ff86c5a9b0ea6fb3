"""Files as nobody should send them: made of a good one, for each way in."""

import io
import random
import zipfile

ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'


def parts_of(content):
    """Return {name: bytes} of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(parts):
    """Return a workbook made of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


def hostile(good):
    """Return {what: (bytes, words of the refusal)}, each refused before it is read."""
    parts = parts_of(good)
    return {
        "nothing": (b"", "missing"),
        "ten megabytes of nothing": (bytes(10 * 2**20), "File"),
        "more than ten megabytes": (b"x" * (10 * 2**20 + 1), "10 MB"),
        "zip bomb": (archive({"xl/a.xml": bytes(101 * 2**20)}), "unpacks"),
        "many parts": (
            archive({f"xl/{n}.xml": b"<a/>" for n in range(501)}),
            "unpacks",
        ),
        "macros": (archive({**parts, "xl/vbaProject.bin": b"x"}), "macros"),
        "embedded": (archive({**parts, "xl/embeddings/a.bin": b"x"}), "macros"),
        "external link": (
            archive({**parts, "xl/externalLinks/externalLink1.xml": b"<a/>"}),
            "links to other files",
        ),
        "connection": (archive({**parts, "xl/connections.xml": b"<a/>"}), "links"),
        "entities": (archive({**parts, "xl/styles.xml": ENTITY}), "no need"),
        "old format": (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "neither"),
        "document": (archive({"word/document.xml": b"<a/>"}), "cannot be read"),
        "half": (good[: len(good) // 2], "cannot be read"),
        "head alone": (b"PK\x03\x04", "cannot be read"),
    }


def damaged(good, number, seed=7):
    """Yield ``number`` files: bytes changed, cut out, or a part rewritten."""
    parts, dice = parts_of(good), random.Random(seed)
    for one in range(number):
        yield _damaged(good, parts, dice, one % 4)


def _damaged(good, parts, dice, way):
    if way == 0:
        content = bytearray(good)
        for _once in range(dice.randint(1, 20)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        return bytes(content)
    if way == 1:
        start = dice.randrange(len(good))
        return good[:start] + good[start + dice.randint(1, 300) :]
    if way == 2:
        return good[: dice.randrange(1, len(good))]
    name = dice.choice(sorted(parts))
    body = bytearray(parts[name])
    for _once in range(dice.randint(1, 6)):
        body[dice.randrange(len(body))] = dice.randrange(32, 127)
    return archive({**parts, name: bytes(body)})
