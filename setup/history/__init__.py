"""Load a real wholesaler's trading history into an Odoo database."""
