"""The one door through which a person is shown sealed values: first an entry says that they looked, then they see.

- Who reads proves who they are with a signed request; the log seals it, with the reader, and shows the purpose alone.
- One entry for each person, case, purpose and session: a session lasts twelve hours.
- When the entry cannot be written nothing is shown, whatever the reason.
- Shown is what `people/sight.py` gives to this reader at this stage of the case, and nothing else.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import get_args

import msgspec

from fairplace.custody import made
from fairplace.custody.events import READ, Purpose
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Forbidden, Malformed, Missing, Refused, Unproven
from fairplace.ledger import canonical, entry
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.note import Signer, Vkey, join_note, parse_note
from fairplace.on_disk import Register, signed_by
from fairplace.people.sight import Reader, visible, visible_alone
from fairplace.terms import CaseId, Instant, KeyName, Text, moment

HEADER = b"fairplace/read/v1\n"
"""The first line of a request, which separates it from every other signed text."""

SESSION = timedelta(hours=12)
ASKED_WITHIN = timedelta(minutes=15)

_SESSION = re.compile(r"[A-Za-z0-9_-]{22,64}")
"""A name that nobody can guess: it hides, in the register's own file, who had which session."""

Openings = Mapping[int, Mapping[str, Opening]]
"""Entry index to slot to opening."""


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reader signs. `case` is null for what belongs to no case; `session` is a random name of their choice."""

    log: str
    case: CaseId | None
    reader: KeyName
    purpose: Purpose
    session: str
    at: Instant


def opened(
    register: Register,
    person: Signer,
    case: CaseId | None,
    purpose: Purpose,
    session: str,
    only: Mapping[int, str | None] | None = None,
) -> Openings:
    """Every sealed value of a case that this person may be shown now, once it is in the log that they look.

    `session` is the caller's name of this sitting, random and the same throughout: it costs one entry. `only` names the
    entries that are wanted, each with one slot or (null) all. Raises Forbidden
    when there is nothing that this person may be shown, and what appending raises; then nothing is shown.
    """
    return opened_on(register, ask(register, person, case, purpose, session), only)


def opened_by_link(register: Register, *, link: str, provider: str, case: CaseId, session: str) -> None:
    """Have it in the log that whoever holds a link, e-mailed to a provider, is about to be shown what is the provider's.

    `link` is the link's id, never its secret; `session` as in `opened`. The reader signs nothing, and the entry says so:
    its reader is the link. Raises what appending raises; then nothing may be shown.
    """
    request = Request(
        log=register.origin,
        case=case,
        reader=f"{register.domain}/link/{link}",
        purpose="own",
        session=session,
        at=register.store.now(),
    )
    said = {**msgspec.to_builtins(request), "provider": provider, "signed": False}
    _leave_read(register, request, canonical.encode(said).decode("utf-8"))


def look_signed_in(register: Register, reader: KeyName, case: CaseId, session: str) -> Reader:
    """Have it in the log that a provider's person, signed in with this key, is about to be shown what is the provider's own.

    As by a link, they sign nothing for it, and the entry says so: the session is theirs by their passkey or password.
    Raises Forbidden for a key that speaks for no provider, and what appending raises; then nothing may be shown.
    """
    by = register.desk.actor(reader)
    if by.provider is None or "provider" not in by.roles:
        raise Forbidden(f"{reader} speaks for no provider; ask to read with a signature", code="sight")
    request = Request(
        log=register.origin, case=case, reader=reader, purpose="own", session=session, at=register.store.now()
    )
    said = {**msgspec.to_builtins(request), "provider": by.provider, "signed": False}
    _leave_read(register, request, canonical.encode(said).decode("utf-8"))
    return Reader(key=by.key, roles=by.roles, provider=by.provider)


def opened_signed_in(register: Register, reader: KeyName, case: CaseId, session: str) -> Openings:
    """What in a case is a provider's own, once it is in the log that its person looks."""
    slots = _visible(register, look_signed_in(register, reader, case, session), case)
    return {
        index: {slot: one for slot, one in register.reader.openings(index).items() if slot in named}
        for index, named in sorted(slots.items())
    }


def new_session() -> str:
    """A name for one sitting of one person."""
    return secrets.token_urlsafe(18)


def ask(register: Register, person: Signer, case: CaseId | None, purpose: Purpose, session: str) -> Text:
    """The signed note with which somebody asks to be shown sealed values."""
    text = request_text(register, person.vkey.name, case, purpose, session)
    return join_note(text, [person.line(text)]).decode("utf-8")


def request_text(register: Register, reader: KeyName, case: CaseId | None, purpose: Purpose, session: str) -> bytes:
    """What a reader signs who asks to be shown sealed values."""
    request = Request(
        log=register.origin, case=case, reader=reader, purpose=purpose, session=session, at=register.store.now()
    )
    return HEADER + canonical.encode(msgspec.to_builtins(request)) + b"\n"


