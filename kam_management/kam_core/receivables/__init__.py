"""Receivables: open items, ageing, reconciliation acts, the customer's own figures."""
