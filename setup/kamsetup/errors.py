"""The one kind of trouble that the user is told about."""


class SetupError(Exception):
    """Something the user can mend: what is wrong, and the mend, on one line."""

    def __init__(self, problem, mend):
        super().__init__(f"{problem}. {mend}")
        self.problem = problem
        self.mend = mend


KNOWN = (
    (
        ("no space left", "not enough free space", "enospc"),
        "the disk is full",
        "Free some, or set KAM_STATE to a folder on a larger disk, and run it again",
    ),
    (
        (
            "could not resolve",
            "temporary failure",
            "name resolution",
            "name or service not known",
            "network is unreachable",
            "unable to connect",
            "could not connect",
            "connection refused",
            "connection timed out",
            "newconnectionerror",
            "enotfound",
            "econnrefused",
            "eai_again",
            "connecttimeouterror",
        ),
        "the network cannot be reached",
        "Check the connection (and the proxy, if you have one), and run it again",
    ),
    (
        (
            "certificate verify failed",
            "self_signed_cert",
            "unable to get local issuer",
            "unable_to_get_issuer",
            "unable_to_verify_leaf",
        ),
        "a certificate on the way is not trusted",
        "Install your network's certificate on this machine, and run it again",
    ),
    (
        ("is expired (invalid since", "is not valid yet"),
        "the clock of this machine and the mirror's disagree",
        "Set the machine's date and time, and run it again",
    ),
    (
        (
            "hash sum mismatch",
            "do not match the hashes",
            "eintegrity",
            "unexpected size",
            "badzipfile",
            "incompleteread",
            "unexpected end of file",
            "not a debian format archive",
            "corrupted filesystem tarfile",
        ),
        "a download arrived broken",
        "Run it again; if it stays so, the mirror this machine uses serves a bad file",
    ),
)


def explain(what, output, log):
    """Return the SetupError for a program that failed with this output."""
    text = output.lower()
    for signs, problem, mend in KNOWN:
        if any(sign in text for sign in signs):
            return SetupError(f"{what} failed: {problem}", f"{mend} (details: {log})")
    return SetupError(f"{what} failed", f"See the end of {log}, and run it again")
