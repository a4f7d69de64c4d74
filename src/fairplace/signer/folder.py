"""A signer's folder: made new, moved out of a register, begun again after its memory was lost.

- `*.seed` and `signed.json`, as in a register's `secrets/`: the same program signs with either.
- There is never a moment at which two folders could sign for one log.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from fairplace.begun import begun, sweep, sync
from fairplace.errors import Malformed, Misconfigured, Refused
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Vkey
from fairplace.ledger.signing import Signed
from fairplace.signer import seeds
from fairplace.signer.memory import FILE, Memory, origin_of


def make(folder: Path, origin: str, draw: Callable[[int], bytes]) -> tuple[str, ...]:
    """New keys for a log that does not exist yet, and a memory of nothing. Returns the vkeys; those that it has, when
    it was made before.
    """
    with begun(folder, "signer", FILE, mode=0o700) as stands:
        if not stands:
            add_keys(folder, draw)
            Memory(folder, origin).write(Signed())
        elif (other := origin_of(folder)) != origin:
            raise Refused(f"{folder} is the signer of {other}; give a new folder for that of {origin}")
    return tuple(key.vkey.text for key in seeds.log_keys(folder, origin))


def add_keys(folder: Path, draw: Callable[[int], bytes], suffix: str = "") -> None:
    """Draw one key of each kind; `suffix` tells later ones apart, as `-2`. The Ed25519 key comes last: it ends a pair."""
    ed25519, mldsa = draw(32), draw(32)
    if not (folder / f"{seeds.MLDSA}{suffix}.seed").exists():
        seeds.keep(folder, f"{seeds.MLDSA}{suffix}", mldsa)
    seeds.keep(folder, f"{seeds.ED25519}{suffix}", ed25519)


def next_suffix(folder: Path) -> str:
    """What tells the next keys of a log apart from those in this folder: the first number from 2 without an Ed25519 key.

    Of a pair whose drawing was broken off the other key is there.
    """
    number = 2
    while (folder / f"{seeds.ED25519}-{number}.seed").exists():
        number += 1
    return f"-{number}"


def is_half(folder: Path) -> bool:
    """Was the drawing of the next keys broken off?"""
    return (folder / f"{seeds.MLDSA}{next_suffix(folder)}.seed").exists()


def forget(folder: Path, origin: str, vkeys: Collection[str]) -> list[str]:
    """Destroy the seeds of these keys, which the log uses no more. Returns those that were here."""
    gone: list[str] = []
    sweep(folder)
    for path in sorted(folder.glob("log*.seed")):
        seed = seeds.read(folder, path.stem)
        vkey = seeds.signer_of(origin, path.stem, seed)
        if vkey is not None and vkey.vkey.text in vkeys:
            path.unlink()
            gone.append(vkey.vkey.text)
    sync(folder)
    return gone


def begin_again(folder: Path, origin: str, note: bytes, *, root_key: str = "") -> Signed:
    """Remember this checkpoint, signed by a key of the folder, as the last one; never one that is smaller than before.

    `root_key` is whom to believe when a loss is declared; left out, entry 0 will say.
    """
    memory = Memory(folder, origin)
    keys = [key.vkey for key in seeds.log_keys(folder, origin)]
    with memory.held():
        before = memory.read() if memory.path.exists() else Signed()
        if root_key and Vkey.parse(root_key).name == origin:
            raise Malformed(f"{root_key} is a key of the log; the root key opened it, and has another name")
        checkpoint = Checkpoint.parse(note, keys)
        if checkpoint.origin != origin:
            raise Malformed(f"a checkpoint of {checkpoint.origin} came; this signer is for {origin}")
        if checkpoint.size < before.size:
            raise Refused(f"the signer signed {before.size} entries before; it does not go back to {checkpoint.size}")
        if checkpoint.size == before.size and checkpoint.root != before.root:
            raise Refused(f"the signer signed another root at size {before.size}; it does not change its mind")
        signed = Signed(size=checkpoint.size, root=checkpoint.root, note=note, root_key=root_key or before.root_key)
        memory.write(signed)
    return signed


def move(secrets: Path, to: Path, origin: str, settle: Callable[[], None]) -> tuple[str, ...]:
    """Take the log's keys and the memory out of a register's `secrets/`. Returns the vkeys.

    The memory goes last and is taken away first: between the two nobody signs. `settle` tells the register where its
    signer is; from then on it asks there. What was broken off is finished by doing it again.
    """
    memory = Memory(secrets, origin)
    moving = to / f".{FILE}.moving"
    if to.exists() and not moving.exists() and any(to.iterdir()):
        raise Refused(f"{to} is not empty; give a new folder for the signer")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [path.stem for path in sorted(secrets.glob("log*.seed"))]
    with memory.held():
        if memory.path.exists():
            seeds.log_keys(secrets, origin)  # all of them can be read
            _copied(memory.path, moving)
            for name in names:
                _copied(secrets / f"{name}.seed", to / f"{name}.seed")
            sync(to)
        elif not moving.exists():
            raise Misconfigured(f"{secrets} holds no signer's memory; the log's keys are not signed with from there")
        settle()
        memory.path.unlink(missing_ok=True)
        sync(secrets)
        for name in names:
            (secrets / f"{name}.seed").unlink()
        sync(secrets)
        moving.rename(to / FILE)
        sync(to)
    return tuple(key.vkey.text for key in seeds.log_keys(to, origin))


def _copied(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
