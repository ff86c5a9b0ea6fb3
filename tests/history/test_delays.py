"""Delays: read from the sample, always the same for the same invoice."""

from collections import Counter
from pathlib import Path

import pytest
from history.delays import REST_AFTER_DAYS, Delays, Instalment, read_delays
from history.errors import LoadError

REAL = Path(__file__).parents[3] / "shared" / "data" / "accounts-receivable.csv"
HEAD = "customerID,invoiceNumber,Disputed,DaysToSettle\n"


def write(path, text):
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_payers_and_days_are_read(tmp_path):
    path = write(tmp_path / "d.csv", "b,1,No,13\na,2,Yes,36\nb,0,No,5\n")
    assert read_delays(path).payers == [[(36, True)], [(5, False), (13, False)]]


def test_one_invoice_always_has_one_answer():
    delays = Delays([[(1, False), (2, False)], [(30, True)]])
    first = [delays.instalments("12347", str(n)) for n in range(50)]
    assert first == [delays.instalments("12347", str(n)) for n in range(50)]


def test_a_customer_keeps_to_one_payer():
    delays = Delays([[(payer, False)] for payer in range(100)])
    days = {delays.instalments("12347", str(n))[0].days for n in range(50)}
    assert len(days) == 1


def test_about_one_disputed_invoice_in_four_is_paid_in_two_parts():
    delays = Delays([[(20, True)]])
    parts = [delays.instalments("1", str(n)) for n in range(2000)]
    two = [part for part in parts if len(part) == 2]
    assert 400 < len(two) < 600
    assert two[0] == [Instalment(20, 60), Instalment(20 + REST_AFTER_DAYS, 40)]
    assert {tuple(part) for part in parts if len(part) == 1} == {(Instalment(20, 100),)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,1,No,soon\n", "d.csv line 2: DaysToSettle is 'soon'"),
        ("a,1,No,-3\n", "d.csv line 2: DaysToSettle is '-3'"),
        ("a,1,No\n", "d.csv line 2: DaysToSettle is None"),
        ("", "d.csv has no row"),
    ],
)
def test_a_bad_sample_is_named(tmp_path, text, says):
    with pytest.raises(LoadError) as caught:
        read_delays(write(tmp_path / "d.csv", text))
    assert str(caught.value).startswith(says)


def test_a_missing_column_or_file_is_named(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("customerID,DaysToSettle\n", encoding="utf-8")
    with pytest.raises(LoadError, match="lacks the column Disputed, invoiceNumber"):
        read_delays(path)
    with pytest.raises(LoadError, match="There is no file"):
        read_delays(tmp_path / "none.csv")


@pytest.mark.skipif(not REAL.exists(), reason=f"needs the sample {REAL.name}")
def test_sampled_delays_follow_the_real_ones():
    delays = read_delays(REAL)
    assert len(delays.payers) == 100
    real = [days for payer in delays.payers for days, _ in payer]
    drawn = Counter()
    for customer in range(400):
        for number in range(20):
            (first, *_) = delays.instalments(str(customer), f"{customer}-{number}")
            drawn[first.days] += 1
    mean = sum(days * count for days, count in drawn.items()) / drawn.total()
    assert abs(mean - sum(real) / len(real)) < 2
    late = sum(count for days, count in drawn.items() if days > 30) / drawn.total()
    assert abs(late - sum(days > 30 for days in real) / len(real)) < 0.06
    assert max(drawn) <= max(real)
