"""Amounts and dates as customers write them: any mark, order and language."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

LARGEST = Decimal(10) ** 13
EXCEL_FIRST = date(1899, 12, 30)  # day 0 of its calendar, which has a 29 Feb 1900
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            *("jan янв", "feb фев", "mar мар", "apr апр", "may мая май mai", "jun июн"),
            *("jul июл", "aug авг", "sep сен", "oct окт okt", "nov ноя", "dec дек dez"),
        ),
        1,
    )
    for word in words.split()
}


def decimal_mark(cells: Sequence) -> str:
    """Return the mark before decimals in a column of texts: ``.`` or ``,``.

    ``1.234,50`` and ``12,5`` say it; ``1,234`` alone does not: then it is ``.``.
    """
    commas = points = 0
    for cell in cells:
        text = re.sub(r"[^\d.,]", "", cell) if isinstance(cell, str) else ""
        comma, point = text.rfind(","), text.rfind(".")
        if comma >= 0 and point >= 0:
            commas += comma > point
            points += point > comma
        elif comma >= 0 and text.count(",") == 1 and len(text) - comma != 4:
            commas += 1
        elif point >= 0 and text.count(".") == 1 and len(text) - point != 4:
            points += 1
    return "," if commas > points else "."


def read_amount(cell, mark: str = ".") -> Decimal | None:
    """Return an amount; None for an empty cell.

    :raises ValueError: not an amount
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, (bool, date, datetime)):
        raise ValueError(cell)  # noqa: TRY004 a cell of another kind, like any other
    if isinstance(cell, (int, float, Decimal)):
        text = format(Decimal(str(cell)), "f") if cell == cell else "nan"  # noqa: PLR0124
    else:
        text = str(cell).strip()
        if text.startswith("="):  # a formula whose value is not in the file
            raise ValueError(cell)
        text = _plain_number(text, mark)
    if text in ("", "-"):
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(cell) from error
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError(cell)
    return amount.quantize(Decimal("0.0001")).normalize() + Decimal(0)


def _plain_number(text, mark):
    if any(map(str.isalpha, text)) and not any(map(str.isdigit, text)):
        raise ValueError(text)
    text = text.strip().replace("\u2212", "-").replace("\u2013", "-")
    minus = (text.startswith("(") and text.endswith(")")) or text.endswith(
        "-"
    ) != text.startswith("-")
    text = re.sub(r"(?<=\d)[\s\u00a0\u202f'\u2019](?=\d)", "", text.strip("()- "))
    text = re.sub(r"^[^\d.,]{0,4}|[^\d.,]{0,5}$", "", text).strip()
    text = text.replace("." if mark == "," else ",", "").replace(mark, ".")
    return f"-{text}" if minus and text else text


def day_first(cells: Sequence) -> bool:
    """Tell whether dates such as 03/04/2026 in a column begin with the day.

    They do unless some date of the column can only begin with a month.
    """
    months = days = 0
    for cell in cells:
        parts = re.match(r"\s*(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}", str(cell or ""))
        if parts:
            first, second = map(int, parts.groups())
            days += first > 12
            months += second > 12
    return days >= months


def read_date(cell, first: bool = True) -> date | None:
    """Return a date; None for an empty cell.

    :param first: the day comes before the month where both could be
    :raises ValueError: not a date
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if not 10_000 <= cell <= 110_000:  # 1927 to 2201, as a spreadsheet counts
            raise ValueError(cell)
        found = EXCEL_FIRST + timedelta(int(cell))
    else:
        found = _read_date_text(str(cell).strip(), first)
    if not 1900 <= found.year <= 2199:
        raise ValueError(cell)
    return found


def _read_date_text(text, first):
    if iso := re.match(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:$|[T\s])", text):
        return date(*map(int, iso.groups()))
    if found := re.match(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2,4})(?:$|\D)", text):
        one, two, year = map(int, found.groups())
        day, month = (one, two) if first else (two, one)
        return date(_year(year), month, day)
    if found := re.match(r"(\d{1,2})[\s.-]+([^\W\d_]{3,})[\s.,-]+(\d{2,4})", text):
        day, month, year = found.groups()
        return date(_year(int(year)), _month(month), int(day))
    if found := re.match(r"([^\W\d_]{3,})[\s.]+(\d{1,2})[\s.,]+(\d{4})", text):
        month, day, year = found.groups()
        return date(int(year), _month(month), int(day))
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    raise ValueError(text)


def _year(year):
    return year if year > 99 else 2000 + year


def _month(word):
    if (key := word.lower()[:3]) not in MONTHS:
        raise ValueError(word)
    return MONTHS[key]
