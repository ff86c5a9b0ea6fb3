"""Sheets as data, and their writer: plain Python and xlsxwriter, no Odoo import."""
