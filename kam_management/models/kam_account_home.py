"""What the home screen shows: one call, a fixed number of queries."""

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

SHOWN = 60  # accounts, those that need something first
AHEAD = 8  # activities and meetings
AMOUNTS = ("net_sales", "net_sales_before", "receivable", "overdue", "quotation_amount")
DELEGATIONS = """
    SELECT d.id, d.user_id, d.substitute_id, a.name, s.name, d.date_from, d.date_to,
           (SELECT array_agg(r.account_id) FROM kam_delegation_account_rel r
             WHERE r.delegation_id = d.id), d.may_act
      FROM kam_delegation d
      JOIN res_users au ON au.id = d.user_id JOIN res_partner a ON a.id = au.partner_id
      JOIN res_users su ON su.id = d.substitute_id
      JOIN res_partner s ON s.id = su.partner_id
     WHERE %(uid)s IN (d.user_id, d.substitute_id) AND d.date_to >= %(today)s
       AND (d.ended_on IS NULL OR d.ended_on > %(today)s)
     ORDER BY d.date_from, d.id"""
MONTHS = """
    SELECT to_char(date_trunc('month', m.invoice_date), 'YYYY-MM'),
           sum(m.amount_untaxed_signed)
      FROM account_move m
     WHERE m.kam_account_id IN %(ids)s AND m.state = 'posted'
       AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
       AND m.invoice_date >= %(first)s AND m.invoice_date <= %(today)s
     GROUP BY 1"""
OWNED = """
    SELECT DISTINCT o.account_id, o.user_id FROM kam_account_owner o
     WHERE o.account_id IN %(ids)s AND o.date_from <= %(today)s
       AND (o.date_to IS NULL OR o.date_to >= %(today)s)"""
NEXT = """
    SELECT DISTINCT ON (t.res_id) t.res_id, t.date_deadline, t.summary, y.name->>'en_US'
      FROM mail_activity t LEFT JOIN mail_activity_type y ON y.id = t.activity_type_id
     WHERE t.res_model = 'kam.account' AND t.res_id IN %(ids)s AND t.active
     ORDER BY t.res_id, t.date_deadline, t.id"""


