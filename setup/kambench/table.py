"""The table that people read."""

HEAD = (
    "",
    "ours / base",
    "min … max",
    "by wall clock",
    "queries",
    "seconds",
    "wanted",
    "",
)
SIDES = ("seconds", "base_seconds")


def times(value):
    """Return a ratio in three figures."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def seconds(value):
    """Return seconds in a unit that fits."""
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.1f} ms"
    return f"{value:.2f} s"


def queries(row):
    """Return the number of queries beside the other side's."""
    if row.get("queries") is None:
        return ""
    text = f"{row['queries']} / {row['base_queries']}"
    if "facts" in row:
        text += f": facts +{row['facts']}, rest {row['links']:+d}"
    return text


def want(row):
    """Return what was wanted, and whether it is so."""
    wanted = row["want"]
    if wanted is None:
        return ""
    kinds = {
        "added": f"facts ≤ +{wanted['limit']}",
        "seconds": f"≤ {wanted['limit']} s",
        "mib": f"≤ {wanted['limit']} MiB",
        "ratio": f"{'≥' if row.get('speed') else '≤'} {wanted['limit']}",
    }
    return f"{kinds[wanted['kind']]}: {'yes' if row['met'] else 'NO'}"


def cells(row):
    """Return the texts of one line."""
    if "value" in row:
        mib = row.get("unit") == "MiB"
        text = f"{row['value']:.1f} MiB" if mib else seconds(row["value"])
        return (row["name"], "", "", "", "", text, want(row), row["note"])
    return (
        row["name"],
        f"{times(row['cpu']['median'])} x{' fast' if row['speed'] else ''}",
        f"{times(row['cpu']['min'])} … {times(row['cpu']['max'])}",
        times(row["wall"]["median"]),
        queries(row),
        " / ".join(seconds(row[side]["median"]) for side in SIDES),
        want(row),
        row["note"],
    )


def text(parts):
    """Return the table of all parts.

    :param parts: list of dicts ``title`` and ``rows``
    """
    lines = [HEAD]
    for part in parts:
        lines.append((part["title"].upper(),) + ("",) * (len(HEAD) - 1))
        lines += [cells(row) for row in part["rows"]]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
