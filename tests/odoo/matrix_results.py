"""Results, plans and pay in the tables of rights: see test_access_matrix."""

NOBODY = dict.fromkeys(
    ("portal", "internal", "user", "head", "director", "credit", "support", "system"),
    "",
)
OURS = {"mine", "past", "lent", "lent_not", "headed", "others"}
RIGHTS = {
    "kam.kpi": {**NOBODY, "user": "r", "head": "r", "director": "rwcu"},
    "kam.kpi.fact": {**NOBODY, "user": "r", "head": "r", "director": "r"},
}
READS = {
    "kam.kpi": {role: {"kpi"} for role in ("user", "head", "director")},
    "kam.kpi.fact": {"user": {"mine"}, "head": {"team"}, "director": {*OURS, "team"}},
}
WRITES = {"kam.kpi": {"director": {"kpi"}}}
FACT = """
    INSERT INTO kam_kpi_fact (stream_id, version, reversal, type, recorded_at,
           company_id, res_model, res_id, kind, date, own_date, partner_id, account_id,
           user_id, share, untaxed, amount, margin, gross, documents, whole_documents,
           lines, quantity, delivered)
    VALUES (-1, 1, false, 'Posted', now(), %s, 'account.move', 1, 'sale', %s, %s, %s,
           %s, %s, 100, 10, 12, 4, 0, 1, 1, 0, 0, 0)
    RETURNING id"""


def make(cls):
    """Add to the little world what belongs to each of its accounts and people."""
    cls.world["kam.kpi"] = {
        "kpi": cls.env["kam.kpi"].create({"code": "matrix", "name": "Matrix"})
    }
    cls.world["kam.kpi.fact"] = facts(cls)


def facts(cls):
    """Return a fact of each account's owner, and one of a member of the team."""
    accounts = cls.world["kam.account"]
    owners = {label: one.user_id for label, one in accounts.items()}
    owners["team"] = cls.member
    made = {}
    for label, owner in owners.items():
        account = accounts.get(label, accounts["headed"])
        cls.env.cr.execute(
            FACT,
            [
                *(account.company_id.id, cls.today, cls.today),
                *(account.partner_id.id, account.id, owner.id),
            ],
        )
        made[label] = cls.env["kam.kpi.fact"].browse(cls.env.cr.fetchone()[0])
    return made