class KamAccount(models.Model):
    _inherit = "kam.account"

    @api.model
    @api.readonly
    def home(self, scope=None):
        """Return what the home screen shows to the user.

        :param scope: ``own`` (accounts the user owns or stands in for), ``all`` (every
            account the user may act on; for readers, may read); left out: ``all`` for
            heads of sales and readers, ``own`` for others
        :return: dict of

            - ``scope``, ``scopes`` (those that may be chosen), ``today``, ``user``
            - ``currency_id`` of all amounts; net sales without tax, debts with tax
            - ``totals``: ``accounts``, ``key_accounts``, ``net_sales``,
              ``net_sales_before``, ``receivable``, ``overdue``, ``quotation_amount``
            - ``needs``: list of ``{key, count, amount, domain}``: what waits
            - ``accounts``: list of dicts, those that need something first
            - ``team``: list of dicts, one a manager (heads of sales only)
            - ``standing_in``, ``absences``: delegations of today and ahead
            - ``activities``, ``meetings``: what is next for the user
            - ``months``: ``labels``, ``current``, ``before``: net sales by month
        """
        self.check_access("read")
        user = self.env.user
        head = user.has_group("kam_management.group_kam_head")
        reader = not user.has_group("kam_management.group_kam_user")
        scopes = ["own", "all"] if head else ["all"] if reader else ["own"]
        if scope not in scopes:
            scope = scopes[-1]
        today = self._today()
        accounts = self._home_accounts(reader)
        standing_in, absences, covered = self._home_delegations(today)
        rows = accounts._home_lines(today, covered)
        if scope == "own":
            rows = [row for row in rows if row["mine"] or row["behalf"]]
        return {
            "scope": scope,
            "scopes": scopes,
            "role": "head" if head else "reader" if reader else "kam",
            "may_create": self.has_access("create"),
            "today": fields.Date.to_string(today),
            "user": {"id": user.id, "name": user.name},
            "currency_id": self.env.company.root_id.currency_id.id,
            "totals": self._home_totals(rows),
            "needs": self._home_needs(rows, head),
            "accounts": sorted(rows, key=_urgency)[:SHOWN],
            "team": self._home_team(rows) if head and scope == "all" else [],
            "standing_in": standing_in,
            "absences": absences,
            "activities": self._home_activities(),
            "meetings": self._home_meetings(),
            "months": self.browse([row["id"] for row in rows])._home_months(today),
        }

    def _home_accounts(self, reader):
        domain = [("status", "!=", "former")]
        director = self.env.user.has_group("kam_management.group_kam_director")
        if not reader and not director:
            domain.append(("is_mine", "=", True))
        return self.search(domain)

    def _home_rows(self, statement, **values):
        self.env["mail.activity"].flush_model()
        self.env["kam.account.owner"].flush_model()
        ids = tuple(self.ids) or (0,)
        return self.env.execute_query(SQL(statement, ids=ids, **values))

    def _home_delegations(self, today):
        """Return (standing in, absences, [(absent id, name, account ids or None)])."""
        self.env["kam.delegation"].flush_model()
        rows = self.env.execute_query(SQL(DELEGATIONS, uid=self.env.uid, today=today))
        mine, away, covered = [], [], []
        for key, absent_id, _substitute_id, absent, substitute, *rest in rows:
            first, last, limited, may_act = rest
            stands_in = absent_id != self.env.uid
            (mine if stands_in else away).append(
                {
                    "id": key,
                    "name": absent if stands_in else substitute,
                    "date_from": fields.Date.to_string(first),
                    "date_to": fields.Date.to_string(last),
                    "running": first <= today,
                    "accounts": len(limited or ()),
                }
            )
            if stands_in and may_act and first <= today:
                covered.append((absent_id, absent, limited and set(limited)))
        return mine, away, covered

    def _home_lines(self, today, covered):
        """Return the accounts as dicts, with what each needs, and for whom."""
        owners = defaultdict(set)
        for account_id, user_id in self._home_rows(OWNED, today=today):
            owners[account_id].add(user_id)
        steps = {row[0]: row[1:] for row in self._home_rows(NEXT)}
        return [
            self._home_line(
                account,
                steps.get(account.id, (None, None, None)),
                owners[account.id],
                covered,
            )
            for account in self
        ]

    def _home_line(self, account, step, owners, covered):
        due, summary, kind = step
        mine = self.env.uid in owners
        behalf = [
            name
            for user_id, name, limited in covered
            if user_id in owners and (not limited or account.id in limited)
        ]
        return {
            "id": account.id,
            "name": account.display_name,
            "partner_id": account.partner_id.id,
            "class": account.account_class or "",
            "status": account.status,
            "manager": account.user_id.name or "",
            "manager_id": account.user_id.id,
            "mine": mine,
            "behalf": "" if mine or not behalf else behalf[0],
            **{name: account[name] for name in AMOUNTS},
            "growth": account.growth_ratio if account.net_sales_before > 0 else None,
            "quotation_count": account.quotation_count,
            "last_order": fields.Date.to_string(account.last_order_date) or "",
            "next_date": fields.Date.to_string(due) if due else "",
            "next_step": summary or kind or "",
            "needs": account._home_needed(due),
        }

    def _home_needed(self, due):
        """Return what the account waits for, the most pressing first."""
        key = self.status == "key"
        wanted = {
            "overdue": self.overdue > 0,
            "late_step": due and due < self._today(),
            "no_owner": key and not self.user_id,
            "no_step": key and not due,
            "quiet": self.is_quiet,
            "quotations": self.quotation_count > 0,
        }
        return [name for name, needed in wanted.items() if needed]

    def _home_totals(self, rows):
        totals = {name: sum(row[name] for row in rows) for name in AMOUNTS}
        totals["accounts"] = len(rows)
        totals["key_accounts"] = sum(row["status"] == "key" for row in rows)
        return totals

    def _home_needs(self, rows, head):
        """Return what waits, as cards: how many accounts, how much, which list."""
        amounts = {"overdue": "overdue", "quotations": "quotation_amount"}
        cards = []
        for name in self._home_cards(head):
            found = [
                row
                for row in rows
                if name in row["needs"]
                or (name == "prospects" and row["status"] == "prospect")
            ]
            amount = amounts.get(name)
            cards.append(
                {
                    "key": name,
                    "count": len(found),
                    "amount": sum(row[amount] for row in found) if amount else None,
                    "domain": [("id", "in", [row["id"] for row in found])],
                }
            )
        return cards

    def _home_cards(self, head):
        """Return the keys of the cards, in the order they are shown."""
        names = ["overdue", "late_step", "no_step", "quotations", "quiet"]
        return [*names, "no_owner", "prospects"] if head else names

    def _home_team(self, rows):
        """Return one dict a manager; accounts without owner come last."""
        managers = {}
        for row in rows:
            line = managers.setdefault(
                row["manager_id"],
                {
                    "user_id": row["manager_id"],
                    "name": row["manager"],
                    "accounts": 0,
                    "key_accounts": 0,
                    "no_step": 0,
                    **dict.fromkeys(AMOUNTS, 0),
                },
            )
            line["accounts"] += 1
            line["key_accounts"] += row["status"] == "key"
            line["no_step"] += "no_step" in row["needs"]
            for name in AMOUNTS:
                line[name] += row[name]
        return sorted(
            managers.values(), key=lambda one: (not one["user_id"], -one["net_sales"])
        )

    @api.model
    def _home_activities(self):
        found = self.env["mail.activity"].search(
            [("user_id", "=", self.env.uid), ("res_model", "!=", False)],
            order="date_deadline, id",
            limit=AHEAD,
        )
        today = fields.Date.context_today(self)
        return [
            {
                "id": one.id,
                "name": one.summary or one.activity_type_id.name or "",
                "icon": one.activity_type_id.icon or "fa-tasks",
                "model": one.res_model,
                "res_id": one.res_id,
                "record": one.res_name or "",
                "date": fields.Date.to_string(one.date_deadline),
                "late": one.date_deadline < today,
            }
            for one in found
        ]

    @api.model
    def _home_meetings(self):
        now = fields.Datetime.now()
        found = self.env["calendar.event"].search(
            [
                ("partner_ids", "in", self.env.user.partner_id.ids),
                ("stop", ">=", now),
                ("start", "<", now + relativedelta(days=7)),
            ],
            order="start, id",
            limit=AHEAD,
        )
        return [
            {
                "id": one.id,
                "name": one.name,
                "start": fields.Datetime.to_string(one.start),
                "allday": one.allday,
                "location": one.location or "",
            }
            for one in found
        ]

    def _home_months(self, today):
        """Return net sales of the last 12 months, and of the same a year before."""
        month = today.replace(day=1)
        labels = [month - relativedelta(months=back) for back in range(11, -1, -1)]
        first = labels[0] - relativedelta(years=1)
        found = {
            label: float(net)
            for label, net in self._home_rows(MONTHS, first=first, today=today)
        }
        before = [one - relativedelta(years=1) for one in labels]
        return {
            "labels": [f"{one:%Y-%m}" for one in labels],
            "current": [found.get(f"{one:%Y-%m}", 0.0) for one in labels],
            "before": [found.get(f"{one:%Y-%m}", 0.0) for one in before],
        }


def _urgency(row):
    """Sort what is late first, then what else waits, the greater customers first."""
    late = {"overdue", "late_step", "no_owner"} & set(row["needs"])
    return (
        not late,
        not row["needs"],
        row["class"] or "Z",
        -row["net_sales"],
        row["id"],
    )