def opened_on(register: Register, note: Text, only: Mapping[int, str | None] | None = None) -> Openings:
    """As `opened`, on a note that the reader has signed elsewhere, at most a quarter of an hour ago."""
    request = _request(register, note)
    reader = _reader(register, request)
    slots = _visible(register, reader, request.case)
    if only is not None:
        slots = {
            index: wanted
            for index, slot in only.items()
            if (wanted := slots.get(index, set()) & ({slot} if slot else slots.get(index, set())))
        }
    if not slots:
        where = f"the case {request.case}" if request.case else "what belongs to no case"
        where = where if only is None else f"entry {min(only)}"
        raise Forbidden(
            f"{reader.key} acts as {', '.join(sorted(reader.roles)) or 'nobody'} and may be shown nothing sealed of"
            f" {where} at this stage; ask the monitoring officer",
            code="sight",
        )
    _leave_read(register, request, note)
    found = {}
    for index, named in sorted(slots.items()):
        held = register.reader.openings(index)
        if shown := {slot: opening for slot, opening in held.items() if slot in named}:
            found[index] = shown
    return found


# Who asks


def _request(register: Register, note: Text) -> Request:
    """What the note asks for, once its one signature is that of the reader whom it names."""
    text, lines = parse_note(note.encode("utf-8", "replace"))
    if not text.startswith(HEADER):
        raise Malformed("the note that came is no request to read; ask anew")
    try:
        request = msgspec.convert(canonical.decode(text[len(HEADER) :].removesuffix(b"\n")), Request)
    except msgspec.ValidationError as error:
        raise Malformed(f"this is no request to read: {error}; purposes are {', '.join(get_args(Purpose))}") from error
    if request.log != register.origin:
        raise Refused(f"the request is for the log {request.log[:200]}, this is {register.origin}; ask anew")
    if not _SESSION.fullmatch(request.session):
        raise Malformed("a session is named by 22 to 64 random letters and digits; draw a new one")
    age = abs(moment(register.store.now()) - moment(request.at))
    if age > ASKED_WITHIN:
        raise Refused(f"the request was signed {age} ago; it serves for {ASKED_WITHIN}: ask anew", code="window")
    if len(lines) != 1 or lines[0].name != request.reader:
        raise Unproven(f"the request is to be signed by {request.reader[:200]} alone; ask anew")
    _key(register, request.reader, lines[0].key_id).verify(text, lines[0].signature)
    return request


def _key(register: Register, name: KeyName, key_id: bytes) -> Vkey:
    standing = register.reader.register().standing(name, key_id)
    if standing is None or standing.revoked is not None:
        raise Forbidden(f"the key {name[:200]}+{key_id.hex()} may not act here (any more); enrol one", code="key")
    return standing.vkey


def _reader(register: Register, request: Request) -> Reader:
    by = register.desk.actor(request.reader)
    return Reader(key=by.key, roles=by.roles, provider=register.provider_of(by.key))


# What they may see


def _visible(register: Register, reader: Reader, case: CaseId | None) -> dict[int, set[str]]:
    if case is not None:
        history = History(case=case, events=register.reader.case(case))
        if not history.events:
            raise Missing(f"there is no case {case[:60]}; 'fairplace open' takes the number of an entry")
        return visible(reader, history, register.store.now())
    found = {}
    for stored in register.store.of_types(register.origin, OF_NO_CASE):
        envelope = entry.parsed(stored.raw).envelope
        if slots := visible_alone(reader, envelope.type, envelope.actor, envelope.sealed):
            found[stored.index] = slots
    return found


OF_NO_CASE = ("key.added/1", READ, "sealed.erased/1", "hold.placed/1", "hold.lifted/1")
"""Types with sealed values that belong to no case."""


# The entry that comes first


def _leave_read(register: Register, request: Request, note: Text) -> None:
    """Have it in the log, durably, that this person looks; it is there already when they have looked in this session."""
    key = _read_key(request)
    if (found := register.store.by_key(register.origin, key)) is not None:
        [stored] = register.store.entries(register.origin, found.indexes[0], found.indexes[0] + 1)
        began = entry.parsed(stored.raw).envelope.at
        if moment(request.at) - moment(began) > SESSION:
            raise Refused(f"the session began at {began} and lasted {SESSION}; begin another", code="session")
        return
    signer = register.service("vault")
    at = register.store.now()
    prepared = register.desk.prepare_decision(
        Decision(
            event=made.read(at, purpose=request.purpose, case=request.case, reader=request.reader, request=note),
            statement=f"{request.reader} reads sealed values (purpose: {request.purpose})",
            stream="new",
        ),
        History(case=register.sources.stream_id(), events=()),
        by=Actor(key=signer.vkey.name, roles=register.desk.roles_of(signer.vkey.name)),
        at=at,
        key=key,
        command=key,
    )
    prepared = msgspec.structs.replace(prepared, case=None)
    register.desk.append(prepared, signed_by(signer)(prepared))


def _read_key(request: Request) -> str:
    """One for each person, case, purpose and session. The session's random name hides the others."""
    parts = [request.reader, request.case, request.purpose, request.session]
    return "read:" + hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
