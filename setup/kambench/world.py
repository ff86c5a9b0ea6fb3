"""Odoo in this process: registries, environments, the run's order."""

import contextlib
from dataclasses import dataclass

from odoo.api import Environment
from odoo.modules.registry import Registry


@dataclass
class World:
    """What a part of the benchmark works with.

    :param databases: {role: name}, such as ``with`` and ``without``
    :param rounds: how often each side runs
    """

    databases: dict
    rounds: int

    def registry(self, role):
        """Return the registry of a database."""
        return Registry(self.databases[role])

    @contextlib.contextmanager
    def env(self, role="with", *, keep=False):
        """Give the administrator's environment in a transaction of its own.

        :param keep: commit it; else all of it is undone
        """
        with self.registry(role).cursor() as cr:
            env = Environment(cr, 1, {})
            env = env(user=env.ref("base.user_admin").id)
            yield env
            if keep:
                env.flush_all()
                cr.commit()
            else:
                env.invalidate_all(flush=False)
                env.transaction.clear()
                cr.rollback()
