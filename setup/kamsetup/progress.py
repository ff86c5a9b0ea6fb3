"""Show what the set-up is doing: step n of m, seconds, a moving last line."""

import contextlib
import shutil
import sys
import time

QUIET_SECONDS = 10  # between two lines, where the output is not a terminal


class Progress:
    """Numbered steps on standard error."""

    def __init__(self, steps, stream=None):
        self.steps = steps
        self.done = 0
        self.stream = stream or sys.stderr
        self.moving = self.stream.isatty()
        self.started = self.shown = time.monotonic()

    @contextlib.contextmanager
    def step(self, title):
        """Announce a step, and tell its time when it took a while."""
        self.done += 1
        self.title = f"[{self.done}/{self.steps}] {title}"
        self.started = self.shown = time.monotonic()
        self.line(self.title)
        yield self
        if self.seconds() >= 1:
            self.line(f"{self.title}: done in {self.seconds():.0f} s")

    def seconds(self):
        """Return the time since this step began."""
        return time.monotonic() - self.started

    def line(self, text):
        """Print a line that stays."""
        self.stream.write(("\r\x1b[K" if self.moving else "") + text + "\n")
        self.stream.flush()

    def tick(self, text):
        """Show that the step moves: at once on a terminal, else now and then."""
        now = time.monotonic()
        if now - self.shown < (0.2 if self.moving else QUIET_SECONDS):
            return
        self.shown = now
        text = f"      {self.seconds():.0f} s  {text.strip()}"
        if self.moving:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write("\r\x1b[K" + text[:width])
            self.stream.flush()
        else:
            self.line(text[:160])
