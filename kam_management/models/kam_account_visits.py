"""Visits of an account: when the next is due, how far overdue, its own habits."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.visits.cadence import DEFAULT_INTERVALS

USUAL = "CASE {alias}.account_class {whens} END".format(
    alias="a",
    whens=" ".join(
        f"WHEN '{letter}' THEN {days}"
        for letter, (days, _weight) in DEFAULT_INTERVALS.items()
    ),
)
LAST = """(SELECT (v.finished_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
    FROM kam_visit v JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
   WHERE v.account_id = a.id AND v.state = 'done'
   ORDER BY v.finished_at DESC LIMIT 1)"""
NEXT = """(SELECT v.planned_start FROM kam_visit v
   WHERE v.account_id = a.id AND v.state IN ('planned', 'underway')
   ORDER BY v.planned_start LIMIT 1)"""
INTERVAL = """(CASE WHEN a.status IN ('key', 'prospect') THEN coalesce(
    (SELECT nullif(c.interval_days, 0) FROM kam_account_cadence c
      WHERE c.account_id = a.id),
    (SELECT c.interval_days FROM kam_cadence c
      WHERE c.company_id = a.company_id AND c.account_class = a.account_class),
    USUAL) END)""".replace("USUAL", USUAL)
DUE = """(SELECT CASE WHEN i.days IS NULL THEN NULL
         ELSE coalesce(LAST + i.days, a.key_since,
             (a.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date) END
    FROM (SELECT INTERVAL AS days) i)""".replace("LAST", LAST).replace(
    "INTERVAL", INTERVAL
)
RATIO = """(SELECT round((%(today)s - d.due + d.days)::numeric / d.days, 2)
    FROM (SELECT DUE AS due, INTERVAL AS days) d)""".replace("DUE", DUE).replace(
    "INTERVAL", INTERVAL
)
# each reads one row of kam_account, called "a"
FIGURES = {
    "last_visit_on": LAST,
    "next_visit_at": NEXT,
    "visit_interval_days": INTERVAL,
    "visit_due_on": DUE,
    "visit_overdue_ratio": RATIO,
}
HABITS = ("interval_days", "hour_from", "hour_to", "duration_minutes")


def _search(name):
    return lambda self, operator, value: self._search_figure(name, operator, value)


class KamAccount(models.Model):
    _inherit = "kam.account"

    visit_ids = fields.One2many("kam.visit", "account_id", "Visits")
    cadence_ids = fields.One2many(
        "kam.account.cadence", "account_id", "Visiting habits"
    )
    visit_count = fields.Integer("Visits", compute="_compute_visit_count")
    last_visit_on = fields.Date(
        "Last visit",
        compute="_compute_visit_figures",
        search=_search("last_visit_on"),
        help="The last one done, of a kind that counts for the cadence.",
    )
    next_visit_at = fields.Datetime(
        "Next visit",
        compute="_compute_visit_figures",
        search=_search("next_visit_at"),
        help="The next one planned.",
    )
    visit_interval_days = fields.Integer(
        "Visit every (days)",
        compute="_compute_visit_figures",
        inverse="_inverse_visit_interval_days",
        search=_search("visit_interval_days"),
        aggregator=None,
        help="Of its class, or its own where you set one.",
    )
    visit_due_on = fields.Date(
        "Visit due",
        compute="_compute_visit_figures",
        search=_search("visit_due_on"),
        help="Last visit + interval; a key account never visited is due from the day"
        " it became one.",
    )
    visit_overdue_ratio = fields.Float(
        "Visit overdue",
        digits=(8, 2),
        compute="_compute_visit_figures",
        search=_search("visit_overdue_ratio"),
        aggregator=None,
        help="Days since the last visit / interval: 1 is due, 2 twice as late.",
    )

    # ----------------------------------------------------------------- figures
    def _figure_sql(self, name, alias):
        if name not in FIGURES:
            return super()._figure_sql(name, alias)
        return SQL(
            FIGURES[name].replace("a.", f'"{alias}".'),
            zone=self.env.company.root_id.sudo()._kam_time_zone(),  # no secret
            today=self._today(),
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists sort by what is due and how far."""
        if field_expr not in FIGURES:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        self._flush_figures()
        return self._figure_sql(field_expr, alias)

    def _flush_figures(self):  # pylint: disable=missing-return
        super()._flush_figures()
        self.env["kam.visit"].flush_model(
            ["account_id", "state", "finished_at", "planned_start", "kind_id"]
        )
        self.env["kam.visit.kind"].flush_model(["counts"])
        self.env["kam.cadence"].flush_model()
        self.env["kam.account.cadence"].flush_model()
        self.flush_model(["account_class", "key_since", "status", "create_date"])

    @api.depends("partner_id", "account_class", "status")
    def _compute_visit_figures(self):
        found = self._origin._read_figures(list(FIGURES))
        for account in self:
            values = found.get(account._origin.id) or [False] * len(FIGURES)
            account.update(dict(zip(FIGURES, values, strict=True)))

    def _compute_visit_count(self):
        counts = dict(
            self.env["kam.visit"]._read_group(
                [("account_id", "in", self.ids)], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.visit_count = counts.get(account._origin, 0)

    def _inverse_visit_interval_days(self):
        self._write_habits(
            {"interval_days": account.visit_interval_days} for account in self
        )

    def _write_habits(self, vals_list):
        """Write what each account has of its own, made where it is missing."""
        habits = self.env["kam.account.cadence"]
        have = {
            one.account_id: one
            for one in habits.search([("account_id", "in", self.ids)])
        }
        made = []
        for account, vals in zip(self, vals_list, strict=True):
            if account in have:
                have[account].write(vals)
            else:
                made.append({"account_id": account.id, **vals})
        habits.create(made)

    # ------------------------------------------------------- what is known of it
    def _known_for_visits(self):
        """Return {account id: dict} of what a new visit need not be told.

        ``company_id``, ``user_id`` (the caller where one answers, else the lead),
        ``kind_id``, ``contact_id``, ``place``, ``minutes``
        """
        if not self:
            return {}
        leads = self._leads(self._today())
        mine = self.filtered("is_mine") if self.env.uid else self.browse()
        own = set(
            self.env["kam.account.owner"]
            .search(
                [
                    *self._owned_on(self._today()),
                    ("account_id", "in", self.ids),
                    ("user_id", "=", self.env.uid),
                ]
            )
            .account_id.ids
        )
        habits = {
            one.account_id.id: one
            for one in self.env["kam.account.cadence"].search(
                [("account_id", "in", self.ids)]
            )
        }
        usual = self.env["kam.visit.kind"]._default_kind()
        found = {}
        for account in self:
            habit = habits.get(account.id) or self.env["kam.account.cadence"]
            kind = habit.kind_id or usual
            lead = leads.get(account.id)
            found[account.id] = {
                "company_id": account.company_id.id,
                "user_id": self.env.uid
                if account.id in own or (account in mine and not lead)
                else lead or self.env.uid,
                "kind_id": kind.id,
                "contact_id": habit.contact_id.id,
                "place": habit.place,
                "minutes": habit.duration_minutes,
            }
        return found

    def _visit_defaults(self):
        self.ensure_one()
        return self._origin._known_for_visits()[self._origin.id]

    def _acting_for_ids(self, account_ids):
        """Return for whom the caller acts on accounts, as decisions on them do."""
        # sudo: who answers for the account; what is written on it was checked
        rows = self.sudo().browse(account_ids).with_context(active_test=False)
        return self._acting_for([one._state() for one in rows])

    # ------------------------------------------------------------------ papers
    def action_view_visits(self):
        """Open the visits of the accounts."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_visit_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        action["context"] = {
            "default_account_id": self[:1].id if len(self) == 1 else False
        }
        return action

    def action_plan_visit(self):
        """Plan a visit to the account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan a visit"),
            "res_model": "kam.visit",
            "views": [(False, "form")],
            "target": "current",
            "context": {"default_account_id": self.id},
        }

    def action_view_cadence(self):
        """Open how often, on which days and where the account is visited."""
        self.ensure_one()
        if not self.cadence_ids and not self.has_access("write"):
            raise UserError(
                self.env._("This account is visited as its class; nothing is set.")
            )
        if not self.cadence_ids:
            self._write_habits([{"monday": True}])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visiting habits"),
            "res_model": "kam.account.cadence",
            "res_id": self.cadence_ids[:1].id,
            "views": [(False, "form")],
            "target": "new",
        }
