"""Facts of Odoo's documents: what an order, an invoice or a payment was, and when.

Facts are observed, not decided, so these modules have no ``decide``: an event says
what Odoo's documents came to say, and ``evolve`` folds a document's stream into what
was known of it. ``ledger`` has the journal entries, ``orders`` the sales orders.
"""
