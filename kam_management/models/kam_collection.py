"""The worklist of collections: whom to ask first, why, and what came of it."""

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.collections import worklist as core
from ..kam_core.lateness import ratio

SOON_DAYS = 7
MOST = 200  # customers in one answer
ALL = ("kam_management.group_kam_credit", "kam_management.group_kam_director")
ZERO = Decimal(0)
NO_PROMISE = {"promised": ZERO, "promised_by": None, "broken": 0, "judged": 0}


class KamCollection(models.AbstractModel):
    _inherit = "kam.collection"

    # ------------------------------------------------------------------ rights
    @api.model
    def _check_collects(self):
        """Let only those in who collect: managers, and those who see all."""
        if self.env.su:  # code of ours that has let somebody through already
            return
        if not self.env.user.has_groups("kam_management.group_kam_user," + ALL[0]):
            raise AccessError(
                self.env._(
                    "Receivables are shown to key account managers and credit"
                    " controllers. Ask your administrator for the role."
                )
            )

    @api.model
    def _sees_all(self):
        return self.env.su or any(self.env.user.has_group(one) for one in ALL)

    @api.model
    def _scopes(self):
        """Return the scopes the user may choose, the widest last."""
        user = self.env.user.has_group("kam_management.group_kam_user")
        scopes = ["own"] if user else []
        return [*scopes, "all"] if self._sees_all() else scopes

    @api.model
    def _partners_of(self, scope):
        """Return the ids of the customers of a scope; None: all of the company."""
        if scope == "all":
            return None
        accounts = self.env["kam.account"].search_fetch(
            [
                ("is_mine", "=", True),
                ("company_id", "=", self.env.company.root_id.id),
            ],
            ["partner_id"],
        )
        return accounts.partner_id.ids

    @api.model
    def _check_partner(self, partner_id):
        """Return the customer, when the user may collect from them."""
        self._check_collects()
        if type(partner_id) is not int or not 0 < partner_id < 2**31:
            raise UserError(self.env._("“Customer” is the id of a customer, a number."))
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner = partner.commercial_partner_id
        if not partner:
            raise UserError(
                self.env._("“Customer” does not exist any more; choose another.")
            )
        if not self._sees_all() and partner.id not in self._partners_of("own"):
            raise AccessError(
                self.env._("You do not answer for this customer. Ask who does.")
            )
        return partner

    # ---------------------------------------------------------------- worklist
    @api.model
    @api.readonly
    def worklist(self, scope=None, step=None, search=None, offset=0, limit=80):
        """Return whom to ask for money, the most pressing first.

        Ranked by amount * risk: overdue less what is disputed, promised or came
        unallocated, times 0.2 to 1 from how they paid, promises broken, the age of the
        oldest debt, and disputes.

        :param scope: ``own`` (accounts you answer for) or ``all``; the widest you may
        :param step: only customers whose next step this is; ``todo``: not waiting
        :param search: part of the customer's name
        :param offset: customers to pass over
        :param limit: customers to return, at most 200
        :return: dict ``scope``, ``scopes``, ``today``, ``currency_id``, ``total``
            (customers found), ``sums`` (``overdue``, ``soon``, ``promised``,
            ``disputed``), ``steps`` (list of ``{code, name, count}``) and ``rows``:
            list of dicts; amounts in company currency, tax included
        """
        self._check_collects()
        scope = self._scope_given(scope)
        offset, limit = self._page_given(offset, limit)
        today = self.env.company._kam_today()
        lines = self._lines(today, self._partners_of(scope))
        lines = self._named(lines, search)
        steps = self._step_counts(lines)
        chosen = [one for one in lines if self._has_step(one, step)]
        return {
            "scope": scope,
            "scopes": self._scopes(),
            "today": fields.Date.to_string(today),
            "currency_id": self.env.company.root_id.currency_id.id,
            "total": len(chosen),
            "sums": {
                name: float(sum((getattr(one[1], name) for one in lines), ZERO))
                for name in ("overdue", "soon", "promised", "disputed")
            },
            "steps": steps,
            "rows": self._shown(chosen[offset : offset + limit], today),
        }

    def _scope_given(self, scope):
        scopes = self._scopes()
        return next((one for one in scopes if one == scope), scopes[-1])

    def _page_given(self, offset, limit):
        if not all(type(one) is int and 0 <= one < 2**31 for one in (offset, limit)):
            raise UserError(
                self.env._("“Offset” and “limit” are whole numbers from 0 on.")
            )
        return offset, min(limit, MOST)

    def _named(self, lines, search):
        if search is None or search == "":
            return lines
        if not isinstance(search, str) or "\0" in search:
            raise UserError(self.env._("“Search” is a part of a name: type letters."))
        ids = [one[0] for one in lines]
        found = self.env["res.partner"].search(
            [("id", "in", ids), ("complete_name", "ilike", search)]
        )
        return [one for one in lines if one[0] in set(found.ids)]

    def _has_step(self, line, step):
        if not step:
            return True
        return not line[2].waits if step == "todo" else line[2].code == step

    def _step_counts(self, lines):
        counts = defaultdict(int)
        for _partner, _debtor, step, _score, _debt in lines:
            counts[step.code] += 1
        todo = sum(not one[2].waits for one in lines)
        names = self._step_names()
        return [
            {"code": "todo", "name": self.env._("To do"), "count": todo},
            *(
                {"code": code, "name": names[code], "count": counts[code]}
                for code in names
                if counts[code]
            ),
        ]

    @api.model
    def _lines(self, today, partner_ids=None):
        """Return (customer id, Debtor, Step, score, debts row), the highest first."""
        debts = self._debts(today, SOON_DAYS, partner_ids)
        debts = [row for row in debts if row[1] > 0 or row[2] > 0]
        # of everybody: asked without a list of thousands of customers
        ids = partner_ids and [row[0] for row in debts]
        habits = self._habits(today, ids)
        promises = self._promises(ids, today)
        talks = self._talks(ids)
        cases = self._open_disputes(today, ids)
        disputed = self._disputed_sums(ids)
        lines = []
        for row in debts:
            partner_id = row[0]
            debtor = self._debtor(
                row,
                habits.get(partner_id),
                promises.get(partner_id, NO_PROMISE),
                talks.get(partner_id),
                cases.get(partner_id),
                disputed.get(partner_id, ZERO),
            )
            step = core.next_step(debtor, today)
            lines.append((partner_id, debtor, step, core.score(debtor, today), row))
        return sorted(lines, key=lambda one: (-one[3], -one[1].overdue, one[0]))

    def _debtor(self, row, habit, promises, talk, case, disputed):
        _id, overdue, soon, oldest_due, soon_due, unallocated, *_rest = row
        _count, amount, days, on_time = habit or (0, ZERO, ZERO, ZERO)
        result, last_on, again_on, _note = talk or (None, None, None, "")
        is_legal, late, _by = case or (False, False, None)
        return core.Debtor(
            overdue=overdue,
            soon=soon,
            soon_due=soon_due,
            oldest_due=oldest_due,
            late_days=ratio(days, amount),
            reliability=ratio(on_time, amount),
            disputed=disputed,
            dispute_late=bool(late),
            is_legal=bool(is_legal),
            unallocated=unallocated,
            last_result=result,
            last_on=last_on,
            again_on=again_on,
            **promises,
        )

    @api.model
    def _promises(self, partner_ids, today):
        """Return what customers promised, in company currency: {customer id: dict}.

        :param partner_ids: None: of all customers
        """
        if partner_ids is not None and not partner_ids:
            return {}
        whose = [] if partner_ids is None else [("partner_id", "in", partner_ids)]
        # sudo: promises of customers whose debts the caller may see
        every = (
            self.env["kam.promise"]
            .sudo()
            .search_fetch(
                [*whose, ("company_id", "=", self.env.company.root_id.id)],
                ["partner_id", "currency_id", "date_promised", "withdrawn_on"],
            )
        )
        keeping = every._keeping(today)
        found = defaultdict(lambda: {**NO_PROMISE, "broken_on": None})
        for one in every:
            kept = keeping.get(one.id)
            if kept:
                self._count_promise(found[one.partner_id.id], one, kept, today)
        return found

    def _count_promise(self, sums, promise, kept, today):
        day = promise.date_promised
        if kept.state == "open":
            books = self.env.company.root_id.currency_id
            left = float(max(kept.target - kept.paid, ZERO))
            own = promise.currency_id._convert(left, books, self.env.company, today)
            sums["promised"] += Decimal(str(own))
            sums["promised_by"] = min(sums["promised_by"] or day, day)
        elif kept.state in ("kept", "part", "broken"):
            sums["judged"] += 1
            if kept.state != "kept":
                sums["broken"] += 1
                sums["broken_on"] = max(sums.get("broken_on") or day, day)

    @api.model
    def _disputed_sums(self, partner_ids):
        sums = defaultdict(lambda: ZERO)
        rows = self.env["kam.dispute"]._disputed(partner_ids=partner_ids)
        for partner_id, company_id, _move, _amount, company_amount in rows:
            if company_id == self.env.company.root_id.id:
                sums[partner_id] += Decimal(str(company_amount or 0))
        return sums
