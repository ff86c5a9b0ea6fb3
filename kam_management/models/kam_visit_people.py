"""Who may be sent to a customer, whom one meets there, and for whom one acts."""

from zoneinfo import ZoneInfo

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class KamVisit(models.Model):
    _inherit = "kam.visit"

    def _check_people(self, account_id, values):
        """Refuse people who are nobody of the customer."""
        ids = {values.get("contact_id"), *(values.get("participant_ids") or ())}
        ids -= {None, False}
        if not ids or not account_id:
            return
        partner = self.env["kam.account"].browse(account_id).partner_id
        people = self.env["res.partner"].browse(sorted(ids)).exists()
        if len(people) < len(ids) or people.commercial_partner_id - partner:
            raise UserError(
                self.env._(
                    "“Contact person” and “Participants” are people of the customer:"
                    " choose among its contacts."
                )
            )

    def _check_visited(self, account_id):
        account = self.env["kam.account"].browse(account_id or ()).exists()
        if account and account.status == "former":
            raise UserError(
                self.env._(
                    "“Account”: %s is a former key account; designate it again first.",
                    account.display_name,
                )
            )

    def _check_answers(self, triples):
        """Refuse managers who do not answer for the account: it stays private.

        :param triples: list of (account id, user id, start of the visit)
        """
        zone = ZoneInfo(self.env.company.sudo()._kam_time_zone())  # no secret
        asked = {
            # ownership is of days where the company is
            (one, user, at.astimezone(zone).date())
            for one, user, at in triples
            if one and user
        }
        if not asked:
            return
        self.env["res.users"]._kam_check_internal({user for _one, user, _at in asked})
        refused = {one[:2] for one in asked} - self._answering_pairs(asked)
        for account_id, user_id in sorted(refused):
            # sudo: the name of a colleague; the account's may be read by the caller
            user = self.env["res.users"].sudo().browse(user_id)
            if user.has_group("kam_management.group_kam_director"):
                continue
            account = self.env["kam.account"].browse(account_id)
            raise UserError(
                self.env._(
                    "“Key account manager”: %(user)s does not answer for %(account)s."
                    " Hand the account over, or make a delegation.",
                    user=user.name,
                    account=account.display_name,
                )
            )

    def _answering_pairs(self, asked):
        """Return those (account id, user id) where the user answers for the account.

        As owner between now and the visit, also a past one; as head; as leader of its
        team; or as substitute of one of them.

        :param asked: set of (account id, user id, date)
        """
        self.env["kam.account.owner"].flush_model()
        self.env["kam.account"].flush_model(["head_id", "team_id"])
        self.env["kam.delegation"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH asked AS (
                       SELECT t.account_id, t.user_id,
                              least(t.day, %(today)s) AS first,
                              greatest(t.day, %(today)s) AS last
                         FROM unnest(%(accounts)s, %(users)s, %(days)s::date[])
                              AS t(account_id, user_id, day)
                   ), held AS (
                       SELECT o.account_id, o.user_id, o.date_from, o.date_to
                         FROM kam_account_owner o
                        UNION ALL
                       SELECT a.id, a.head_id, NULL, NULL FROM kam_account a
                        UNION ALL
                       SELECT a.id, t.user_id, NULL, NULL FROM kam_account a
                         JOIN crm_team t ON t.id = a.team_id
                   )
                   SELECT DISTINCT q.account_id, q.user_id
                     FROM asked q JOIN held h ON h.account_id = q.account_id
                      AND coalesce(h.date_from, q.last) <= q.last
                      AND coalesce(h.date_to, q.first) >= q.first
                    WHERE h.user_id = q.user_id
                       OR EXISTS (SELECT FROM kam_delegation d
                                   WHERE d.substitute_id = q.user_id
                                     AND d.user_id = h.user_id AND d.may_act
                                     AND d.date_to >= q.first
                                     AND (d.ended_on IS NULL OR d.ended_on > q.first))
                """,
                today=self.env.company._kam_today(),
                accounts=[one for one, _user, _day in asked],
                users=[user for _one, user, _day in asked],
                days=[day for _one, _user, day in asked],
            )
        )
        return set(rows)

    def _acting_for(self, states):
        """Name for whom a substitute acts: the manager whose visit it is."""
        # sudo: which customer it is; the visit's rights were checked
        accounts = self.env["kam.account"].sudo()
        return self.env["kam.delegation"]._behalf(
            [{state.user_id} for state in states],
            [accounts.browse(state.account_id or ()).partner_id.id for state in states],
            [state.company_id for state in states],
        )
