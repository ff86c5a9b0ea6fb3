"""Order forms on the key account: looked at, and taken as a quotation."""

import hashlib

from odoo import api, models
from odoo.exceptions import UserError

from ..cell_file import decode

NAMED = 5  # problems in a refusal


class KamAccount(models.Model):
    _inherit = "kam.account"

    @api.readonly
    def preview_order_form(self, data):
        """Say what a filled-in order form would become; stores nothing.

        :param data: the file (XLSX or CSV), base64
        :return: dict of

            - ``may_take`` (a quotation can be made of all rows), ``may_leave_out`` (of
              those without problems that stop them), ``seen`` (digest of this preview)
            - ``currency``, ``untaxed`` and ``total`` (with tax) of the rows that can be
              ordered
            - ``problems`` of the whole form: list of dicts ``code``, ``stops``,
              ``message``
            - ``rows``: list of dicts ``row`` (number in the file), ``product_id``,
              ``code``, ``name``, ``quantity`` (decimal text), ``price``, ``discount``,
              ``subtotal`` (without tax), ``problems``
        :raises UserError: the file is no order form
        """
        self.ensure_one()
        self.check_access("read")
        forms = self.env["kam.order.form"]
        return forms._told(forms._look(self, decode(self.env, data)))

    def take_order_form(
        self,
        data,
        leave_out=False,
        again=False,
        file_name=None,
        seen=None,
        command_id=None,
    ):
        """Make a quotation of a filled-in order form; the file stays with it.

        All gates of orders hold: the quotation is confirmed, or stopped, as any other.

        :param data: the file (XLSX or CSV), base64
        :param leave_out: make it of the rows that can be ordered; else every row must
        :param again: though this file became a quotation before
        :param file_name: name of the attachment
        :param seen: ``seen`` of the preview: refuse when prices or rows differ now
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: dict ``id`` and ``name`` of the quotation, ``left_out`` (numbers of
            rows), ``may_confirm`` and ``findings`` as ``kam_findings`` tells them
        """
        self.ensure_one()
        self.check_access("read")
        content = decode(self.env, data)
        request = ["order_form", self.ids, hashlib.sha256(content).hexdigest()]
        return self._once(
            command_id,
            [*request, bool(leave_out), bool(again)],
            lambda model: model.browse(self.ids)._take_order_form(
                content, bool(leave_out), bool(again), file_name, seen
            ),
        )

    def _take_order_form(self, content, leave_out, again, file_name, seen):
        self.env["sale.order"].check_access("create")
        forms = self.env["kam.order.form"]
        look = forms._look(self, content, again)
        if stops := [one for one in look.problems if one.stops]:
            raise UserError(" ".join(forms._words(one) for one in stops))
        if seen and seen != look.seen():
            raise UserError(
                self.env._(
                    "Prices or products changed since the preview. Look at it again."
                )
            )
        left = look.stopped_rows()
        if left and not leave_out:
            raise self._rows_refused(left)
        order = forms._take(self, look, _name(file_name, content), content)
        [found] = order.kam_findings()
        return {
            "id": order.id,
            "name": order.name,
            "left_out": [one.asked.row for one in left],
            "may_confirm": found["may_confirm"],
            "findings": found["findings"],
        }

    def _rows_refused(self, rows):
        forms = self.env["kam.order.form"]
        words = [forms._words(p) for row in rows for p in row.problems if p.stops]
        return UserError(
            self.env._(
                "%(count)s rows cannot be ordered: %(why)s Correct the file, or tick"
                " “Leave out”.",
                count=len(rows),
                why=" ".join(words[:NAMED]),
            )
        )

    def action_order_form(self):
        """Open the dialog that takes a filled-in order form."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_order_form_load_action"
        )
        return {**action, "context": {"default_account_id": self.id}}


def _name(file_name, content):
    kind = ".xlsx" if content.startswith(b"PK") else ".csv"
    words = str(file_name or "").replace("\0", "").strip()[:120]
    return words or f"order form{kind}"
