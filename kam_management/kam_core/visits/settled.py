"""Records that are simply edited: settings, whose changes speak for themselves."""

from ..record import (
    Changed,
    Create,
    Created,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Remove,
    Removed,
    initial,
    relink,
)


def decide(state_class, state, command, check, fixed=()):
    """Return the events of a command on a setting, or raise why it is refused.

    :param check: function(state) that refuses what says nothing
    :param fixed: fields that say which setting it is; needed, and never changed
    """
    match command:
        case Create(values):
            values = initial(state_class, values)
            for field in fixed:
                if not values[field]:
                    raise FieldMissing(field=field)
            check(state_class(**values))
            return (Created(values),)
        case Edit(changes):
            for field in fixed:
                if field in changes:
                    raise FixedField(field=field)
            check(state_class(**{**_fields(state), **changes}))
            return (Changed(changes),)
        case Relink():
            return relink(state, command)
        case Remove():
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _fields(state):
    return {name: getattr(state, name) for name in type(state).__dataclass_fields__}
