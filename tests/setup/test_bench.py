import json

import pytest
from kambench import figures, record, table
from kambench.command import PARTS, parse, scale_of, trade_of
from kambench.figures import number, row, wanted, with_queries
from kamsetup.errors import SetupError


def costs(*seconds, queries=7):
    """Return costs of one round each; the wall clock is twice the processor time."""
    return [{"wall": 2 * one, "cpu": one, "queries": queries} for one in seconds]


def run_of(*rows, scale="whole history", at="2026-01-15T09:00:00+00:00"):
    parts = [{"name": "append", "title": "Append", "rows": list(rows)}]
    return {"at": at, "scale": scale, "parts": parts}


def test_ratios_are_taken_round_by_round():
    # a slow moment of the machine slows both sides of its round
    found = row("x", costs(1.0, 10.0, 3.0), costs(0.5, 5.0, 2.0))
    assert found["cpu"] == {"median": 2.0, "min": 1.5, "max": 2.0}
    assert found["wall"] == {"median": 2.0, "min": 1.5, "max": 2.0}
    assert found["seconds"] == {"median": 6.0, "min": 2.0, "max": 20.0}


def test_speed_is_the_other_way_round():
    found = row("x", costs(4.0), costs(1.0), speed=True)
    assert found["cpu"]["median"] == 0.25


def test_rounds_of_both_sides_must_be_as_many():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        row("x", costs(1.0, 2.0), costs(1.0))


@pytest.mark.parametrize(
    ("speed", "ours", "met"),
    [(False, 2.9, True), (False, 3.1, False), (True, 0.3, True), (True, 0.4, False)],
)
def test_a_ratio_is_judged_by_its_side(speed, ours, met):
    limit = 3 if speed else 3.0
    found = row("x", costs(ours), costs(1.0), speed=speed, want=wanted("ratio", limit))
    assert found["met"] is met


def test_nothing_wanted_is_neither_met_nor_missed():
    assert row("x", costs(1.0), costs(1.0))["met"] is None


def test_added_queries_are_judged_without_the_links():
    want = wanted("added", 2)
    found = row("x", costs(1.0, queries=14), costs(1.0, queries=10), want=want)
    assert found["met"] is None
    assert with_queries(found, 2, 2)["met"] is True
    assert with_queries(found, 3, 1)["met"] is False


def test_seconds_are_judged_as_they_are():
    assert number("x", 29.9, want=wanted("seconds", 30))["met"] is True
    assert number("x", 30.1, want=wanted("seconds", 30))["met"] is False


def test_table_shows_what_was_wanted_and_missed():
    fast = row("quick", costs(0.0001), costs(0.0002), want=wanted("ratio", 3))
    slow = row("slow", costs(4.0), costs(1.0), want=wanted("ratio", 3))
    some = with_queries(
        row("some", costs(1.0, queries=14), costs(1.0, queries=10)), 2, 2
    )
    parts = [{"title": "Append", "rows": [fast, slow, some, number("n", 0.25)]}]
    lines = table.text(parts).splitlines()
    assert "APPEND" in lines[1]
    assert "0.50 x" in lines[2]
    assert "≤ 3: yes" in lines[2]
    assert "200 µs / 400 µs" in lines[2]
    assert "≤ 3: NO" in lines[3]
    assert "14 / 10: facts +2, rest +2" in lines[4]
    assert "250.0 ms" in lines[5]


def test_a_ratio_within_the_noise_is_no_regression():
    before = run_of(row("x", costs(1.0, 1.5, 2.0), costs(1.0, 1.0, 1.0)))
    now = run_of(row("x", costs(1.9, 1.95, 2.1), costs(1.0, 1.0, 1.0)))
    assert record.regressions(now, before) == []


def test_a_ratio_beyond_the_noise_is_a_regression():
    before = run_of(row("x", costs(1.0, 1.1, 1.2), costs(1.0, 1.0, 1.0)))
    now = run_of(row("x", costs(1.5, 1.6, 1.7), costs(1.0, 1.0, 1.0)))
    (sentence,) = record.regressions(now, before)
    assert sentence == "append: x is 1.60 x, was 1.10 x (1.00 … 1.20)"
    assert record.regressions(before, now) == []


def test_a_small_change_of_a_quiet_machine_is_no_regression():
    before = run_of(row("x", costs(1.0, 1.0), costs(1.0, 1.0)))
    now = run_of(row("x", costs(1.05, 1.05), costs(1.0, 1.0)))
    assert record.regressions(now, before) == []


def test_less_speed_is_a_regression():
    before = run_of(row("x", costs(2.0, 2.1), costs(1.0, 1.0), speed=True))
    now = run_of(row("x", costs(3.0, 3.1), costs(1.0, 1.0), speed=True))
    assert len(record.regressions(now, before)) == 1
    assert record.regressions(before, now) == []


def test_one_more_query_is_a_regression():
    before = run_of(row("x", costs(1.0, queries=12), costs(1.0, queries=10)))
    now = run_of(row("x", costs(1.0, queries=13), costs(1.0, queries=10)))
    assert record.regressions(now, before) == ["append: x adds 3 queries, added 2"]


def test_rows_that_are_new_or_have_no_ratio_are_left_alone():
    before = run_of(number("n", 1.0), row("x", costs(1.0, queries=None), costs(1.0)))
    now = run_of(number("n", 9.0), row("x", costs(1.0), costs(1.0)), number("m", 1.0))
    assert record.regressions(now, before) == []


def test_the_last_run_on_as_much_data_is_found(tmp_path):
    for name, scale, at in (
        ("a", "whole history", "2026-01-15T09:00:00+00:00"),
        ("b", "whole history", "2026-01-16T09:00:00+00:00"),
        ("c", "made up", "2026-01-17T09:00:00+00:00"),
    ):
        record.write(tmp_path / f"{name}.json", run_of(scale=scale, at=at))
    assert record.last(tmp_path, "whole history")[0] == "b.json"
    assert record.last(tmp_path, "5 customers") == (None, None)


def test_figures_are_kept_with_what_is_known_of_them(tmp_path):
    file = tmp_path / "results" / record.file_name("2026-01-15", "Some CPU/4 cores")
    assert file.name == "2026-01-15-some-cpu-4-cores.json"
    record.write(file, run_of(number("n", 1.23456789)))
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["parts"][0]["rows"][0]["value"] == 1.235


def test_every_part_has_its_module():
    folder = table.__file__.replace("table.py", "parts")
    for name in PARTS:
        with open(f"{folder}/{name}.py", encoding="utf-8") as file:
            assert "def run(world):" in file.read()


@pytest.mark.parametrize(
    "words", [["--only", "x"], ["--rounds", "0"], ["--rounds", "a"]]
)
def test_a_wrong_option_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        parse(words)
    assert words[0] in capsys.readouterr().err


def test_without_the_history_a_made_up_one_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr("kambench.command.DATA", tmp_path)
    options = parse(["--customers", "5"])
    assert trade_of(options) is None
    assert scale_of(options, None) == "made up"
    assert scale_of(options, ("a", "b")) == "5 customers"
    options = parse(["--file", "/nowhere/x.csv.xz"])
    with pytest.raises(SetupError, match=r"there is no file /nowhere/x\.csv\.xz"):
        trade_of(options)


def test_spread_of_one_number():
    assert figures.spread([3.0]) == {"median": 3.0, "min": 3.0, "max": 3.0}
