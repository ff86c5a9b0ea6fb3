"""Create and write of a record with a log, beside the same fields without one."""

from kambench.figures import row
from kambench.meter import cost, race

COUNT = 40
BATCH = 200


def partners(env, count):
    """Create customers to make accounts of."""
    return env["res.partner"].create(
        [{"name": f"Benchmark customer {n}", "is_company": True} for n in range(count)]
    )


def values(env, partner_id):
    """Return the same values for either model."""
    return {
        "partner_id": partner_id,
        "company_id": env.company.id,
        "status": "prospect",
        "team_id": env["crm.team"].search([], limit=1).id,
        "head_id": env.uid,
        "needs": "Delivery before nine",
        "owner_ids": [(0, 0, {"user_id": env.uid, "date_from": "2026-01-01"})],
    }


def creating(world, model, count, batch):
    """Return a side that creates records, one by one or in one call."""

    def once():
        with world.env() as env:
            vals = [values(env, one.id) for one in partners(env, count)]
            env.flush_all()
            with cost(env.cr, count) as found:
                for part in [vals] if batch else [[one] for one in vals]:
                    env[model].create(part)
                    env.cr.flush()
        return found

    return once


def writing(world, model, vals, count, batch):
    """Return a side that changes records, one by one or in one call."""

    def once():
        with world.env() as env:
            vals_list = [values(env, one.id) for one in partners(env, count)]
            records = env[model].create(vals_list)
            env.cr.flush()
            env.invalidate_all()
            with cost(env.cr, count) as found:
                for part in [records] if batch else records:
                    part.write(vals)
                    env.cr.flush()
        return found

    return once


PLAIN, OURS = "kam.bench.account", "kam.account"
EDIT = {"needs": "Delivery before eight"}
TRACKED = {"head_id": False}


def run(world):
    """Return the rows of the table."""
    with world.env() as env:
        lacking = set(env[PLAIN]._fields) ^ set(env[OURS]._core.State.__slots__)
        lacking &= set(env[OURS]._core.State.__slots__)
        if lacking:
            raise AssertionError(f"kam.bench.account lacks {sorted(lacking)}")
    kinds = {
        f"create, {COUNT} one by one": (creating, (COUNT, False)),
        f"create, {BATCH} in one call": (creating, (BATCH, True)),
        f"write, {COUNT} one by one": (writing, (EDIT, COUNT, False)),
        f"write of a tracked field, {COUNT} one by one": (
            writing,
            (TRACKED, COUNT, False),
        ),
        f"write, {BATCH} in one call": (writing, (EDIT, BATCH, True)),
    }
    rows = []
    for name, (kind, arguments) in kinds.items():
        costs = race(
            {
                "plain": kind(world, PLAIN, *arguments),
                "ours": kind(world, OURS, *arguments),
            },
            world.rounds,
        )
        rows.append(row(name, costs["ours"], costs["plain"]))
    return rows
