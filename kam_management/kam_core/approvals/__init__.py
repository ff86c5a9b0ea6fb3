"""An approval of the unusual: asked, decided, used once; the same for every kind.

What is asked is a measure (``measures.py``). An approval covers what was granted or
less, for one document and one use. Nobody decides on their own request.
"""

from .commands import (
    Approve,
    Decider,
    Expire,
    Outgrow,
    Redirect,
    Refuse,
    Use,
    Withdraw,
)
from .decide import NEEDED, check_decider, decide, evolve, in_force
from .events import (
    APPROVED,
    ASKED,
    EVENTS,
    EXPIRED,
    KINDS,
    REFUSED,
    UPCASTERS,
    USED,
    VOIDED,
    WITHDRAWN,
    Approval,
    Approved,
    ApprovedLess,
    Expired,
    Redirected,
    Refused,
    Used,
    Voided,
    Withdrawn,
)
from .refusals import (
    BelowZero,
    Closed,
    NotCovered,
    OwnRequest,
    RanOut,
    ReasonMissing,
    Stays,
    TooLong,
    TooMuch,
)

State = Approval
PARTS = {}
