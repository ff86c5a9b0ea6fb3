"""Run programs so that none outlives us and each shows that it moves.

A program dies with the set-up.  What it had started itself (dpkg-deb's tar, say)
may live on for a while: it carries our mark, and the next set-up ends it before it
touches anything.
"""

import contextlib
import ctypes
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path

from .errors import SetupError, explain

TAIL = 200  # lines of output that are searched for a known trouble
MARK = "KAM_SETUP_CHILD_OF"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """Ask the kernel to end this child when the set-up is killed."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def marking(folder):
    """Mark all programs started meanwhile as working on this state folder."""
    os.environ[MARK] = str(folder)
    try:
        yield
    finally:
        del os.environ[MARK]


def unmarked(environment):
    """Return the environment for a server, which is meant to outlive us."""
    return {key: text for key, text in environment.items() if key != MARK}


def marked(folder):
    """Return the numbers of the processes that work on this state folder."""
    mark, found = os.fsencode(f"{MARK}={folder}"), []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def end_left_overs(folder):
    """End what a set-up that was killed has left running on this state folder."""
    while left := marked(folder):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def start(command, **options):
    """Start a program that ends with us."""
    command = [str(part) for part in command]
    try:
        # No thread of ours runs at this point: `follow` has joined its own.
        return subprocess.Popen(command, preexec_fn=die_with_parent, **options)  # noqa: PLW1509
    except FileNotFoundError as error:
        raise SetupError(
            f"there is no program {command[0]} here", "Install it, and run it again"
        ) from error


def output_of(command, **options):
    """Return (exit code, output) of a short program."""
    process = start(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    text, _ = process.communicate()
    return process.returncode, text.strip()


def read_lines(stream, lines):
    """Put each line of a program's output on the queue, None at its end."""
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


def follow(process, log, progress, pick, last):
    """Write the output to the log, show it moving, and return its last lines."""
    lines, tail = queue.Queue(), []
    reader = threading.Thread(
        target=read_lines, args=(process.stdout, lines), daemon=True
    )
    reader.start()
    while True:
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            progress.tick(last)
            continue
        if line is None:
            reader.join()
            return tail
        log.write(line)
        log.flush()
        last = pick(line) or last
        tail = [*tail[-TAIL:], line]
        progress.tick(last)


def run(what, command, progress, log, pick=str.strip, **options):
    """Run a long program to its end; a failure becomes one line.

    :param what: what it is for, in the user's words
    :param log: the file that keeps all of its output
    :param pick: what to show of a line of its output
    :raises SetupError: when it fails
    """
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", encoding="utf-8", errors="replace") as file:
        process = start(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **{"stdin": subprocess.DEVNULL, **options},
        )
        try:
            tail = follow(process, file, progress, pick, what)
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if code:
        raise explain(what, "".join(tail), log)
    return "".join(tail)
