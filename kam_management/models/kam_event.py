"""The event log as people read it: a view over the log's own schema, read-only."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class KamEvent(models.Model):
    _name = "kam.event"
    _description = "Event"
    _auto = False
    _order = "id desc"
    _rec_name = "type"

    model_id = fields.Many2one("ir.model", "Record type", readonly=True)
    model = fields.Char("Technical record type", readonly=True)
    key = fields.Char("Stream key", readonly=True)
    res_id = fields.Many2oneReference("Record id", model_field="model", readonly=True)
    version = fields.Integer(readonly=True, aggregator=None)
    type = fields.Char("Event", readonly=True)
    title = fields.Char("What happened", compute="_compute_title")
    schema = fields.Integer("Schema version", readonly=True, aggregator=None)
    company_id = fields.Many2one("res.company", readonly=True)
    actor_id = fields.Many2one("res.users", "By", readonly=True)
    behalf_id = fields.Many2one("res.users", "On behalf of", readonly=True)
    effective_at = fields.Datetime("True since", readonly=True)
    recorded_at = fields.Datetime("Recorded", readonly=True)
    command_id = fields.Char(readonly=True)
    payload = fields.Text("Content", readonly=True, prefetch=False)
    confidential = fields.Text(
        "Confidential content",
        readonly=True,
        prefetch=False,
        groups="kam_management.group_kam_margin",
        help="Cost and pay, for those entitled.",
    )
    hash = fields.Char(
        readonly=True,
        prefetch=False,
        help="Covers this event and, through the one before, the whole stream.",
    )
    document = fields.Char("Record", compute="_compute_document")

    def init(self):
        self.env.cr.execute(
            """DROP VIEW IF EXISTS kam_event;
               CREATE VIEW kam_event AS
               SELECT e.id, m.id AS model_id, s.category AS model, s.key,
                      coalesce(s.row_id, CASE WHEN s.key ~ '^[0-9]{1,9}$'
                                              THEN s.key::integer END) AS res_id,
                      e.version, e.type, e.schema, e.company_id, e.actor_id,
                      e.behalf_id, e.effective_at AT TIME ZONE 'UTC' AS effective_at,
                      e.recorded_at AT TIME ZONE 'UTC' AS recorded_at,
                      e.command_id::text AS command_id,
                      jsonb_pretty(e.payload) AS payload,
                      jsonb_pretty(e.confidential) AS confidential,
                      encode(e.hash, 'hex') AS hash
                 FROM kam_es.event e
                 JOIN kam_es.stream s ON s.id = e.stream_id
                 LEFT JOIN ir_model m ON m.model = s.category"""
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Ask for record types by name: PostgreSQL knows how frequent each name is."""
        domain = Domain(domain).map_conditions(self._by_model_name)
        return super()._search(domain, *args, **kwargs)

    def _by_model_name(self, condition):
        if condition.field_expr != "model_id" or condition.operator not in ("in", "="):
            return condition
        value = condition.value
        ids = [value] if isinstance(value, int) else value
        if not ids or not all(isinstance(one, int) and one for one in ids):
            return condition
        # sudo: which model a record type is, is no secret
        names = self.env["ir.model"].sudo().browse(ids).mapped("model")
        return Domain("model", "in", names)

    # ------------------------------------------------------------------ read-only
    # a view of an append-only log: every way to write is refused, in words
    # pylint: disable=method-required-super,no-raise-unlink
    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self._append_only())

    def write(self, vals):
        raise UserError(self._append_only())

    def unlink(self):
        raise UserError(self._append_only())

    def copy(self, default=None):
        raise UserError(self._append_only())

    def _append_only(self):
        return self.env._(
            "The event log is only added to, by changing records. Change the record"
            " that this event is about; that is a new event."
        )

    # ------------------------------------------------------------------- display
    @api.depends("model", "type")
    def _compute_title(self):
        for model, events in self.grouped("model").items():
            titles = self._fact_titles()
            if hasattr(self.env.get(model), "_event_titles"):
                titles = self.env[model]._event_titles()
            for event in events:
                event.title = titles.get(event.type, event.type)

    def _fact_titles(self):
        """Return {event type: words} of the facts of Odoo's documents."""
        _ = self.env._
        return {
            "Posted": _("Posted"),
            "Redated": _("Dates changed"),
            "Corrected": _("Changed after posting"),
            "Unposted": _("Back to draft"),
            "Deleted": _("Deleted"),
            "Matched": _("Settled"),
            "Unmatched": _("Settlement undone"),
            "QuotationSent": _("Quotation sent"),
            "OrderConfirmed": _("Order confirmed"),
            "OrderChanged": _("Order changed"),
            "OrderReopened": _("Order reopened"),
            "OrderCancelled": _("Order cancelled"),
            "OrderDeleted": _("Order deleted"),
            "Delivered": _("Delivered"),
            "OrderValued": _("Set beside the base column"),
            "PartnersMerged": _("Partners merged"),
        }

    @api.depends("title", "version")
    def _compute_display_name(self):
        for event in self:
            event.display_name = f"{event.title} ({event.version})"

    @api.depends("model", "res_id")
    def _compute_document(self):
        for model, events in self.grouped("model").items():
            names = self._document_names(model, set(events.mapped("res_id")) - {0})
            for event in events:
                event.document = names.get(event.res_id, False)

    def _document_names(self, model, ids):
        """Return {id: name} of the records that exist and that the user may read."""
        if model not in self.env or not ids:
            return {}
        records = self.env[model].with_context(active_test=False).browse(ids).exists()
        try:
            readable = records._filtered_access("read")
            return {record.id: record.display_name for record in readable}
        except KeyError:  # a model of an addon that is half way gone
            return {}

    def action_open_record(self):
        """Open the record that the event is about."""
        self.ensure_one()
        if self.model not in self.env:
            raise UserError(
                self.env._(
                    "Records of type “%s” are not installed here; only their history"
                    " is left.",
                    self.model,
                )
            )
        model = self.env[self.model].with_context(active_test=False)
        record = model.browse(self.res_id or ()).exists()
        if not record:
            raise UserError(
                self.env._("The record was deleted; only its history is left.")
            )
        return record.get_formview_action()

    def action_open_stream(self):
        """Open all events of the same record."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.document or self.key,
            "res_model": "kam.event",
            "views": [(False, "list"), (False, "form")],
            "domain": [("model", "=", self.model), ("key", "=", self.key)],
        }
