"""Savepoints are counted as they are made and ended, however they end."""

import psycopg2

from odoo.tools import mute_logger

from .. import savepoints
from . import common


class TestSavepoints(common.KamCase):
    def setUp(self):
        super().setUp()
        self.before = self.depth()

    def depth(self):
        return savepoints._OPEN.get(self.env.cr, 0)

    def assertDeeper(self, by):
        self.assertEqual(self.depth() - self.before, by)

    def test_one_within_another(self):
        with self.env.cr.savepoint():
            self.assertDeeper(1)
            self.assertTrue(savepoints.inside(self.env.cr))
            with self.env.cr.savepoint(flush=False):
                self.assertDeeper(2)
            self.assertDeeper(1)
        self.assertDeeper(0)

    def test_rolled_back_it_is_open_still(self):
        savepoint = self.env.cr.savepoint()
        savepoint.rollback()
        self.assertDeeper(1)
        savepoint.close(rollback=True)
        self.assertDeeper(0)
        savepoint.close(rollback=True)  # closed already: nothing is counted twice
        self.assertDeeper(0)

    def test_an_error_within(self):
        with self.assertRaises(ValueError), self.env.cr.savepoint():
            raise ValueError
        self.assertDeeper(0)

    @mute_logger("odoo.sql_db")
    def test_an_error_of_the_database_within(self):
        cr = self.env.cr
        with self.assertRaises(psycopg2.Error), cr.savepoint(), cr.savepoint(False):
            cr.execute("SELECT 1 / 0")
        self.assertDeeper(0)
        self.env.cr.execute("SELECT 1")
