"""The set-up: from a bare machine to a running Odoo, and to all tests.

Plain standard library.  One file, one thing:

errors, progress, processes, lock   how it talks, runs programs, keeps others out
places, machine                     where things are kept; what must be right first
apt, odoo_source, venv, node        what is fetched
postgres, databases, odoo           the cluster, the databases, Odoo's programs
prepare                             all of those in order, done once and resumed
demo, suite, long_suites, tool      the four commands
"""
