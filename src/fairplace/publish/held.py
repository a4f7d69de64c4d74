"""What the bundle of one case holds: its entries and openings under one checkpoint, as one edition shows them.

- Everything is read at the size of the newest published checkpoint; what came later is left for a later bundle.
- A deposit is held only where the edition opens whose case it is. A cover has no case, and never comes here.
- What is not public comes through the vault: an entry says who looks, before they see.
- Each opening is compared with its digest before anything else is done with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from fairplace import catalogue, vault
from fairplace.custody.events import Purpose
from fairplace.decision import History
from fairplace.errors import Conflict, Malformed, Missing
from fairplace.ledger import disclosure
from fairplace.ledger.disclosure import Basis, Opening, Sealed
from fairplace.ledger.entry import Entry, parsed
from fairplace.ledger.note import Signer, parse_note, tree_head
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register_events import KEY_ADDED
from fairplace.ledger.store.port import Published
from fairplace.on_disk import Register
from fairplace.openness.release import in_effect
from fairplace.people.roles import Edition
from fairplace.publish.editions import check_stage, is_held, opened
from fairplace.recorded import Recorded
from fairplace.terms import CaseId, Instant, KeyName

_CASE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Asker(msgspec.Struct, frozen=True):
    """Who takes an edition that is not public, with their key, what for, and the name of their sitting."""

    signer: Signer
    purpose: Purpose
    session: str

    @property
    def key(self) -> KeyName:
        return self.signer.vkey.name

    def look(self, register: Register, case: CaseId | None) -> vault.Openings:
        """What they may be shown, once it is in the log that they look."""
        return vault.opened(register, self.signer, case, self.purpose, self.session)


class SignedIn(msgspec.Struct, frozen=True):
    """A provider's person who is signed in and takes what is their own; they sign nothing for it, and the entry says so."""

    key: KeyName
    session: str

    def look(self, register: Register, case: CaseId | None) -> vault.Openings:
        return {} if case is None else vault.opened_signed_in(register, self.key, case, self.session)


class Closed(msgspec.Struct, frozen=True):
    """A slot that this edition does not show. `erased`: the value is not held any more, by anybody."""

    basis: Basis
    erased: bool = False


