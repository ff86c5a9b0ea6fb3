"""The one kind of error a person sees: a sentence with the mend."""


class LoadError(Exception):
    """The history cannot be loaded; the message says why and what to do."""
