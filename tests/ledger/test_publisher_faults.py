"""Publishing on a disk that is full or failing: what is shown stays whole, and the next try finishes it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from fairplace.errors import Misconfigured
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.publisher import Publisher
from fairplace.ledger.tiles import TileReader
from fairplace.ledger.tree import leaf_hash, root
from tests.ledger.test_publisher import LOG_KEYS, ORIGIN, Register, assert_verified, files, fresh, prepared


class Faulty:
    """A file of which the writes are counted."""

    def __init__(self, file: Any, tick: Callable[[str], None]) -> None:
        self._file = file
        self._tick = tick

    def write(self, data: bytes) -> int:
        self._tick("write")
        written: int = self._file.write(data)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def failing(patch: pytest.MonkeyPatch, at: int, code: int) -> list[str]:
    """The operating system refuses the step of this number. Returns the names of the steps taken."""
    taken: list[str] = []

    def tick(name: str) -> None:
        taken.append(name)
        if len(taken) - 1 == at:
            raise OSError(code, os.strerror(code))

    def watched(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def step(*given: Any, **named: Any) -> Any:
            tick(name)
            return real(*given, **named)

        patch.setattr(owner, name, step)

    opened, fdopened = Path.open, os.fdopen
    patch.setattr(
        Path,
        "open",
        lambda self, mode="r", *rest, **named: (
            Faulty(opened(self, mode, *rest, **named), tick) if "w" in mode else opened(self, mode, *rest, **named)
        ),
    )
    patch.setattr(os, "fdopen", lambda *given, **named: Faulty(fdopened(*given, **named), tick))
    for owner, name in ((os, "fsync"), (os, "rename"), (os, "mkdir"), (os, "fchmod"), (os, "open")):
        watched(owner, name)
    return taken


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    made = Register(tmp_path)
    yield made
    made.store.close()


def assert_shown_whole(register: Register) -> None:
    """What the shown checkpoint covers is there, whatever lies beside it."""
    shown = Checkpoint.parse((register.public / "checkpoint").read_bytes(), LOG_KEYS, strict=True)
    entries = TileReader(register.public, shown.size).entries()
    assert root(leaf_hash(raw) for raw in entries) == shown.root


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_step_that_the_disk_refuses_leaves_what_is_shown_whole(register: Register, code: int, capsys: Any) -> None:
    prepared(register)
    at, taken, refused, said = 0, ["begin"], set[str](), set[str]()
    while at < len(taken):
        register.grow(1)
        with pytest.MonkeyPatch.context() as patch:
            taken = failing(patch, at, code)
            publisher = register.publisher()
            try:
                publisher.publish()
            except (OSError, Misconfigured) as error:
                said.add(str(error))
                refused.add(taken[-1])
                taken = [*taken, "", ""]  # there is one more to try, at least
        assert_shown_whole(register)
        assert publisher.publish() is not None
        assert (register.public / "checkpoint").read_bytes().split(b"\n")[1] == str(len(register.log.entries)).encode()
        assert not list(register.folder.glob(".public.new*"))
        at += 1
    assert at > 25
    assert {sentence for sentence in said if os.strerror(code) not in sentence} == set()
    assert refused >= {"write", "fsync", "rename", "open"}
    assert files(register.public) == fresh(register)
    assert_verified(register.public)


def test_a_full_disk_while_commits_go_on_is_made_up_for_when_there_is_room(register: Register, capsys: Any) -> None:
    prepared(register)
    register.publisher().publish()
    shown = (register.public / "checkpoint").read_bytes()
    publisher: Publisher = register.publisher()
    for _ in range(5):
        register.grow(2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device"))
            )
            with pytest.raises(OSError, match="No space"):
                publisher.publish()
        assert (register.public / "checkpoint").read_bytes() == shown
    assert publisher.publish() is not None
    assert (register.public / "checkpoint").read_bytes() != shown
    assert len(register.store.checkpoints(ORIGIN)) == 4
    assert files(register.public) == fresh(register)
