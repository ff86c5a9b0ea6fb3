"""The worklist of collections: whom to ask first, why, and what came of it."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..kam_core.collections import worklist as core
from ..kam_core.lateness import ratio
from .kam_collection_contact import RESULTS
from .kam_collection_query import DOCUMENTS

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

    # ------------------------------------------------------------------- shown
    def _shown(self, lines, today):
        """Return the rows of a page, with names, telephone and last talk."""
        ids = [one[0] for one in lines]
        partners = self.env["res.partner"].browse(ids)
        # sudo: the account's manager and class are shown beside the debt
        accounts = (
            self.env["kam.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", ids),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        by_partner = {one.partner_id.id: one for one in accounts}
        talks = self._talks(ids)
        results = dict(
            self.env["kam.collection.contact"]
            ._fields["result"]
            ._description_selection(self.env)
        )
        return [
            self._row(
                partner,
                line,
                by_partner.get(partner.id),
                talks.get(partner.id),
                results,
                today,
            )
            for partner, line in zip(partners, lines, strict=True)
        ]

    def _row(self, partner, line, account, talk, results, today):
        _id, debtor, step, score, debt = line
        result, last_on, _again, note = talk or (None, None, None, "")
        return {
            "id": partner.id,
            "name": partner.display_name,
            "phone": partner.phone or "",
            "email": partner.email or "",
            "account_id": account.id if account else False,
            "class": (account and account.account_class) or "",
            "manager": (account and account.user_id.name) or "",
            "overdue": float(debtor.overdue),
            "soon": float(debtor.soon),
            "receivable": float(debt[7]),
            "documents": debt[6],
            "unallocated": float(debtor.unallocated),
            "promised": float(debtor.promised),
            "promised_by": fields.Date.to_string(debtor.promised_by) or "",
            "broken": debtor.broken,
            "disputed": float(debtor.disputed),
            "oldest_days": core.age_days(debtor, today),
            "late_days": None
            if debtor.late_days is None
            else float(round(debtor.late_days, 1)),
            "risk": float(round(core.risk(debtor, today), 2)),
            "score": float(round(score, 2)),
            "step": step.code,
            "step_name": self._step_names()[step.code],
            "why": self._why(step, debtor, today),
            "waits": step.waits,
            "last_result": results.get(result, ""),
            "last_on": fields.Date.to_string(last_on) or "",
            "last_note": note,
        }

    @api.model
    def _step_names(self):
        """Return the words of each next step, in the order of a screen."""
        _ = self.env._
        return {
            "broken": _("Call: promise broken"),
            "promise_due": _("Promised for today"),
            "stop": _("Stop shipment"),
            "again": _("Call again"),
            "call": _("Call"),
            "write": _("Write"),
            "settle": _("Settle the dispute"),
            "allocate": _("Allocate the money"),
            "before": _("Remind before due"),
            "promise_wait": _("Promised"),
            "wait": _("Wait"),
            "legal": _("In court"),
            "nothing": _("Nothing"),
        }

    def _why(self, step, debtor, today):
        """Return the reason of a step, in a sentence."""
        if step.code not in self._reasons():
            return ""
        return self._reasons()[step.code] % {
            "day": format_date(self.env, step.day) if step.day else "",
            "amount": self._money(step.amount or ZERO),
            "days": core.age_days(debtor, today),
        }

    @api.model
    def _reasons(self):
        """Return the sentence of each next step, with named parameters."""
        _ = self.env._
        asked = _("%(amount)s overdue since %(day)s (%(days)s days).")
        return {
            "broken": _("The promise for %(day)s was not kept."),
            "promise_due": _("%(amount)s promised for %(day)s: look whether it came."),
            "promise_wait": _("%(amount)s promised for %(day)s."),
            "stop": _("Overdue for %(days)s days, since %(day)s."),
            "again": _("You agreed to talk again on %(day)s."),
            "wait": _("Wait for the answer until %(day)s."),
            "call": asked,
            "write": asked,
            "settle": _("%(amount)s is disputed and waits for us."),
            "allocate": _("%(amount)s came and is not allocated yet."),
            "before": _("%(amount)s falls due on %(day)s, and they pay late."),
            "legal": _("The case is before a court."),
        }

    def _money(self, amount):
        return self.env.company.root_id.currency_id.format(float(amount))

    # --------------------------------------------------------------- documents
    @api.model
    @api.readonly
    def documents(self, partner_id):
        """Return what a customer has open, the oldest first.

        :param partner_id: id of a customer you may collect from
        :return: dict ``partner_id``, ``name``, ``contacts`` (list of ``{id, name,
            phone}``), ``reasons`` (of disputes), and ``documents``: list of dicts
            ``line_id``, ``move_id``, ``name``, ``date``, ``due``, ``days`` (late),
            ``amount`` (company currency), ``amount_currency``, ``currency_id``,
            ``disputed``, tax included
        """
        partner = self._check_partner(partner_id)
        today = self.env.company._kam_today()
        rows = self._rows(DOCUMENTS, [partner.id])
        cases = self.env["kam.dispute"]._disputed(partner_ids=[partner.id])
        disputed = {row[2]: row[3] for row in cases}
        reasons = self.env["kam.dispute.reason"].search([("active", "=", True)])
        contacts = partner.child_ids.filtered(lambda one: one.type == "contact")
        return {
            "partner_id": partner.id,
            "name": partner.display_name,
            "contacts": [
                {"id": one.id, "name": one.name or "", "phone": one.phone or ""}
                for one in partner | contacts
            ],
            "reasons": [{"id": one.id, "name": one.name} for one in reasons],
            "documents": [self._document(row, disputed, today) for row in rows],
        }

    def _document(self, row, disputed, today):
        line_id, move_id, day, due, amount, in_currency, currency_id, name, kind = row
        return {
            "line_id": line_id,
            "move_id": move_id,
            "name": name or "",
            "is_invoice": kind in ("out_invoice", "out_receipt"),
            "date": fields.Date.to_string(day),
            "due": fields.Date.to_string(due),
            "days": (today - due).days,
            "amount": float(amount),
            "amount_currency": float(in_currency),
            "currency_id": currency_id,
            "disputed": float(disputed.get(move_id) or 0),
        }

    @api.model
    def compose(self, partner_id):
        """Open an e-mail to a customer, in their language, the statement attached.

        :param partner_id: id of a customer you may collect from
        :return: action of Odoo's mail composer; its text is the template “Receivables:
            statement of open items”
        """
        partner = self._check_partner(partner_id)
        name, content, mimetype = partner._kam_statement_file()
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": mimetype,
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        template = self.env.ref(
            "kam_management.mail_template_kam_statement", raise_if_not_found=False
        )
        address = self.env["kam.reminder"]._addresses(partner)[partner.id]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %s", partner.display_name),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": partner.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_partner_ids": address.ids,
                "default_attachment_ids": attachment.ids,
                "kam_collection_partner": partner.id,
            },
        }

    # ------------------------------------------------------------------ result
    @api.model
    def note(
        self,
        partner_id,
        result,
        note=None,
        contact_id=None,
        again_on=None,
        amount=None,
        promised_for=None,
        move_ids=None,
        reason_id=None,
        kind="call",
        command_id=None,
    ):
        """Note what came of a talk about money.

        :param partner_id: id of a customer you may collect from
        :param result: ``promised``, ``will_check``, ``disputes``, ``no_answer``,
            ``sent`` or ``other``
        :param note: what was said
        :param contact_id: id of the contact you talked with
        :param again_on: date, ``YYYY-MM-DD``, agreed to talk again
        :param amount: promised, tax included; what is overdue when left out
        :param promised_for: the promised date; needed with ``promised``
        :param move_ids: ids of the invoices promised or disputed; needed with
            ``disputes``; currency is theirs, else the company's
        :param reason_id: id of the reason of a dispute
        :param kind: ``call``, ``mail`` or ``visit``
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: dict ``contact_id``, ``promise_id``, ``dispute_id`` (ids or False)
        """
        request = [partner_id, result, note, contact_id, again_on, amount]
        request += [promised_for, move_ids, reason_id, kind]

        def action(model):
            return self._note(
                partner_id,
                result,
                note,
                contact_id,
                again_on,
                {
                    "amount": amount,
                    "promised_for": promised_for,
                    "moves": self._moves_given(move_ids),
                    "reason_id": reason_id,
                },
                kind,
            )

        contacts = self.env["kam.collection.contact"]
        return contacts._once(command_id, ["note", *request], action)

    def _note(self, partner_id, result, note, contact_id, again_on, given, kind):
        partner = self._check_partner(partner_id)
        if not isinstance(result, str) or result not in dict(RESULTS):
            raise UserError(
                self.env._("“Result” is one of: %s.", ", ".join(dict(RESULTS)))
            )
        head = {
            "partner_id": partner.id,
            "company_id": self.env.company.root_id.id,
            "contact_id": contact_id,
        }
        promise = dispute = False
        if result == "promised":
            promise = self._new_promise(head, given, note)
        elif result == "disputes":
            dispute = self._new_dispute(head, given, note)
        again = self._again_given(result, again_on)
        made = self.env["kam.collection.contact"].create(
            {
                **head,
                "kind": kind,
                "result": result,
                "note": note,
                "again_on": again,
                "promise_id": promise and promise.id,
                "dispute_id": dispute and dispute.id,
            }
        )
        return {
            "contact_id": made.id,
            "promise_id": promise and promise.id,
            "dispute_id": dispute and dispute.id,
        }

    def _again_given(self, result, again_on):
        """Return the day to talk again; tomorrow when nobody answered."""
        day = self.env["kam.collection.contact"]._day_given(again_on)
        if day or result != "no_answer":
            return day
        tomorrow = self.env.company._kam_today() + timedelta(days=1)
        return tomorrow + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[tomorrow.weekday()])

    def _moves_given(self, move_ids):
        if not isinstance(move_ids or [], (list, tuple)) or not all(
            type(one) is int for one in move_ids or ()
        ):
            raise UserError(self.env._("“Invoices” is a list of ids, as numbers."))
        return self.env["account.move"].browse(move_ids or ()).exists()

    def _new_promise(self, head, given, note):
        moves, amount = given["moves"], given["amount"]
        if not given["promised_for"]:
            raise UserError(
                self.env._("“Promised for” is missing: by which day will they pay?")
            )
        if amount is None:
            amount = self._owed(head["partner_id"], moves)
        currency = moves.currency_id[:1] or self.env.company.root_id.currency_id
        return self.env["kam.promise"].create(
            {
                **head,
                "amount": amount,
                "currency_id": currency.id,
                "date_promised": given["promised_for"],
                "move_ids": [fields.Command.set(moves.ids)],
                "note": note,
            }
        )

    def _owed(self, partner_id, moves):
        """Return what is open on the invoices; without any, what is overdue."""
        if moves:
            return sum(moves.mapped("amount_residual"))
        today = self.env.company._kam_today()
        rows = self._debts(today, 0, [partner_id])
        return float(rows[0][1] if rows else 0)

    def _new_dispute(self, head, given, note):
        moves = given["moves"]
        if not moves:
            raise UserError(
                self.env._("“Invoices” is empty: choose those that are disputed.")
            )
        reason = (
            given["reason_id"] or self.env["kam.dispute.reason"].search([], limit=1).id
        )
        head = {name: one for name, one in head.items() if name != "contact_id"}
        return self.env["kam.dispute"].create(
            {
                **head,
                "currency_id": moves.currency_id[:1].id,
                "reason_id": reason,
                "description": note,
                "line_ids": [
                    fields.Command.create(
                        {"move_id": move.id, "amount": move.amount_residual}
                    )
                    for move in moves
                ],
            }
        )
