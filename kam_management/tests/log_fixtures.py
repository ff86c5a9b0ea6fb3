"""Records with events, and hands that reach into the log past its triggers."""

from contextlib import contextmanager


def make_account(env, name="Northwind", **values):
    """Return a key account of a new customer."""
    partner = env["res.partner"].create({"name": name, "is_company": True})
    owners = [(0, 0, {"user_id": env.ref("base.user_admin").id})]
    return env["kam.account"].create(
        {"partner_id": partner.id, "owner_ids": owners, **values}
    )


def stream_id(record):
    """Return the id of a record's stream."""
    record.env.cr.execute(
        "SELECT id FROM kam_es.stream WHERE category = %s AND key = %s",
        [record._name, record.event_key],
    )
    return record.env.cr.fetchone()[0]


@contextmanager
def tampering(env):
    """Act as somebody who owns the database and switches our triggers off."""
    env.flush_all()
    env.cr.execute("SET LOCAL session_replication_role = replica")
    yield env.cr.execute
    env.cr.execute("SET LOCAL session_replication_role = origin")
    env.invalidate_all()
