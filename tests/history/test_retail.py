"""Reading the file: what is read, and what is said of a broken one."""

import lzma
from datetime import datetime

import pytest
from history.errors import LoadError
from history.retail import HEADER, read_rows

HEAD = ",".join(HEADER)
GOOD = "536365,85123A,HEART,6,2010-12-01T08:26,2.550,17850,United Kingdom"


def write(path, *lines):
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_row_is_read_with_its_types(tmp_path):
    (row,) = read_rows(write(tmp_path / "a.csv", GOOD))
    assert row.number == "536365"
    assert row.quantity == 6
    assert row.price == 2550
    assert row.when == datetime(2010, 12, 1, 8, 26)
    assert row.customer == "17850"


def test_three_decimals_and_negative_prices_stay(tmp_path):
    rows = read_rows(
        write(
            tmp_path / "a.csv",
            "550193,PADS,PADS,1,2011-04-15T09:27,0.001,13952,United Kingdom",
            "A563186,B,Adjust bad debt,1,2011-08-12T14:51,-11062.060,,United Kingdom",
        )
    )
    assert [row.price for row in rows] == [1, -11062060]


def test_xz_and_plain_read_the_same(tmp_path):
    plain = write(tmp_path / "a.csv", GOOD)
    packed = tmp_path / "a.csv.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes()))
    assert list(read_rows(packed)) == list(read_rows(plain))


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (GOOD.replace(",6,", ",six,"), "Line 3: Quantity is 'six'"),
        (GOOD.replace(",6,", ",1.5,"), "Line 3: Quantity is '1.5'"),
        (GOOD.replace("2.550", "2,550"), "Line 3 has 9 columns"),
        (GOOD.replace("2.550", "free"), "Line 3: UnitPrice is 'free'"),
        (GOOD.replace("2.550", "2.5501"), "Line 3: UnitPrice is '2.5501'"),
        (GOOD.replace("2.550", "NaN"), "Line 3: UnitPrice is 'NaN'"),
        (GOOD.replace("2.550", "Infinity"), "Line 3: UnitPrice is 'Infinity'"),
        (GOOD.replace("2010-12-01T08:26", "1/12/10"), "Line 3: InvoiceDate is"),
        (GOOD.replace("536365", ""), "Line 3 has no InvoiceNo"),
        (GOOD.replace("85123A", ""), "Line 3 has no StockCode"),
        ("536365,85123A", "Line 3 has 2 columns"),
    ],
)
def test_a_bad_line_is_named(tmp_path, bad, says):
    with pytest.raises(LoadError) as caught:
        list(read_rows(write(tmp_path / "a.csv", GOOD, bad)))
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_what_to_give(tmp_path):
    with pytest.raises(LoadError, match=r"There is no file .*nowhere.csv.xz: give"):
        list(read_rows(tmp_path / "nowhere.csv.xz"))


def test_a_wrong_header_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(LoadError, match="does not start with the columns InvoiceNo"):
        list(read_rows(path))


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(LoadError, match="does not start with the columns"):
        list(read_rows(path))


def test_a_download_cut_short_is_refused(tmp_path):
    whole = lzma.compress(("\n".join([HEAD] + [GOOD] * 5000)).encode())
    path = tmp_path / "a.csv.xz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LoadError, match=r"a\.csv\.xz is broken after line \d+"):
        list(read_rows(path))
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(LoadError, match=r"a\.csv\.xz is broken after line 1"):
        list(read_rows(path))


def test_latin_text_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEAD}\n{GOOD}\n".encode().replace(b"HEART", b"\xa3 HEART"))
    with pytest.raises(LoadError, match="is not UTF-8 text"):
        list(read_rows(path))
