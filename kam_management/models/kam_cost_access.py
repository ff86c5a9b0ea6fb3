"""Odoo's own cost and margin fields, closed to those without the margin group.

To people of the company by a setting, off by default, because it changes screens of
Odoo that companies may have opened to everybody on purpose. To customers in the portal
always: Odoo lets them read the margin of their own order over RPC. Nor do they read
what we say of their documents and contacts: who manages them, which class, the queue.
"""

from odoo import api, models

PARAMETER = "kam_management.close_cost_fields"
COST_FIELDS = {
    "account.invoice.report": {"price_margin", "inventory_value"},
    "product.product": {"standard_price"},
    "product.template": {"standard_price"},
    "sale.order": {"margin", "margin_percent"},
    "sale.order.line": {"margin", "margin_percent", "purchase_price"},
    "sale.report": {"margin"},
}


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su:
            return True
        if self._kam_is_ours(field) and self.env.user.share:
            return False
        closed = COST_FIELDS.get(self._name)
        if not closed or field.name not in closed:
            return True
        if self._ids and not any(self._ids):
            return True  # Odoo computes new lines as the user; see onchange below
        return not self._kam_cost_closed()

    @api.model
    def _kam_is_ours(self, field):
        """Tell whether we put the field on a model of Odoo: no customer reads it."""
        return field.name.startswith("kam_") and not self._name.startswith("kam.")

    def onchange(self, values, field_names, fields_spec):
        if self._kam_cost_closed():
            self._kam_check_spec(fields_spec)
        return super().onchange(values, field_names, fields_spec)

    def _kam_check_spec(self, fields_spec):
        """Refuse closed fields in what the client asks of a new record."""
        for name, spec in (fields_spec or {}).items():
            field = self._fields.get(name)
            if name in COST_FIELDS.get(self._name, ()):
                self._check_field_access(field, "read")
            if field is not None and field.comodel_name:
                inner = (spec or {}).get("fields")
                self.env[field.comodel_name]._kam_check_spec(inner)

    @api.model
    def _kam_cost_closed(self):
        """Tell whether cost is closed to the current user."""
        if self.env.user.share:
            return True
        # sudo: whether the setting is on is no secret
        on = self.env["ir.config_parameter"].sudo().get_param(PARAMETER)
        return bool(on) and not self.env.user.has_group(
            "kam_management.group_kam_margin"
        )

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        # sudo: whether the setting is on is no secret
        on = self.env["ir.config_parameter"].sudo().get_param(PARAMETER)
        return (*key, "kam_cost_closed") if on else key


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    def _postprocess_tag_field(self, node, name_manager, node_info):
        self._kam_close_cost(node.get("name"), name_manager, node_info)
        return super()._postprocess_tag_field(node, name_manager, node_info)

    def _postprocess_tag_label(self, node, name_manager, node_info):
        self._kam_close_cost(node.get("for"), name_manager, node_info)
        return super()._postprocess_tag_label(node, name_manager, node_info)

    def _kam_close_cost(self, name, name_manager, node_info):
        """Show a cost field of a view only to those who may see margin."""
        if name not in COST_FIELDS.get(name_manager.model._name, ()):
            return
        if self.env["ir.config_parameter"].sudo().get_param(PARAMETER):
            groups = self.env["res.groups"]._get_group_definitions()
            node_info["model_groups"] &= groups.parse("kam_management.group_kam_margin")
