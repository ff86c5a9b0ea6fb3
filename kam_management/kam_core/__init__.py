"""The rules of key account management: plain Python, no Odoo."""
