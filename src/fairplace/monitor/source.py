"""A published log as an outsider gets at it: by its address, or as a folder of files."""

from __future__ import annotations

from pathlib import Path

from fairplace.errors import Busy, Missing
from fairplace.witness.asking import asked

MOST_BYTES = 256 * (2 + 65_535)
"""Of a file: a full bundle of the longest entries."""

SECONDS = 30.0


class Source:
    """Reads files by their published names. `at` is what the operator gave: `https://…`, or a folder."""

    def __init__(self, at: str, *, seconds: float = SECONDS) -> None:
        self.at = at
        self._seconds = seconds
        self._folder: Path | None = None
        if not at.startswith(("http://", "https://")):
            folder = Path(at)
            self._folder = folder / "public" if (folder / "public").is_dir() else folder
            if not self._folder.is_dir():
                raise Missing(f"{at} is no folder and no address; give https://… or a folder of published files")

    def get(self, name: str) -> bytes | None:
        """A file, or None when there is none. Raises Busy when the other side does not answer."""
        if self._folder is not None:
            try:
                with (self._folder / name).open("rb") as file:
                    return file.read(MOST_BYTES)
            except (FileNotFoundError, NotADirectoryError):
                return None
            except OSError as error:
                raise Busy(f"{self.at}/{name} cannot be read: {error.strerror}; try again later") from error
        answer = asked(f"{self.at.rstrip('/')}/{name}", seconds=self._seconds, most=MOST_BYTES)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Busy(f"{self.at}/{name} is answered with status {answer.status}; try again later")
        return answer.body
