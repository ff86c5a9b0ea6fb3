"""All papers of a case in one archive: names that are safe, a size that is bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_BYTES = 50 * 2**20  # mail servers and browsers take it still
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the case.

    :param folder: of the archive; ``name`` as somebody called it
    :param size: bytes
    """

    folder: str
    name: str
    size: int


def safe_name(name: str) -> str:
    """Return a name that every system can unpack, never empty, never a path."""
    name = re.sub(r"[\x00-\x1f<>:\"/\\|?*]+", "_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 5:
        return f"{stem[: NAME_LENGTH - len(suffix) - 1].strip(' .') or '_'}.{suffix}"
    return name[:NAME_LENGTH].strip(" .") or "_"


def plan(
    papers: Iterable[Paper], most: int = MOST_BYTES
) -> tuple[list[tuple[int, str]], list[int]]:
    """Return ([(place of the paper, path in the archive)], [places left out]).

    Paths are unique whatever the letter case; papers come in the order given, and one
    that would pass the limit is left out, smaller ones after it still come in.

    :param most: bytes of all papers, before they are packed
    """
    taken, chosen, left_out, total = set(), [], [], 0
    for place, paper in enumerate(papers):
        if total + paper.size > most:
            left_out.append(place)
            continue
        total += paper.size
        path = _unique(f"{safe_name(paper.folder)}/", safe_name(paper.name), taken)
        chosen.append((place, path))
    return chosen, left_out


def _unique(folder, name, taken):
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, dot + suffix) if dot else (name, "")
    path, number = folder + name, 2
    while path.lower() in taken:
        path, number = f"{folder}{stem} ({number}){suffix}", number + 1
    taken.add(path.lower())
    return path
