"""Whether a transaction is inside a savepoint, which neither Odoo nor PostgreSQL tells.

Whoever begins a transaction again takes the savepoints of its callers away from under
them: releasing them then fails. So they are counted, where Odoo makes and ends them.

A savepoint that could not be ended, because its transaction is gone, stays counted for
as long as the cursor lives. That is the safe side: nothing is begun again there.
"""

from functools import wraps
from weakref import WeakKeyDictionary

from odoo.sql_db import Savepoint

_OPEN = WeakKeyDictionary()  # cursor: how many


def inside(cr):
    """Tell whether a savepoint of Odoo's is open on the cursor."""
    return _OPEN.get(cr, 0) > 0


def _counting(method, step):
    @wraps(method)
    def counted(self, *args, **kwargs):
        result = method(self, *args, **kwargs)
        _OPEN[self._cr] = _OPEN.get(self._cr, 0) + step
        return result

    return counted


# There is no other place to see them: a savepoint is an object of its own, made by
# cursors of several classes.
Savepoint.__init__ = _counting(Savepoint.__init__, 1)
Savepoint._close = _counting(Savepoint._close, -1)
