"""Two set-ups at once do not collide: the second waits."""

import contextlib
import fcntl
import os


@contextlib.contextmanager
def only_one(path, say):
    """Hold the lock file; the kernel lets go of it when we die, however we do."""
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            say(f"Another set-up is at work here (process {file.read()}): waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
