"""What the pages ask of a register, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from fairplace.desk import Desk
from fairplace.documents import Documents
from fairplace.reading import StoreReader
from fairplace.settings import Settings
from fairplace.shelf import Shelved

Filters = Mapping[str, str | int | Sequence[str | int] | None]


class Rows(Protocol):
    """The stored rows of the projections: the public view. Methods block."""

    def get(self, projection: str, key: str) -> Any:
        """One row, or None when there is none that the public may see."""
        ...

    def many(self, projection: str, keys: Iterable[str]) -> Mapping[str, Any]: ...

    def list(
        self, projection: str, *, limit: int = 50, offset: int = 0, order: str = "", filters: Filters | None = None
    ) -> tuple[Sequence[Any], int]:
        """Rows by a column (`-name` for descending), and how many there are in all."""
        ...

    def search(
        self,
        projection: str,
        words: str,
        *,
        limit: int = 50,
        offset: int = 0,
        order: str = "",
        filters: Filters | None = None,
    ) -> tuple[Sequence[Any], int]:
        """The same, of rows that hold all the words."""
        ...

    def counts(self, projection: str, column: str, filters: Filters | None = None) -> Mapping[str | int, int]:
        """How many rows have each value of a column."""
        ...


class Register(Protocol):
    """A register on disk, as far as the pages need it."""

    settings: Settings
    documents: Documents

    @property
    def public(self) -> Path:
        """The folder of published files: all that the pages of the log read."""
        ...

    @property
    def rows(self) -> Rows: ...

    @property
    def policies(self) -> list[Shelved]: ...

    # What only those who are signed in come near

    reader: StoreReader
    desk: Desk

    @property
    def domain(self) -> str: ...
