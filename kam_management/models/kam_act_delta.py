"""Delta acts: what was posted into a period after its act was signed."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import retrying

from ..kam_core.receivables import acts


class KamAct(models.Model):
    _inherit = "kam.act"

    def open_delta(self, command_id=None):
        """Make delta acts of what was posted after signed acts.

        An act whose delta is still open gives that one.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the delta acts
        """
        return self._once(
            command_id,
            ["delta", self.ids],
            lambda model: [
                act._open_delta().id for act in model.browse(self.ids).exists()
            ],
        )

    def _open_delta(self):
        self.ensure_one()
        self.check_access("write")
        if self.status not in acts.SEALED:
            raise UserError(
                self.env._("A delta act comes after a signed act; this one is not.")
            )
        root = self._corrected()
        if pending := self._pending_delta():
            return pending
        self._check_no_follower(root)
        if not self._late_rows():
            raise UserError(
                self.env._(
                    "Nothing was posted into the period of act %s since it was signed.",
                    self.number,
                )
            )
        values = {
            name: getattr(root[name], "id", root[name])
            for name in (
                *("partner_id", "company_id", "currency_id", "scope", "with_payable"),
                *("date_from", "date_to", "place", "agreement", "by_agreement"),
                *("our_signatory", "our_authority", "user_id"),
            )
        }
        return self.create({**values, "kind": acts.DELTA, "corrects_id": self.id})

    def _check_no_follower(self, root):
        if follower := root._follower():
            raise UserError(
                self.env._(
                    "Act %(next)s follows %(number)s and has taken up what was posted"
                    " later; look there.",
                    next=follower.number,
                    number=root.number,
                )
            )

    def _check_delta_is_last(self):
        """A delta is no more needed once the next act has taken it up."""
        if self.kind == acts.DELTA:
            self._check_no_follower(self._corrected())

    def _pending_delta(self):
        """Return the delta act that is not signed yet, if any."""
        root = self._corrected()
        return self.search(
            [
                ("corrects_id", "in", (root | root.delta_ids | self).ids),
                ("status", "not in", acts.SEALED),
            ],
            limit=1,
        )

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_differences(self):
        """Open delta acts where something was posted into a signed period since."""
        ids = self.search([("status", "in", acts.SEALED)]).ids
        cron = self.env["ir.cron"]
        for done, act in enumerate(self.browse(ids), 1):
            retrying(act._watch, self.env)
            if not cron._commit_progress(1, remaining=len(ids) - done):
                break

    def _watch(self):
        """Open the delta act of the last act of a chain, and tell who answers."""
        root = self._corrected()
        if self.corrects_id or root._follower() or not root._late_rows():
            return
        last = self._last_of_chain()
        if not last._pending_delta():
            last._open_delta().activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Difference after act No. %s", root.number),
                user_id=(root.user_id or self.env.user).id,
            )

    def _last_of_chain(self):
        """Return the newest signed delta of the act, or the act itself."""
        chain = self._chain(self.date_to, self)
        return self.browse(chain[-1].id)
