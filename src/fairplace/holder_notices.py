"""Tells the holder of a key by e-mail that somebody says they lost it, so that they can stop what they did not ask for.

- It is told from the log, so whether the desk began it or the command line makes no difference.
- Each is told once; what became of the message is shown to colleagues beside the recovery.
- No link of the message lets anybody in: the holder signs in as always.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairplace import shelf
from fairplace.errors import Malformed, Missing
from fairplace.ledger.key_table import RECOVERY_WAIT, Recovery
from fairplace.on_disk import Register
from fairplace.post.letter import letter
from fairplace.templating import environment
from fairplace.terms import instant, moment
from fairplace.workroom import Workroom


def cause(recovery: Recovery) -> str:
    """What a notice of this recovery is called in the outbox."""
    return f"recovery-{recovery.start}"


def under_way(register: Register) -> Iterator[Recovery]:
    """The recoveries that nobody stopped or ended."""
    return (one for one in register.reader.register().recoveries() if one.over is None)


def tell(register: Register, room: Workroom) -> int:
    """Queue a notice for each recovery whose holder has not been told; how many. Who has no account here gets none."""
    told = 0
    for one in under_way(register):
        if not room.outbox.caused(cause(one)) and (to := _address(room, one)):
            pages = environment(shelf.root("web") / "templates")
            whole = pages.get_template("mail/recovery.txt").render(
                authority=register.settings.authority,
                site=register.settings.site,
                start=one.start,
                due=instant(moment(one.at) + RECOVERY_WAIT),
            )
            told += room.outbox.put_once(cause(one), letter(to, whole))
    return told


def _address(room: Workroom, recovery: Recovery) -> str:
    """The address of whoever holds the key that is to be replaced; empty where nobody could be written to."""
    try:
        person = room.accounts.person(room.accounts.key(recovery.replaces.text).person)
        letter(person.email, "Subject\n\nText")
    except (Missing, Malformed):
        return ""
    return person.email
