"""Work that goes on beside what a command does: in a thread, until the block ends."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

LAST = 10
"""Seconds within which the work must end once it is told to stop; after that it is left behind."""


@contextlib.contextmanager
def beside(name: str, work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `work` while the block runs. It is given the event that tells it to stop."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=LAST)
