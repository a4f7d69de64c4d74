"""Recovery at the command line: what is missing is brought back, or declared lost."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from fairplace import copies, recovering
from fairplace.cli.keys import admin_of
from fairplace.copies import Copy
from fairplace.counted import counted
from fairplace.errors import FairplaceError, Missing, Refused, Unproven
from fairplace.on_disk import Register
from fairplace.recovering import Taken
from fairplace.seen import Seen, ahead, believed
from fairplace.signer.memory import FILE as MEMORY


def recover_register(
    folder: Path, source: str | None, told: Console, *, reason: str | None = None, who: str | None = None
) -> int:
    """Bring back what is missing; with a reason, declare lost what cannot be. 5 while something is missing."""
    given = copies.opened(source) if source else None
    with Register.open(folder) as register:
        register.go_on_although_behind()
        own = _own(register)
        found = _seen(register, given)
        _remember(register, found, told)
        behind = ahead(found, register.store, register.origin, register.reader.register())
        was_behind = bool(behind)
        for copy in filter(None, (own, given)):
            if behind:
                _take(register, copy, told)
                behind = ahead(found, register.store, register.origin, register.reader.register())
        if behind:
            if reason is None:
                return _missing(register, behind, told)
            index = recovering.declare_loss(register, behind, reason, admin_of(register, who))
            told.print(
                f"Entry {index} declares lost what {behind[0].who} has seen up to {behind[0].size} entries; its checkpoints"
                " stay published as evidence.",
                markup=False,
                soft_wrap=True,
            )
        elif reason is not None:
            raise Refused("nothing is lost: all that was seen of this log is here")
        if was_behind:  # whatever state the published folder is in, it is made anew
            for folder_shown in {register.public, register.whole}:
                (folder_shown / "checkpoint").unlink(missing_ok=True)
        register.follow()
        told.print(
            f"The register is whole: {counted(register.reader.size, 'entry', 'entries')}, signed and published.",
            markup=False,
            soft_wrap=True,
        )
    return 0


def _own(register: Register) -> Copy | None:
    try:
        return copies.opened(str(register.whole))
    except Missing:
        return None


def _seen(register: Register, given: Copy | None) -> list[Seen]:
    """What everybody has seen who can be asked, the given copy among them."""
    found = register.seen()
    if given is not None:
        one = believed(given.where, given.fetch("checkpoint") or b"", register.origin, register.log_vkeys())
        if one is None:
            raise Unproven(
                f"the checkpoint in {given.where} is not signed by a key of {register.origin}; look at the copy"
            )
        found.append(one)
    return found


def _remember(register: Register, found: list[Seen], told: Console) -> None:
    memory = register.folder / "secrets" / MEMORY
    if not register.settings.socket and not memory.exists():
        size = recovering.remember_again(register, found)
        told.print(
            f"The signer's memory was missing: it goes on from {counted(size, 'entry', 'entries')}.",
            markup=False,
            soft_wrap=True,
        )


def _take(register: Register, copy: Copy, told: Console) -> None:
    try:
        with told.status("Taking entries back…"):
            taken = recovering.take_back(register, copy)
    except FairplaceError as error:
        told.print(f"Nothing was taken back from {copy.where}: {error}.", markup=False, soft_wrap=True)
        return
    if taken.after == taken.before:
        return
    last = taken.after - 1
    which, them = (f"entries {taken.before} to {last}", "them") if taken.before < last else (f"entry {last}", "it")
    told.print(
        f"Took {which} back from {copy.where}: proved, and public texts with {them}.",
        markup=False,
        soft_wrap=True,
    )
    _tell_closed(taken, told)


def _tell_closed(taken: Taken, told: Console) -> None:
    if not taken.closed:
        return
    told.print("What was sealed in these is lost; whoever lodged it holds it in a receipt, and can lodge it again:")
    for index, kind, slots in taken.closed:
        told.print(f"  entry {index}, {kind}: {', '.join(slots)}", markup=False, soft_wrap=True)
    told.print("Commands that were recorded in that time are not known any more: do not run their files again.")


def _missing(register: Register, behind: list[Seen], told: Console) -> int:
    size = register.reader.size
    for one in behind:
        what = f"{one.size - size} more than are here" if one.size > size else "not as they are here"
        told.print(f"{one.who} has seen {counted(one.size, 'entry', 'entries')}, {what}.", markup=False, soft_wrap=True)
    told.print(
        "Give a copy of the published files that has them: 'fairplace recover DIR --from FOLDER|ZIP|URL'. When there is"
        " none, say so in the record: 'fairplace recover DIR --declare-loss --reason disk'.",
        markup=False,
        soft_wrap=True,
    )
    return 5
