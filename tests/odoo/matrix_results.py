"""Results, plans and pay in the tables of rights: see test_access_matrix."""

from decimal import Decimal

from odoo.addons.kam_management.kam_core.pay.statements import Close

ROLES = ("portal", "internal", "user", "head", "director", "credit", "support")
NOBODY = dict.fromkeys((*ROLES, "payroll", "system"), "")
KAM = ("user", "head", "director")
OURS = {"mine", "past", "lent", "lent_not", "headed", "others"}
PAID = {**NOBODY, **dict.fromkeys(KAM, "r")}
RIGHTS = {
    "kam.kpi": {**NOBODY, "user": "r", "head": "r", "director": "rwcu", "payroll": "r"},
    "kam.kpi.fact": {**PAID, "payroll": "r"},
    "kam.kpi.order.value": {**NOBODY, "system": "r"},
    "kam.pay.objection": {**PAID, "payroll": "rwcu"},
    "kam.pay.scheme": {**PAID, "payroll": "rwcu"},
    "kam.pay.scheme.debt": {**PAID, "payroll": "rwcu"},
    "kam.pay.scheme.line": {**PAID, "payroll": "rwcu"},
    "kam.pay.scheme.signature": {**PAID, "payroll": "r"},
    "kam.pay.scheme.step": {**PAID, "payroll": "rwcu"},
    "kam.pay.statement": {**PAID, "payroll": "rwcu"},
    "kam.pay.statement.line": {**PAID, "payroll": "r"},
    "kam.pay.talk": {**NOBODY, **dict.fromkeys((*KAM, "payroll"), "rwcu")},
    "kam.target": {**NOBODY, "user": "rwcu", "head": "rwcu", "director": "rwcu"},
    "kam.target.import": {**NOBODY, **dict.fromkeys(KAM, "rwcu")},
    "kam.target.send.back": {**NOBODY, "head": "rwcu", "director": "rwcu"},
}
# pay: one's own, whatever one is; all of it for payroll alone
PAY = {"user": {"mine"}, "payroll": {"mine", "others"}}
PAY_MODELS = (
    "kam.pay.objection",
    "kam.pay.scheme",
    "kam.pay.scheme.debt",
    "kam.pay.scheme.line",
    "kam.pay.scheme.signature",
    "kam.pay.scheme.step",
    "kam.pay.statement",
    "kam.pay.statement.line",
)
READS = {
    "kam.kpi": {role: {"kpi"} for role in (*KAM, "payroll")},
    "kam.kpi.fact": {
        "user": {"mine"},
        "head": {"team"},
        **{role: {*OURS, "team"} for role in ("director", "payroll")},
    },
    **dict.fromkeys(PAY_MODELS, PAY),
    "kam.target": {
        "user": {"mine"},
        "head": {"team", "company"},
        "director": {"mine", "team", "company", "others"},
    },
}
WRITES = {
    "kam.kpi": {"director": {"kpi"}},
    "kam.target": {**READS["kam.target"], "head": {"team"}},
    **{
        name: {"payroll": PAY["payroll"]}
        for name in PAY_MODELS
        if "w" in RIGHTS[name]["payroll"]
    },
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
    schemes(cls)
    statements(cls)


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


PEOPLE = ("mine", "others", "there")


def of(cls, label):
    """Return (user, company) of a label."""
    return {
        "mine": (cls.users["user"], cls.here),
        "others": (cls.nobody, cls.here),
        "there": (cls.stranger, cls.there),
    }[label]


def schemes(cls):
    """Make a scheme for one person each, in force and signed."""
    made = {}
    for label in PEOPLE:
        user, company = of(cls, label)
        made[label] = scheme = cls.env["kam.pay.scheme"].create(
            {
                "name": f"pay of {label}",
                "company_id": company.id,
                "base": 1000,
                "commission_base": "value",
                "user_ids": [(6, 0, user.ids)],
                "line_ids": [(0, 0, {"kpi_id": cls.world["kam.kpi"]["kpi"].id})],
                "step_ids": [(0, 0, {"rate": 0.05})],
                "debt_ids": [(0, 0, {"up_to": 0.1, "coefficient": 1})],
            }
        )
        scheme.activate(cls.today.replace(month=1, day=1).isoformat())
        scheme.with_user(user).with_company(company).sign()
    cls.world["kam.pay.scheme"] = made
    for part in ("line", "step", "debt", "signature"):
        cls.world[f"kam.pay.scheme.{part}"] = {
            label: scheme[f"{part}_ids"] for label, scheme in made.items()
        }


def statements(cls):
    """Make a closed statement each, with a line and an objection."""
    made = {}
    for label, scheme in cls.world["kam.pay.scheme"].items():
        user, company = of(cls, label)
        made[label] = one = cls.env["kam.pay.statement"].create(
            {
                "scheme_id": scheme.id,
                "user_id": user.id,
                "company_id": company.id,
                "date_from": cls.today.replace(month=1, day=1),
                "date_to": cls.today.replace(month=1, day=31),
            }
        )
        zero = Decimal(0)
        one._command(Close(zero, zero, zero, 1, 1, "digest", "{}", cls.today))
        one.with_user(user).with_company(company).object_to(f"what of {label}?")
        cls.env["kam.pay.statement.line"].create(
            {"statement_id": one.id, "kind": "bonus", "amount": 5}
        )
    cls.world["kam.pay.statement"] = made
    cls.world["kam.pay.statement.line"] = {k: v.line_ids for k, v in made.items()}
    cls.world["kam.pay.objection"] = {k: v.objection_ids for k, v in made.items()}
