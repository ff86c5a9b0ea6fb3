"""Show what is going on and how fast."""

import sys
import time


class Progress:
    """Lines of text with seconds and rates; silent in tests."""

    def __init__(self, write=None):
        self.write = write
        self.started = self.stage_started = time.monotonic()
        self._live = write is None and sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Print a finished thing."""
        seconds = time.monotonic() - self.started
        if self.write:
            self.write(f"{seconds:6.1f} s  {text}")

    def stage(self, text: str) -> None:
        """Start the clock of a stage and say what begins."""
        self.stage_started = time.monotonic()
        self.say(f"{text} …")

    def step(self, what: str, done: int, total: int) -> None:
        """Tell how far a stage is, with its rate."""
        seconds = max(time.monotonic() - self.stage_started, 0.001)
        if done == total or done % 2000 == 0:
            self.say(f"  {what}: {done} of {total}, {done / seconds:.0f} a second")
        if done == total:
            self.stage_started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started
