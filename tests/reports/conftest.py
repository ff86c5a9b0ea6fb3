"""These tests need neither Odoo nor a database."""

from kamsetup.no_odoo import enable_odoo_test_flag, load_http, load_registry

__all__ = ["enable_odoo_test_flag", "load_http", "load_registry"]
