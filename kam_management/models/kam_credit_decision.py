"""What decisions of the credit controller have in common."""

from odoo import models
from odoo.exceptions import AccessError, UserError


class KamCreditDecision(models.AbstractModel):
    _name = "kam.credit.decision"
    _description = "Decision of the credit controller"

    def _check_may_decide(self):
        if self.env.su or self.env.user.has_group("kam_management.group_kam_credit"):
            return
        raise AccessError(
            self.env._(
                "Only the credit controller decides on credit. Ask yours, or ask for an"
                " approval on the order."
            )
        )

    def _given(self, settings):
        """Return settings given by a caller as the core has them.

        :param settings: dict of field values, as RPC sends them
        :raises UserError: not a setting, or not a value of it
        """
        self.ensure_one()
        [(_record, _key, _version, state)] = self._load()
        return {
            name: self._linked(name, self._to_core(name, value, state, settings))
            for name, value in settings.items()
        }

    def _linked(self, name, value):
        """Refuse a link to nothing, or into another company."""
        field = self._fields[name]
        if field.type != "many2one" or value is None:
            return value
        # sudo: whether it exists and whose it is; nothing of it is told
        record = self.env[field.comodel_name].sudo().browse(value).exists()
        company = record and "company_id" in record._fields and record.company_id
        if not record or (company and company.root_id != self.company_id):
            raise UserError(
                self.env._(
                    "“%(field)s” %(id)s does not exist here; choose another.",
                    field=field._description_string(self.env),
                    id=value,
                )
            )
        return value
