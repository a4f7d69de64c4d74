"""Seeds on disk: those of a log's keys, each in a file that only its owner reads."""

from __future__ import annotations

import re
from pathlib import Path

from fairplace.begun import appear
from fairplace.errors import Misconfigured
from fairplace.ledger.note import SEED_BYTES, MlDsaSigner, Signer, mldsa_supported

ED25519, MLDSA = "log", "log-mldsa"
"""The names of the first keys of a log; each later one has a further part: `log-2`, `log-mldsa-2`."""

_LOG_SEED = re.compile(r"log(-mldsa)?(?:-[a-z0-9]+)?\.seed")


def log_keys(folder: Path, origin: str) -> tuple[Signer | MlDsaSigner, ...]:
    """The log's keys in this folder: Ed25519 before ML-DSA-44, each by its file's name.

    ML-DSA-44 is left out where this machine cannot sign with it. Raises Misconfigured when there is no Ed25519 key.
    """
    found: list[Signer | MlDsaSigner] = []
    for path in sorted(folder.glob("log*.seed"), key=lambda path: (path.name.startswith(MLDSA), path.name)):
        if _LOG_SEED.fullmatch(path.name) is None:
            raise Misconfigured(f"{path} is no name of a log's key; expected log.seed, log-2.seed or log-mldsa.seed")
        signer = signer_of(origin, path.stem, read(folder, path.stem))
        if signer is not None:
            found.append(signer)
    if not any(isinstance(key, Signer) for key in found):
        raise Misconfigured(
            f"the log's key {folder / ED25519}.seed is missing; restore {folder.name}/ from its backup before anything else"
        )
    return tuple(found)


def signer_of(origin: str, name: str, seed: bytes) -> Signer | MlDsaSigner | None:
    """The key of a seed of this name; null for ML-DSA-44 where this machine cannot sign with it."""
    if not name.startswith(MLDSA):
        return Signer(origin, seed)
    return MlDsaSigner(origin, seed) if mldsa_supported() else None


def read(folder: Path, name: str) -> bytes:
    """A seed by its name. Raises Misconfigured with what to do when it is missing or damaged."""
    path = folder / f"{name}.seed"
    try:
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError as error:
        raise Misconfigured(
            f"the register's key {path} is missing; restore secrets/ from its backup before anything else"
        ) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"the register's key {path} cannot be read; restore it from its backup, readable by you alone"
        ) from error
    if len(seed) != SEED_BYTES:
        raise Misconfigured(
            f"the register's key {path} has {len(seed)} bytes, expected {SEED_BYTES}; restore it from its backup"
        )
    return seed


def keep(folder: Path, name: str, seed: bytes) -> None:
    """Write a seed, and have it on the disk before anything is signed with it. Never writes over one."""
    appear(folder / f"{name}.seed", seed.hex() + "\n")
