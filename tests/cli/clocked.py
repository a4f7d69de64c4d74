"""A clock that a test moves: seconds ahead of the machine's stand in a file.

Nothing of ours is replaced but the source of the time.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fairplace import sources


def move(ahead: Path) -> None:
    """Let the program go by this clock; before anything takes the machine's as its own."""

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(ahead.read_text("ascii")))

    sources.SYSTEM = sources.SYSTEM._replace(clock=clock)
