"""Registers at the command line: made, rebuilt, published."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

import fairplace_verify
from fairplace.cli.keys import keyring, make_key, root_name
from fairplace.counted import counted
from fairplace.errors import Busy, Malformed, Missing, Refused
from fairplace.founding import check_new, create
from fairplace.ledger import paper
from fairplace.ledger.note import b64, parse_note, tree_head
from fairplace.ledger.register_events import Earlier
from fairplace.on_disk import Register, domain_of
from fairplace.settings import Kind

PUBLISHED = frozenset({"checkpoint", "checkpoints", "disclosures", "lost", "policy", "tile", "timestamp"})
"""What may stand in a published folder (wire format, section 10)."""


def make_register(
    folder: Path,
    authority: str,
    origin: str,
    told: Console,
    *,
    signer: str = "",
    earlier: Path | None = None,
    kind: Kind = "procurement",
) -> int:
    check_new(folder, authority, origin)
    continues = None if earlier is None else head_of(earlier, origin)
    name = root_name(origin)
    try:
        root = keyring().signer(name)
        told.print(f"Using your key of {name} as the root key.", markup=False)
    except Missing:
        root = make_key(name, told)
    with create(
        folder, authority=authority, origin=origin, root=root, signer=signer, continues=continues, kind=kind
    ) as register:
        told.print(f"Made the register of {register.settings.authority} in {folder}.", markup=False, soft_wrap=True)
        told.print("Give these public keys to everybody who will verify it, by another way than this register:")
        for vkey in register.settings.log[0].vkeys:
            click.echo(vkey)
    told.print(
        f"Next: 'fairplace key new {domain_of(origin)}/officer/TOKEN', then 'fairplace key enrol {folder} VKEY --role officer --holder NAME'.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def head_of(earlier: Path, origin: str) -> Earlier:
    """The log that a new one goes on from: as far as it is published, or as far as a checkpoint says.

    Published files are checked; a checkpoint is taken as it is: whoever gives it says that they trust it.
    """
    if earlier.is_dir():
        report = fairplace_verify.verify_register(earlier)
        if report.false is not None:
            raise Refused(
                f"the earlier log in {earlier} is not true: {report.false}; give a copy from before, or the last"
                " checkpoint that you trust"
            )
        found = Earlier(log=report.origin, root=report.root, size=report.size)
    else:
        try:
            note = earlier.read_bytes()
        except OSError as error:
            raise Malformed(f"{earlier} cannot be read: {error.strerror}; give a register, or a checkpoint") from error
        log, size, root = tree_head(parse_note(note)[0])
        found = Earlier(log=log, root=b64(root), size=size)
    if found.log == origin:
        raise Refused(f"the earlier log is {origin} too; a log that goes on from another has an origin of its own")
    if not found.size:
        raise Refused(f"the checkpoint of {found.log} in {earlier} is of an empty log; there is nothing to go on from")
    return found


def rebuild_rows(folder: Path, projections: tuple[str, ...], told: Console) -> int:
    with Register.open(folder) as register, told.status("Building the rows again…"):
        published = register.store.last_checkpoint(register.origin)
        read = register.replay.rebuild(projections, published.size if published else 0)
    told.print(f"Built the rows again from nothing: {counted(read, 'entry', 'entries')} read.")
    return 0


def publish_files(folder: Path, out: Path, told: Console, *, with_entries: bool = False) -> int:
    if out.resolve().is_relative_to(folder.resolve()):
        raise Refused(f"{out} is the register's own folder, or within it; give a folder elsewhere")
    other = sorted(path.name for path in out.iterdir() if path.name not in PUBLISHED) if out.is_dir() else []
    if other:
        raise Refused(f"{out} holds other files, such as {other[0]}; give a new folder, for published files only")
    with Register.open(folder) as register, told.status("Publishing…"):
        out.parent.mkdir(parents=True, exist_ok=True)
        if with_entries and not register.is_of_placements:
            raise Refused("the entries of this register are public anyway; leave --with-entries out")
        newest = register.publisher.publish_to(out, whole=True if with_entries else None)
        if newest is None:
            raise Busy(f"somebody else is publishing into {out}; try again")
    told.print(
        f"{out} holds the published files of {counted(newest.size, 'entry', 'entries')}.", markup=False, soft_wrap=True
    )
    if with_entries:
        told.print("Its entries are of placements: keep it within, for those who check the log.", soft_wrap=True)
    return 0


def print_checkpoint(folder: Path, told: Console) -> int:
    """The newest checkpoint of a register, or of a folder of published files."""
    published = folder / "public" if (folder / "public").is_dir() else folder
    try:
        note = (published / "checkpoint").read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Missing(
            f"{folder} shows no checkpoint; give a register that was published, or a folder of published files"
        ) from error
    click.echo(paper.printed(note))
    click.echo(note, nl=False)
    told.print("Print the five lines, or type them: 'fairplace verify PATH --checkpoint FILE' takes either form.")
    return 0
