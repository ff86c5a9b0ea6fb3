"""What a customer may do with an act, beyond reading it: answer."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.receivables import acts
from ..kam_core.receivables.their_cells import decimal_mark, read_amount

MOST_ANSWERS = 100  # events of an act; more is no conversation


class KamAct(models.Model):
    _inherit = "kam.act"
    _mail_post_access = "read"

    def _portal_answer(self, post):
        """Take the answer of a form: sudoed, after the visitor was checked.

        :param post: ``answer`` (``agreed`` or ``disagreed``), ``note``, ``closing``;
            for each line they dispute ``line_<id>``, ``amount_<id>``, ``reason_<id>``
        """
        self.ensure_one()
        if self.event_version > MOST_ANSWERS:
            raise UserError(
                self.env._("This act was answered too often. Please write to us.")
            )
        user = self.env.user
        by = None if user._is_public() else user.partner_id
        answer = post.get("answer")
        lines = self._portal_lines(post) if answer == acts.DISAGREED else None
        closing = self._portal_amount(post.get("closing"))
        self._answer(answer, post.get("note"), closing, lines, by=by)
        self.message_post(
            body=self.env._("The customer agreed on the portal.")
            if answer == acts.AGREED
            else self.env._("The customer answered with disagreements on the portal."),
            author_id=(by or self.partner_id).id,
            subtype_xmlid="mail.mt_comment",
        )
        return True

    def _portal_lines(self, post):
        ids = [
            name.removeprefix("line_")
            for name, value in post.items()
            if name.startswith("line_") and value
        ]
        known = {str(line.id): line for line in self.line_ids}
        return [
            {
                "line_id": known[one].id if one in known else 0,
                "amount": self._portal_amount(
                    post.get(f"amount_{one}"), known.get(one)
                ),
                "reason": post.get(f"reason_{one}"),
            }
            for one in ids
        ]

    def _portal_amount(self, text, line=None):
        """Return an amount as the customer wrote it, or None.

        Written as on the paper, above zero; a payment is below zero in our sign.

        :param line: the line of the act that it stands beside
        """
        text = (text or "").strip()
        lang = self.env["res.lang"]._get_data(code=self.env.lang)
        # what the text itself says counts more than the visitor's language
        mark = decimal_mark([text, text, f"0{lang.decimal_point or '.'}00"])
        try:
            amount = read_amount(text, mark)
        except ValueError as error:
            raise self._no_amount(text) from error
        is_credit = line and line.credit > line.debit
        return -amount if amount is not None and is_credit else amount

    # ----------------------------------------------------- what is ours alone
    def _check_internal(self):
        """The history tells who of us did what: not to a customer."""
        if self.env.user.share and not self.env.su:
            raise AccessError(
                self.env._("The history of an act is for the company that drew it up.")
            )

    @api.readonly
    def kam_history(self, offset=0, limit=100):
        """Return what happened to the act; see ``kam.event.sourced``."""
        self._check_internal()
        return super().kam_history(offset, limit)

    @api.readonly
    def kam_as_of(self, day, clock="effective_at"):
        """Return the act as it was; see ``kam.event.sourced``."""
        self._check_internal()
        return super().kam_as_of(day, clock)

    @api.readonly
    def kam_changes(self, day_from, day_to, clock="effective_at"):
        """Return what changed between two days; see ``kam.event.sourced``."""
        self._check_internal()
        return super().kam_changes(day_from, day_to, clock)
