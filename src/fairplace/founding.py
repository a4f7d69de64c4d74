"""Founding a register: its folder, its keys and its first entries; begun again where it was broken off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from fairplace import enrolling, settings
from fairplace.begun import MARK, begun, check_free
from fairplace.errors import Refused
from fairplace.ledger.note import Signer
from fairplace.ledger.register_events import Earlier
from fairplace.on_disk import SERVICES, VAULT, Register, domain_of, seed_of, signer_of
from fairplace.settings import Settings
from fairplace.signer import seeds
from fairplace.signer.folder import make as make_signer
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import text


def create(
    folder: Path,
    *,
    authority: str,
    origin: str,
    root: Signer,
    sources: Sources = SYSTEM,
    worthless: bool = False,
    signer: str = "",
    continues: Earlier | None = None,
    kind: settings.Kind = "procurement",
) -> Register:
    """Make a register: its folder, the log's and the services' keys, and the first entries, signed by `root`.

    `continues` is an earlier log, as far as it is trusted, after which this one is begun anew.
    `signer` is where a signer of its own listens, `unix:PATH`: the log's keys are then its, and none are made here.

    The folder must be new or empty, or one of which the making was broken off; nothing is overwritten, and what fails on
    the way leaves nothing behind.
    `worthless` draws the seeds from `sources` (demo, tests).
    """
    authority = check_new(folder, authority, origin)
    enrolling.check_name(root.vkey.name, "root", domain_of(origin))
    chosen = settings.new(authority=authority, origin=origin, vkeys=[], signer=signer, kind=kind)
    with begun(folder, "register", settings.FILE) as stands:
        if not stands:
            draw = sources.entropy if worthless else SYSTEM.entropy
            made = _filled(folder, chosen, root, sources, draw, continues)
        else:
            made = _gone_on_with(folder, chosen, sources)
        try:
            made.publisher.publish()
        except BaseException:
            made.close()
            raise
    return made


def check_new(folder: Path, authority: str, origin: str) -> str:
    """The authority's name as it is written; refuses what a register cannot be made of or in."""
    settings.check_origin(origin)
    if not (authority := text(authority)):
        raise Refused("an authority needs a name; give --authority")
    if (folder / settings.FILE).is_file() and not (folder / MARK).exists():
        raise Refused(f"{folder} is not empty: it is a register; 'fairplace key list {folder}' shows its keys")
    check_free(folder, "register")
    return authority


def _filled(
    folder: Path,
    chosen: Settings,
    root: Signer,
    sources: Sources,
    draw: Callable[[int], bytes],
    continues: Earlier | None,
) -> Register:
    secrets, origin = folder / "secrets", chosen.origin
    if chosen.signer:
        settings.check_signer(chosen.signer, "--signer")
        secrets.mkdir(mode=0o700, parents=True)
    else:
        make_signer(secrets, origin, draw)
    for name in (*map(seed_of, SERVICES), VAULT):
        seeds.keep(secrets, name, draw(32))
    was = signer_of(folder, chosen, sources).last()
    if was.size:
        raise Refused(f"the signer has signed {was.size} entries of {origin} already; a new log needs a new one")
    log_keys = list(was.vkeys)
    chosen = msgspec.structs.replace(chosen, log=[msgspec.structs.replace(chosen.log[0], vkeys=log_keys)])
    made = Register(folder, sources, chosen)
    try:
        opened: dict[str, object] = {"root_key": root.vkey.text}
        if continues is not None:
            opened["continues"] = msgspec.to_builtins(continues)
        made.key_event("log.opened/1", opened, root, statement=f"Open the log {origin}", key="open")
        for vkey in log_keys:
            made.key_event("log-key.added/1", {"vkey": vkey}, root, statement="Name a key of the log", key=vkey)
        for role in SERVICES:
            made.enrol(
                made.service(role).vkey.text, role, holder=f"{chosen.authority}: {role}", provider=None, admin=root
            )
        settings.write(folder, chosen)  # before anything is signed: a signer of its own remembers that
    except BaseException:
        made.close()
        raise
    return made


def _gone_on_with(folder: Path, asked: Settings, sources: Sources) -> Register:
    """A register whose making was broken off when all but its first checkpoint stood."""
    made = Register.open(folder, sources)
    found = made.settings
    if (found.authority, found.origin, found.kind) != (asked.authority, asked.origin, asked.kind):
        made.close()
        raise Refused(f"{folder} is the register {found.origin} of {found.authority}; give a new folder for another")
    return made
