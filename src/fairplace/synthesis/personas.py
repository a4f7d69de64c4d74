"""Who can be walked through in a demo: people of the made-up council with work on their desks, and one bidder.

They get accounts and their worthless keys in a file that only a demo has. Nothing of it stands in the log.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from fairplace.accounts.accounts import Accounts
from fairplace.counted import counted
from fairplace.demo import PERSONAS, Persona
from fairplace.duties.duty import Duty
from fairplace.duties.table import Duties
from fairplace.ledger.note import Signer, join_note
from fairplace.on_disk import Register
from fairplace.sealing.openers import Openers, opener_text
from fairplace.synthesis.officials import Official, Officials
from fairplace.synthesis.providers import Firm
from fairplace.synthesis.sealed_bids import opener_seed, public_key, text
from fairplace.terms import instant
from fairplace.workroom import Workroom

HOW_MANY: Mapping[str, int] = {
    "officer": 1,
    "evaluator": 3,
    "moderator": 1,
    "approver": 1,
    "monitoring": 1,
    "auditor": 2,
}
"""Those who can be walked through, by role, in the order of a case; the administrator comes after them."""

OPENS = (
    "Sits outside the authority, and holds one of the two keys that open sealed bids. Once the officer has recorded the"
    " opening of the case whose deadline has just passed, Openers asks for their part."
)
KEEPS_KEYS = (
    "Lets people in and keeps keys. On their desk: a new officer’s key under People, and another opener’s key, wait for a"
    " second person."
)

MOST_SAID = 3

ANSWER, FOUND = "answer-finding", "Answer what rules found"


def settle(
    folder: Path, register: Register, staff: Officials, firms: Iterable[Firm], seeds: Mapping[str, bytes], seed: int
) -> list[Persona]:
    """Give the busiest people of each role, and a bidder, an account; write down who they are."""
    room = Workroom(register)
    accounts, openers = room.accounts, room.openers
    found = _duties(register)
    personas = []
    for role, many in HOW_MANY.items():
        for one in _busiest(staff.with_role(role), found)[:many]:
            about = OPENS if role == "auditor" else _about(found[one.key])
            personas.append(settled(accounts, one.name, role, None, (one.key, seeds[one.key]), about))
    personas = _with_openers(openers, personas, seed)
    [admin] = staff.with_role("key-admin")
    personas.append(settled(accounts, admin.name, admin.role, None, (admin.key, seeds[admin.key]), KEEPS_KEYS))
    firm = next(iter(firms))
    about = "Bids, asks why and challenges; an insurance of theirs has run out. What is theirs comes to them by links in e-mails."
    personas.append(
        settled(accounts, firm.provider.name, "provider", firm.provider.id, (firm.key, seeds[firm.key]), about)
    )
    _waiting(accounts, seed)
    (folder / PERSONAS).write_bytes(msgspec.json.format(msgspec.json.encode(personas)) + b"\n")
    return personas


def _with_openers(openers: Openers, personas: list[Persona], seed: int) -> list[Persona]:
    """The auditors' keys that open bids, confirmed; and one of the monitoring officer, which waits for that."""
    return [_with_opener(openers, one, seed) if one.role in ("auditor", "monitoring") else one for one in personas]


def _with_opener(openers: Openers, one: Persona, seed: int) -> Persona:
    key = Signer(one.vkey.split("+")[0], base64.b64decode(one.seed))
    private = opener_seed(seed, key.vkey.name)
    public = public_key(private)
    note = opener_text(key.vkey.name, public)
    openers.add(one.person, key.vkey.name, public, join_note(note, [key.line(note)]).decode("utf-8"))
    if one.role == "auditor":
        [asked] = [kept for kept in openers.all() if kept.public_key == public]
        openers.confirm(asked.id, "console")
    return msgspec.structs.replace(one, opener_key=public, opener_seed=text(private))


def _waiting(accounts: Accounts, seed: int) -> None:
    """Somebody new, whose key nobody has confirmed yet."""
    name = "northbrook.example/officer/0a7e11d2"
    link = accounts.invite(
        name="Imogen Tarrowby", email="imogen.tarrowby@demo.example", roles=("officer",), provider=None
    )
    with accounts.database.writing() as connection:
        person = accounts.accept(connection, accounts.invitation(link))
    accounts.keep_key(person.id, Signer(name, opener_seed(seed, name)).vkey.text, "work laptop", ("officer",))


def _duties(register: Register) -> dict[str, list[Duty]]:
    """What waits for each key on the demo's last day."""
    everything = Duties(register.reader, dict).at(instant(register.sources.clock()))
    found: dict[str, list[Duty]] = _Lists()
    for work in everything.values():
        for duty in work.duties:
            for key in duty.people:
                found[key].append(duty)
    return found


class _Lists(dict[str, list[Duty]]):
    def __missing__(self, key: str) -> list[Duty]:
        return self.setdefault(key, [])


def _busiest(officials: tuple[Official, ...], found: Mapping[str, list[Duty]]) -> list[Official]:
    """Those with most to do now come first."""

    def busy(one: Official) -> tuple[int, int]:
        return (-sum(duty.state == "now" for duty in found[one.key]), -len(found[one.key]))

    return sorted(officials, key=busy)


def _about(duties: list[Duty]) -> str:
    ordered = sorted(duties, key=lambda one: one.order)
    now = sorted((one for one in ordered if one.state == "now"), key=lambda one: one.task == ANSWER)
    titles = list(dict.fromkeys(FOUND if one.task == ANSWER else one.title for one in now))
    later = next((one for one in ordered if one.state == "waits" and one.title not in titles), None)
    if not titles:
        return f"Later: {later.title}." if later else "Nothing waits for them on the last day of the demo."
    more = len(titles) - MOST_SAID
    rest = f"; and {counted(more, 'more kind', 'more kinds')} of work." if more > 0 else "."
    return "On their desk: " + "; ".join(titles[:MOST_SAID]) + rest


def settled(
    accounts: Accounts, name: str, role: str, provider: str | None, key: tuple[str, bytes], about: str
) -> Persona:
    """An account for somebody whose key is in the register already, with its name and its worthless seed."""
    mail = f"{'.'.join(name.lower().split())[:60]}@demo.example"
    link = accounts.invite(name=name, email=mail, roles=(role,), provider=provider)
    with accounts.database.writing() as connection:
        person = accounts.accept(connection, accounts.invitation(link))
    vkey = Signer(*key).vkey.text
    accounts.keep_key(person.id, vkey, "the demo's own key", (role,))
    for asked in accounts.requests():
        accounts.decide(asked.id, "console", "confirmed")
    return Persona(
        person=person.id,
        name=name,
        role=role,
        vkey=vkey,
        seed=base64.b64encode(key[1]).decode("ascii"),
        about=about,
    )
