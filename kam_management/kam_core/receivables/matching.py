"""Our lines against the customer's: which agree, and what differs.

In this order: by document number, by amount and date within days, by groups that add
up. Each line of either side is in exactly one result. Time grows with the number of
lines, not with its square; the search for groups stops at a budget.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

AGREED, AMOUNTS_DIFFER, DATES_DIFFER = "agreed", "amounts_differ", "dates_differ"
ONLY_OURS, ONLY_THEIRS = "only_ours", "only_theirs"
BY_NUMBER, BY_AMOUNT, BY_GROUP, NOT_AT_ALL = "number", "amount", "group", ""
DAYS = 5
GROUP = 4  # parts of a group, at most
NEAR = 12  # candidates looked at for a group
BUDGET = 1_000_000  # sums tried for groups
TOKENS = 8
WEAK = 4  # a bare number shorter than this says little by itself
_TOKEN = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of either side, with the sign of ours: what they owe is above zero.

    :param key: tells the line from the others of its side
    """

    key: int
    date: date
    number: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for some lines; ``how`` they were brought together."""

    kind: str
    ours: tuple[int, ...] = ()
    theirs: tuple[int, ...] = ()
    how: str = NOT_AT_ALL


def tokens(number: str | None) -> tuple[str, ...]:
    """Return the parts of a document number that tell it from others.

    Case, punctuation, leading zeros and the way letters are encoded do not matter.
    """
    text = unicodedata.normalize("NFKC", number or "").upper()
    return tuple(
        one.lstrip("0") or "0" if one[0].isdigit() else one
        for one in _TOKEN.findall(text)[:TOKENS]
    )


def match(
    ours: Iterable[Line], theirs: Iterable[Line], days: int = DAYS
) -> tuple[Match, ...]:
    """Return the matches of two lists; every line is in exactly one.

    :param days: dates so many days apart still agree
    :return: matches in order of the dates of their first lines
    """
    work = _Work(list(ours), list(theirs), days)
    work.by_number()
    for window in (0, days):
        work.by_amount(window)
    work.by_group()
    return work.finish()


class _Work:
    def __init__(self, ours, theirs, days):
        self.days = days
        self.lines = ({one.key: one for one in ours}, {one.key: one for one in theirs})
        self.left = (dict(self.lines[0]), dict(self.lines[1]))
        self.found = []
        self.budget = BUDGET

    def take(self, kind, ours, theirs, how):
        for side, keys in enumerate((ours, theirs)):
            for key in keys:
                del self.left[side][key]
        self.found.append(Match(kind, tuple(sorted(ours)), tuple(sorted(theirs)), how))

    def near(self, one, other):
        return abs((one.date - other.date).days) <= self.days

    # ------------------------------------------------------------------ numbers
    def by_number(self):
        """Bring together lines that name the same document."""
        names = [
            {k: tokens(one.number) for k, one in side.items()} for side in self.left
        ]
        index = [_index(side) for side in names]
        for name in [one for one in index[0] if one in index[1] and _strong(one)]:
            self.same_number(index[0][name], index[1][name])
        self.inside(names, index, 1)
        self.inside(names, index, 0)

    def inside(self, names, index, side):
        """Find numbers of the other side inside the longer texts of this side."""
        groups = defaultdict(list)
        for key in self.left[side]:
            for name in _parts(names[side][key]):
                others = [
                    k for k in index[1 - side].get(name, ()) if k in self.left[1 - side]
                ]
                if others and (_strong(name) or self.same_amount(side, key, others)):
                    groups[name].append(key)
                    break
        for name, keys in groups.items():
            pair = [keys, index[1 - side][name]]
            self.same_number(*(pair if side == 0 else pair[::-1]))

    def same_amount(self, side, key, others):
        line = self.left[side][key]
        return any(
            self.left[1 - side][one].amount == line.amount
            and self.near(self.left[1 - side][one], line)
            for one in others
        )

    def same_number(self, our_keys, their_keys):
        ours = [self.left[0][k] for k in our_keys if k in self.left[0]]
        theirs = [self.left[1][k] for k in their_keys if k in self.left[1]]
        for line in sorted(ours, key=_by_date):
            equal = [one for one in theirs if one.amount == line.amount]
            if equal:
                best = min(equal, key=lambda one: (abs(one.date - line.date), one.key))
                kind = AGREED if self.near(line, best) else DATES_DIFFER
                self.take(kind, [line.key], [best.key], BY_NUMBER)
                ours.remove(line)
                theirs.remove(best)
        if ours and theirs:
            total = sum(one.amount for one in ours) - sum(one.amount for one in theirs)
            kind = AMOUNTS_DIFFER if total else AGREED
            if not total and not self.near(
                min(ours, key=_by_date), min(theirs, key=_by_date)
            ):
                kind = DATES_DIFFER
            self.take(kind, _keys(ours), _keys(theirs), BY_NUMBER)

    # ------------------------------------------------------------------ amounts
    def by_amount(self, window):
        """Bring together equal amounts at most ``window`` days apart, in order."""
        sides = [defaultdict(list), defaultdict(list)]
        for side, lines in zip(sides, self.left, strict=True):
            for one in sorted(lines.values(), key=_by_date):
                side[one.amount].append(one)
        for amount, ours in sides[0].items():
            theirs, here, there = sides[1].get(amount, ()), 0, 0
            while here < len(ours) and there < len(theirs):
                apart = (theirs[there].date - ours[here].date).days
                if abs(apart) <= window:
                    self.take(AGREED, [ours[here].key], [theirs[there].key], BY_AMOUNT)
                here += apart >= -window
                there += apart <= window

    # ------------------------------------------------------------------- groups
    def by_group(self):
        """Bring together one line with several of the other side that add up to it."""
        scale = self.scale()
        for side in (0, 1):
            many = sorted(self.left[1 - side].values(), key=_by_date)
            days = [one.date.toordinal() for one in many]
            units = [int(one.amount.scaleb(scale)) for one in many]
            for line in sorted(self.left[side].values(), key=_by_date):
                near = self.candidates(line, side, many, days, units, scale)
                target = int(line.amount.scaleb(scale))
                if parts := self.adding_up(target, near):
                    keys = [many[place].key for place in parts]
                    pair = ([line.key], keys) if side == 0 else (keys, [line.key])
                    self.take(AGREED, *pair, BY_GROUP)

    def scale(self):
        amounts = [one.amount for side in self.left for one in side.values()]
        return max((-one.as_tuple().exponent for one in amounts), default=0)

    def candidates(self, line, side, many, days, units, scale):
        """Return (place, units) of lines that may be parts, nearest first."""
        day, target = line.date.toordinal(), int(line.amount.scaleb(scale))
        first = bisect_left(days, day - self.days)
        last = bisect_right(days, day + self.days)
        found = [
            (place, units[place])
            for place in range(first, min(last, first + 20 * NEAR))
            if units[place] * target > 0
            and abs(units[place]) < abs(target)
            and many[place].key in self.left[1 - side]
        ]
        found.sort(key=lambda one: (abs(days[one[0]] - day), one[0]))
        return found[:NEAR]

    def adding_up(self, target, near):
        """Return places of the fewest candidates that add up to ``target``."""
        for size in range(2, min(GROUP, len(near)) + 1):
            for chosen in combinations(near, size):
                if self.budget <= 0:
                    return None
                self.budget -= 1
                if sum(one[1] for one in chosen) == target:
                    return [one[0] for one in chosen]
        return None

    def finish(self):
        for key in list(self.left[0]):
            self.take(ONLY_OURS, [key], [], NOT_AT_ALL)
        for key in list(self.left[1]):
            self.take(ONLY_THEIRS, [], [key], NOT_AT_ALL)
        return tuple(sorted(self.found, key=self.place))

    def place(self, one):
        side, keys = (0, one.ours) if one.ours else (1, one.theirs)
        return min(self.lines[side][key].date for key in keys), side, keys


def _index(names):
    index = defaultdict(list)
    for key, name in names.items():
        if any(one[0].isdigit() for one in name):
            index[name].append(key)
    return index


def _parts(name):
    """Yield the runs of tokens inside a number, the longest first."""
    for size in range(len(name), 0, -1):
        for start in range(len(name) - size + 1):
            yield name[start : start + size]


def _strong(name):
    """Tell whether a number says enough to stand against another amount."""
    return len(name) > 1 or len(name[0]) >= WEAK


def _by_date(one):
    return one.date, one.key


def _keys(lines):
    return [one.key for one in lines]
