"""Decisions on key accounts: public methods, each with a reason and a day."""

import uuid
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core import accounts
from ..kam_core.ownership import Owner


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _check_may_decide(self):
        if self.env.su or self.env.user.has_group("kam_management.group_kam_head"):
            return
        raise AccessError(
            self.env._(
                "Only a head of sales decides on key accounts. Ask yours, or propose it"
                " in a note."
            )
        )

    def _decision(self, command, expected_version=None):
        return self._decision_each(lambda _account, _state: command, expected_version)

    def _decision_each(self, command_of, expected_version=None):
        """Decide on each account, by one statement for all."""
        self._check_may_decide()
        return self._command_each(command_of, expected_version)

    @api.model
    def designate(
        self,
        partner_ids,
        account_class,
        reason,
        effective_on=None,
        owners=None,
        command_id=None,
    ):
        """Make customers key accounts; a recorded decision of a head of sales.

        :param partner_ids: ids of customers; contacts count for their company
        :param account_class: ``A`` to ``E``
        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param owners: list of dicts ``user_id``, ``share`` (percent), ``role``
            (``lead`` or ``co``); the account's present owners, else the caller
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the accounts, in the order of the customers
        :raises UserError: class or reason missing, shares not 100 %, already key
        """

        def action(model):
            model._check_may_decide()
            day = model._day(effective_on)
            found = model._for_partners(partner_ids, owners, day)
            words, today = self._reason(reason), model._today()

            def command_of(account, _state):
                parts = account._owner_parts(account._owners_for(owners, day), day)
                return accounts.Designate(account_class, day, words, parts, today)

            found._command_each(command_of)
            return found.ids

        return self._once(
            command_id,
            ["designate", partner_ids, account_class, reason, effective_on, owners],
            action,
        )

    @api.model
    def _for_partners(self, partner_ids, owners, day):
        """Return the accounts of customers here, made where missing."""
        partners = self.env["res.partner"].browse(partner_ids).commercial_partner_id
        root = self.env.company.root_id
        # sudo: an account outside the user's own list is found, not made twice
        have = (
            self.sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids), ("company_id", "=", root.id)])
        )
        by_partner = {one.partner_id: one.id for one in have}
        made = self.create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": root.id,
                    "owner_ids": [
                        fields.Command.create(line)
                        for line in self._owner_lines(
                            owners or [{"user_id": self.env.uid}], day
                        )
                    ],
                }
                for partner in partners
                if partner not in by_partner
            ]
        )
        by_partner |= {one.partner_id: one.id for one in made}
        return self.browse([by_partner[partner] for partner in partners])

    def _day(self, value):
        return self._day_given(value) or self._today()

    def change_class(
        self,
        account_class,
        reason,
        effective_on=None,
        expected_version=None,
        command_id=None,
    ):
        """Give accounts another class.

        :param account_class: ``A`` to ``E``
        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when an account has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._decide_once(
            accounts.ChangeClass(
                account_class,
                self._day(effective_on),
                self._reason(reason),
                self._today(),
            ),
            ["class", account_class, reason, effective_on],
            expected_version,
            command_id,
        )

    def hand_over(
        self, owners, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Give accounts to other owners from a day on, also one in the past.

        :param owners: list of dicts ``user_id``, ``share`` (percent), ``role``
            (``lead`` or ``co``); the shares add up to 100
        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when an account has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            day, words = model._day(effective_on), self._reason(reason)

            def command_of(account, _state):
                return accounts.HandOver(account._owner_parts(owners, day), day, words)

            return model.browse(self.ids)._decision_each(command_of, expected_version)

        return self._once(
            command_id, ["hand_over", self.ids, owners, reason, effective_on], action
        )

    def release(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """End the key-account status; nobody owns the accounts from that day on.

        A day ahead is a plan, see ``planned``: until then everything stays.
        """
        return self._decide_once(
            accounts.Release(
                self._day(effective_on), self._reason(reason), self._today()
            ),
            ["release", reason, effective_on],
            expected_version,
            command_id,
        )

    def suspend(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Stop treating accounts as key accounts for a time."""
        return self._decide_once(
            accounts.Suspend(
                self._day(effective_on), self._reason(reason), self._today()
            ),
            ["suspend", reason, effective_on],
            expected_version,
            command_id,
        )

    def resume(self, reason, effective_on=None, expected_version=None, command_id=None):
        """End the suspension of accounts."""
        return self._decide_once(
            accounts.Resume(
                self._day(effective_on), self._reason(reason), self._today()
            ),
            ["resume", reason, effective_on],
            expected_version,
            command_id,
        )

    def _decide_once(self, command, request, expected_version, command_id):
        return self._once(
            command_id,
            [*request, self.ids, expected_version],
            lambda model: model.browse(self.ids)._decision(command, expected_version),
        )

    # -------------------------------------------------------------------- owners
    def _owner_parts(self, owners, day):
        """Return core owners from ``owners``: list of dicts user_id, share, role."""
        try:
            return tuple(
                self._owner_part(one, "co" if n else "lead", day)
                for n, one in enumerate(owners or ())
            )
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“Owners” is a list of objects with “user_id” (a number), “share”"
                    " (percent) and “role” (“lead” or “co”)."
                )
            ) from error

    def _owner_part(self, one, role, day):
        user_id = one.get("user_id")
        if not isinstance(user_id, int):
            raise TypeError(user_id)
        return Owner(
            key=str(uuid.uuid4()),
            user_id=int(user_id),
            role=one.get("role") or role,
            share=Decimal(str(one.get("share", 100))).quantize(Decimal("0.01")),
            date_from=day,
        )

    def _owner_lines(self, owners, day):
        return [
            {
                "user_id": part.user_id,
                "role": part.role,
                "share": float(part.share),
                "date_from": day,
            }
            for part in self._owner_parts(owners, day)
        ]

    def _owners_for(self, owners, day):
        """Return who is to own from ``day`` on; None when they do already.

        :param owners: as asked; None: who owns on that day, else today, else the caller
        """
        on_the_day = self._owners_of(day)
        if on_the_day and owners is None:
            return None
        if on_the_day and self._same_owners(owners, on_the_day, day):
            return None
        return owners or self._owners_of(self._today()) or [{"user_id": self.env.uid}]

    def _owners_of(self, day):
        return [
            {"user_id": one.user_id.id, "share": one.share, "role": one.role}
            for one in self.owner_ids
            if one.date_from <= day and (not one.date_to or one.date_to >= day)
        ]

    def _same_owners(self, asked, present, day):
        """Tell whether nothing changes on ``day`` or after it."""
        later = [one for one in self.owner_ids if one.date_from > day]
        if later or any(one.date_to and one.date_to >= day for one in self.owner_ids):
            return False

        def told(owners):
            parts = self._owner_parts(owners, day)
            return {(one.user_id, one.share, one.role) for one in parts}

        return told(asked) == told(present)
