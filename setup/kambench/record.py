"""Recorded runs: write this one, find the last, say what has become worse."""

import json

MARGIN = 0.10  # beyond the spread of both runs, as part of the former median


def file_name(day, machine):
    """Return the name of the file of a run."""
    plain = "".join(one if one.isalnum() else "-" for one in machine.lower())
    return f"{day}-{plain.strip('-')}.json"


def write(file, run):
    """Write a run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rounded(run), indent=1, ensure_ascii=False, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")


def rounded(data):
    """Return the data with four figures a number, as no more is known."""
    if isinstance(data, float):
        return float(f"{data:.4g}")
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    if isinstance(data, list):
        return [rounded(value) for value in data]
    return data


def last(folder, scale):
    """Return (name, run) of the last recorded run on as much data, or (None, None).

    Ratios are compared, so a run of another machine will do.
    """
    found = []
    for file in folder.glob("*.json"):
        run = json.loads(file.read_text(encoding="utf-8"))
        if run["scale"] == scale:
            found.append((run["at"], file.name, run))
    return max(found, key=lambda one: one[0])[1:] if found else (None, None)


def by_name(run):
    """Return {(part, row): row} of a run."""
    return {
        (part["name"], row["name"]): row
        for part in run["parts"]
        for row in part["rows"]
    }


def worse_ratio(row, former):
    """Tell whether a ratio is worse by more than both runs' spread and a margin."""
    now, then = row["cpu"], former["cpu"]
    slack = MARGIN * then["median"]
    if row["speed"]:
        return now["max"] < then["min"] and now["median"] < then["median"] - slack
    return now["min"] > then["max"] and now["median"] > then["median"] + slack


def regressions(run, former):
    """Return one sentence for each figure that is worse than recorded, beyond noise."""
    sentences, before = [], by_name(former)
    for key, row in by_name(run).items():
        then = before.get(key)
        if then is None or "cpu" not in row or "cpu" not in then:
            continue
        name = ": ".join(key)
        if worse_ratio(row, then):
            sentences.append(
                f"{name} is {row['cpu']['median']:.2f} x, was"
                f" {then['cpu']['median']:.2f} x"
                f" ({then['cpu']['min']:.2f} … {then['cpu']['max']:.2f})"
            )
        if row["queries"] is None or then["queries"] is None:
            continue
        now_added = row["queries"] - row["base_queries"]
        added = then["queries"] - then["base_queries"]
        if now_added > added:
            sentences.append(f"{name} adds {now_added} queries, added {added}")
    return sentences
