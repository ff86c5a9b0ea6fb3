from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.kam_management.tests import common


@tagged("post_install", "-at_install")
class TestVehicle(common.KamCase):
    def test_life(self):
        vehicle = self.env["kam.sample.vehicle"].create(
            {"name": "Van", "colour": "red"}
        )
        vehicle.kilometres = 120
        vehicle.colour = "blue"
        self.assertEqual(vehicle.event_version, 2)
        with self.assertRaisesRegex(UserError, "120 or more"):
            vehicle.kilometres = 90
        [line] = vehicle.copy()
        self.assertEqual(line.event_version, 1)
        vehicle.unlink()

    def test_history(self):
        vehicle = self.env["kam.sample.vehicle"].create({"name": "Van"})
        vehicle.name = "Lorry"
        events = self.env["kam.event"].search([("model", "=", vehicle._name)])
        self.assertEqual(sorted(events.mapped("type")), ["Changed", "Created"])

    def test_stray_row_is_found_and_mended(self):
        self.replay_checked = False  # the row is made wrong on purpose
        vehicle = self.env["kam.sample.vehicle"].create({"kilometres": 5})
        vehicle._project_row({"kilometres": 7})
        self.env.flush_all()
        projector = self.env["kam.projector"].sudo()
        self.assertTrue(projector._drift("kam.sample.vehicle"))
        projector._rebuild("kam.sample.vehicle")
        self.assertFalse(projector._drift("kam.sample.vehicle"))
        vehicle.invalidate_recordset()
        self.assertEqual(vehicle.kilometres, 5)
