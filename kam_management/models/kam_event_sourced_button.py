"""The *History* button: on the form of every record whose changes are events."""

from lxml import etree

from odoo import models


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    def action_kam_history(self):
        """Open the history of the record: what happened, as of a day, what changed."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "kam_history",
            "name": self.env._("History"),
            "params": {"record_model": self._name, "record_id": self.id},
        }

    def _get_view(self, view_id=None, view_type="form", **options):
        """Put the button on every form, so that no view can forget it."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and self._core and arch.tag == "form":
            _button_box(arch).append(self._history_button())
        return arch, view

    def _history_button(self):
        button = etree.Element(
            "button",
            name="action_kam_history",
            type="object",
            icon="fa-history",
            invisible="not id",
            string=self.env._("History"),
        )
        button.set("class", "oe_stat_button")
        button.set("data-hotkey", "h")
        return button


def _button_box(arch):
    box = arch.find(".//div[@name='button_box']")
    if box is None:
        box = etree.Element("div", name="button_box")
        box.set("class", "oe_button_box")
        sheet = arch.find(".//sheet")
        (arch if sheet is None else sheet).insert(0, box)
    return box
