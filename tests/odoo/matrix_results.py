"""Results, plans and pay in the tables of rights: see test_access_matrix."""

NOBODY = dict.fromkeys(
    ("portal", "internal", "user", "head", "director", "credit", "support", "system"),
    "",
)
OURS = {"mine", "past", "lent", "lent_not", "headed", "others"}
RIGHTS = {
    "kam.kpi": {**NOBODY, "user": "r", "head": "r", "director": "rwcu"},
    "kam.kpi.fact": {**NOBODY, "user": "r", "head": "r", "director": "r"},
    "kam.target": {**NOBODY, "user": "rwcu", "head": "rwcu", "director": "rwcu"},
    "kam.target.send.back": {**NOBODY, "head": "rwcu", "director": "rwcu"},
}
READS = {
    "kam.kpi": {role: {"kpi"} for role in ("user", "head", "director")},
    "kam.kpi.fact": {"user": {"mine"}, "head": {"team"}, "director": {*OURS, "team"}},
    "kam.target": {
        "user": {"mine"},
        "head": {"team", "company"},
        "director": {"mine", "team", "company", "others"},
    },
}
WRITES = {
    "kam.kpi": {"director": {"kpi"}},
    "kam.target": {**READS["kam.target"], "head": {"team"}},
}
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
    cls.world["kam.target"] = targets(cls)


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


def targets(cls):
    """Return a target of each kind of person."""
    kpi = cls.world["kam.kpi"]["kpi"]
    return {
        label: cls.env["kam.target"].create(
            {
                "kpi_id": kpi.id,
                "company_id": company.id,
                "level": "user" if user else "company",
                "user_id": user.id if user else False,
                "plan": 10,
            }
        )
        for label, user, company in (
            ("mine", cls.users["user"], cls.here),
            ("team", cls.member, cls.here),
            ("others", cls.nobody, cls.here),
            ("company", None, cls.here),
            ("there", cls.stranger, cls.there),
        )
    }
