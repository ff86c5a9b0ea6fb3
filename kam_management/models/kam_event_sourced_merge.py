"""Merging: a record that event-sourced records point to becomes another one."""

from odoo import models

from ..kam_core.record import Relink, names


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    def _end(self, command, survivor):
        """Let a command end the record's stream, which goes on in the survivor's.

        What points to the row is pointed to the survivor before the row goes.
        """
        self.ensure_one()
        self._command(command)
        for name in self._core.PARTS:
            self[name]._project_unlink()
        self.env["kam.event.store"]._mark_merged(
            self._name, self.event_key, survivor.event_key
        )
        self.env["kam.projector"]._relink(self._name, self.ids, survivor.id)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._update_foreign_keys_generic(self._name, self, survivor)
        wizard._update_reference_fields_generic(self._name, self, survivor)
        self.env.invalidate_all()
        self._project_stray(self)


class KamProjector(models.AbstractModel):
    _inherit = "kam.projector"

    def _relink(self, comodel, source_ids, target_id):
        """Point every event-sourced link from merged records to the one that stays.

        An event each, so that a rebuild gives the same; Odoo's own merge, which comes
        after, finds nothing left to rewrite.
        """
        for name in self._models():
            model = self._all(name)
            for field in names(model._core.State):
                if model._fields[field].comodel_name != comodel:
                    continue
                if model._fields[field].type == "one2many":
                    continue
                found = model.search([(field, "in", source_ids)])
                if found:
                    found._command(Relink(field, tuple(sorted(source_ids)), target_id))
        self.env.flush_all()
