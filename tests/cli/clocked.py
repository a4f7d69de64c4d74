"""The program with a clock that a test moves: seconds ahead of the machine's stand in the file that the variable names.

Run as a program. Nothing of ours is replaced but the source of the time.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fairplace import sources

AHEAD = "FAIRPLACE_TEST_AHEAD"


def clock() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=int(Path(os.environ[AHEAD]).read_text("ascii")))


if __name__ == "__main__":
    sources.SYSTEM = sources.SYSTEM._replace(clock=clock)  # before anything takes it as its own
    from fairplace.cli import main

    sys.exit(main())