class HeldEntry(msgspec.Struct, frozen=True):
    """One entry with the openings that go with it, by slot, and the slots that stay closed."""

    index: int
    entry: Entry
    openings: Mapping[str, Opening] = {}
    closed: Mapping[str, Closed] = {}


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A case in one edition. `note` is the checkpoint under which all of it is proved.

    `events` are the entries of the case as this edition shows them; `register` is the whole key register. `names` are
    the holders of the keys that signed, where the edition says them. `newer` counts entries that no checkpoint covers.
    """

    case: CaseId
    edition: Edition
    provider: str | None
    origin: str
    authority: str
    size: int
    root: bytes
    note: bytes
    as_of: Instant
    entries: tuple[HeldEntry, ...]
    events: tuple[Recorded, ...]
    register: tuple[HeldEntry, ...]
    names: Mapping[str, str]
    newer: int


def gather(
    register: Register,
    case: CaseId,
    edition: Edition,
    *,
    provider: str | None = None,
    asker: Asker | SignedIn | None = None,
) -> Held:
    """The case under the newest checkpoint. Raises Missing, Refused, or Conflict while nothing is published."""
    if not _CASE.fullmatch(case):
        raise Missing(f"no case is called {case[:60]!r}; give its id, as in the address of its page")
    published = register.store.last_checkpoint(register.origin)
    if published is None:
        raise Conflict("nothing is published yet; run 'fairplace publish' or 'fairplace serve' and ask again")
    known = register.reader.case(case, upto=published.size)
    past = known if register.reader.size == published.size else register.reader.case(case)
    if not any(one.stream == case for one in known):
        raise Missing(f"no case {case[:60]} is in the published log; give the id of one")
    history = History(case=case, events=known)
    check_stage(edition, history)
    entries = {one.index: register.reader.entry(one.index) for one in known}
    sealed = {index: entry.envelope.sealed for index, entry in entries.items()}
    holds = is_held(edition, history, provider)
    wanted = opened(edition, history, sealed, _public(history, past), provider)
    held = _openings(register, asker, case, list(entries))
    found: list[HeldEntry] = []
    events: list[Recorded] = []
    for recorded in filter(holds, known):
        index, entry = recorded.index, entries[recorded.index]
        openings = {slot: one for slot, one in sorted(held.get(index, {}).items()) if slot in wanted[index]}
        for one in openings.values():
            disclosure.check(entry.envelope.sealed, one)
        if recorded.type.startswith("deposit.") and "/case" not in openings:
            continue
        kept = set(_kept(recorded.event))
        closed = {
            slot: Closed(part.basis, erased=edition == "court" and slot not in kept)
            for slot, part in sorted(entry.envelope.sealed.items())
            if slot not in openings
        }
        found.append(HeldEntry(index, entry, openings, closed))
        events.append(_shown(recorded, entry, openings))
    signed = [one.entry for one in found] if edition == "court" else []
    register_entries = _register(register, published, asker, signed)
    return Held(
        case=case,
        edition=edition,
        provider=provider,
        origin=register.origin,
        authority=register.settings.authority,
        size=published.size,
        root=published.root,
        note=newest_form(register, published),
        as_of=register.reader.entry(published.size - 1).envelope.at,
        entries=tuple(found),
        events=tuple(events),
        register=register_entries,
        names=_names(register_entries),
        newer=len(past) - len(known),
    )


def _public(history: History, past: tuple[Recorded, ...]) -> dict[int, frozenset[str]]:
    """What was public at the checkpoint and is so now: what was taken down since is shown to nobody as public."""
    then, now = in_effect(history)[0], in_effect(History(case=history.case, events=past))[0]
    return {index: frozenset(slots & now.get(index, set())) for index, slots in then.items()}


def _openings(
    register: Register, asker: Asker | SignedIn | None, case: CaseId | None, indexes: Sequence[int]
) -> Mapping[int, Mapping[str, Opening]]:
    """Every opening that whoever asks may look at: of a case, or of no case (whose a key is).

    That they look is in the log before anything is given back. The public edition is nobody's, and opens nothing else.
    """
    if asker is None:
        return {index: register.reader.openings(index, "public") for index in indexes}
    return asker.look(register, case)


def _kept(value: object, path: str = "") -> Iterator[str]:
    """The slots of an event whose values the authority still holds."""
    if isinstance(value, Sealed):
        if value.is_open:
            yield path
    elif isinstance(value, msgspec.Struct):
        for name, field in zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True):
            yield from _kept(getattr(value, field), f"{path}/{name}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _kept(item, f"{path}/{name}")


def _shown(recorded: Recorded, entry: Entry, openings: Mapping[str, Opening]) -> Recorded:
    """The event with just these slots open."""
    envelope = entry.envelope
    values = {slot: one.value for slot, one in openings.items()}
    event = catalogue.read(envelope.type, envelope.body, envelope.sealed, values)
    return msgspec.structs.replace(recorded, event=event)


def _register(
    register: Register, published: Published, asker: Asker | SignedIn | None, signed: Sequence[Entry]
) -> tuple[HeldEntry, ...]:
    """The key register up to the checkpoint. Who stands behind a key is open for the keys that signed these entries."""
    stored = list(register.store.of_types(register.origin, sorted(REGISTER_TYPES), 0, published.size))
    signers = {line.name for entry in signed for line in entry.lines}
    asked = [
        one.index
        for one in stored
        if (envelope := parsed(one.raw).envelope).type == KEY_ADDED
        and str(envelope.body["vkey"]).partition("+")[0] in signers
    ]
    held = _openings(register, asker, None, asked) if asked else {}
    found = []
    for one in stored:
        entry = parsed(one.raw)
        openings = held.get(one.index, {}) if one.index in asked else {}
        for opening in openings.values():
            disclosure.check(entry.envelope.sealed, opening)
        found.append(HeldEntry(one.index, entry, dict(sorted(openings.items()))))
    return tuple(found)


def _names(register: Sequence[HeldEntry]) -> dict[str, str]:
    """Key name to the name of its holder, as far as it is open."""
    return {
        str(one.entry.envelope.body["vkey"]).partition("+")[0]: str(opening.value["name"])
        for one in register
        if (opening := one.openings.get("/holder"))
    }


def newest_form(register: Register, published: Published) -> bytes:
    """The checkpoint as it is published: witnesses may have signed later than the log."""
    try:
        note = (register.public / "checkpoints" / str(published.size)).read_bytes()
        if tree_head(parse_note(note)[0])[1:] == (published.size, published.root):
            return note
    except (FileNotFoundError, NotADirectoryError, Malformed):
        pass  # the folder is being made, or is not what it was; the store has the checkpoint too
    return published.note
