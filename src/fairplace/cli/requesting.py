"""An act that two sign on two machines: begun where the register is, signed elsewhere from a file, then recorded.

- The act waits in the register as the desk's do: the second person may sign it in a browser just as well.
- The file holds what is signed with what it seals, so that whoever signs reads it; it decides nothing. What is recorded is
  what waits in the register, once a line of a second person's key over these very bytes comes back.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from fairplace import erasing
from fairplace.chosen import choose
from fairplace.clerk import Clerk
from fairplace.cli.custody import say_erased
from fairplace.cli.keys import keyring
from fairplace.cli.records import show_public
from fairplace.drafting.acts import Act, Erase, LiftHold, Wanted
from fairplace.drafting.signatures import Renewed, Signatures
from fairplace.errors import Malformed, Missing, Refused, Unproven
from fairplace.jsonl import lines, read_command
from fairplace.keyring import Keyring
from fairplace.ledger.disclosure import Opening, Slot, check, parse_opening
from fairplace.ledger.entry import HEADER, read_envelope
from fairplace.ledger.note import Signer, Vkey
from fairplace.on_disk import Register
from fairplace.openness.commands import Assess
from fairplace.workroom import Workroom

FORMAT = "fairplace request 1"
MOST_BYTES = 1 << 20
TASK = "request"


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes from hand to hand. `text` is what is signed, in base64; `line` the second signature, once it is there."""

    format: str
    log: str
    act: str
    statement: str
    first: str
    second: list[str]
    text: str
    openings: list[Opening]
    line: str | None = None

    @property
    def signed(self) -> bytes:
        try:
            return base64.b64decode(self.text, validate=True)
        except ValueError as error:
            raise Malformed("the request is damaged: what is to be signed cannot be read; ask for it anew") from error


def make_request(folder: Path, file: Path, out: Path, who: str | None, told: Console) -> int:
    """Sign first, and write what the second person needs. Raises Refused when nobody else has to sign."""
    with Register.open(folder) as register:
        try:
            with file.open("rb") as stream:
                found = [line for _, line in lines(stream, register.settings.limits.command)]
        except OSError as error:
            raise Malformed(f"{file} cannot be read: {error.strerror}; give a file with one command") from error
        if len(found) != 1:
            raise Malformed(f"{len(found)} commands came; a request holds one, so give a file with one line")
        command = read_command(found[0], who=who)
        if isinstance(command, Assess):
            raise Malformed("an assessment needs no second signature; run 'fairplace record'")
        write_request(register, keyring(folder), command, out, told)
    return 0


def request_erasure(
    folder: Path, names: Sequence[str], basis: str, reason: str, who: str, out: Path, told: Console
) -> int:
    """Sign the order first; a second person signs it elsewhere. What is public is printed as what takes it down."""
    with Register.open(folder) as register:
        wanted = Erase(
            id=f"erase:{register.sources.stream_id()}", as_=who, subjects=tuple(names), basis=basis, reason=reason
        )
        try:
            act = write_request(register, keyring(folder), wanted, out, told)
        except erasing.Public as public:
            for line in public.lines:
                click.echo(msgspec.json.encode(line))
            raise
        [digests] = [one.value for one in act.prepared.openings if one.slot == "/digests"]
        if left := len(choose(register, names).kept) - len(digests):
            told.print(f"{left} values do not fit; make another request for them once this is recorded.", markup=False)
    return 0


def request_lifting(folder: Path, index: int, reason: str, who: str, out: Path, told: Console) -> int:
    """Sign first that a hold is lifted; a second person signs it elsewhere."""
    with Register.open(folder) as register:
        wanted = LiftHold(id=f"lift:{register.sources.stream_id()}", as_=who, hold=index, reason=reason)
        write_request(register, keyring(folder), wanted, out, told)
    return 0


def write_request(register: Register, keys: Keyring, wanted: Wanted, out: Path, told: Console) -> Act:
    """Sign first, and write what the second person needs; what cannot be signed here waits for nobody."""
    room, signatures = _rooms(register)
    act = room.acts.get(signatures.begin(wanted, task=TASK, made_by=""))
    with _dropped_on_failure(room, act):
        first = _first(act, keys)
        signatures.sign(act, first.line(act.prepared.text), lambda name, key_id: _standing(register, name, key_id))
        _write(out, _request(register, act))
    told.print(
        f"{first.vkey.name} signed first: {act.prepared.statement.rstrip('.')}. Next: a second person who is"
        f" {' or '.join(sorted(act.prepared.second))} runs 'fairplace request sign {out.name} --as NAME' where their key is,"
        f" and gives the file back; or signs at the desk. Within a day: it holds what is sealed, so treat it like the case.",
        markup=False,
        soft_wrap=True,
    )
    return act


@contextmanager
def _dropped_on_failure(room: Workroom, act: Act) -> Iterator[None]:
    """So that nothing waits for a person who will never get the request."""
    try:
        yield
    except BaseException:
        room.acts.drop(act)
        raise


def _first(act: Act, keys: Keyring) -> Signer:
    if not act.prepared.second:
        raise Refused(f"{act.command.id} needs no second signature; run 'fairplace record'")
    return keys.signer(act.prepared.actor)


def _rooms(register: Register) -> tuple[Workroom, Signatures]:
    room = Workroom(register)
    return room, Signatures(room.acts, Clerk(register, _nobody))


def _nobody(name: str) -> Any:
    raise Missing(f"the key of {name} signs elsewhere")


def _request(register: Register, act: Act) -> Request:
    return Request(
        format=FORMAT,
        log=register.origin,
        act=act.id,
        statement=act.prepared.statement,
        first=act.prepared.actor,
        second=sorted(act.prepared.second),
        text=base64.b64encode(act.prepared.text).decode("ascii"),
        openings=list(act.prepared.openings),
    )


def _standing(register: Register, name: str, key_id: bytes) -> Vkey | None:
    found = register.reader.register().standing(name, key_id)
    return None if found is None or found.revoked is not None else found.vkey


def _write(path: Path, request: Request) -> None:
    """For whoever owns the file alone, whoever could read one that was there; whole, or the one that was there stays."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(request)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def read_request(path: Path) -> Request:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}; give the file of a request") from error
    try:
        if len(data) > MOST_BYTES:
            raise Malformed(
                f"{path} has more than {MOST_BYTES} bytes; a request is smaller: give the file made for you"
            )
        request = msgspec.json.decode(data, type=Request)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"{path} is no request; give the file that 'fairplace request make' wrote") from error
    if request.format != FORMAT:
        raise Malformed(f"{path} says {request.format[:40]!r}; expected {FORMAT!r}: use the fairplace that wrote it")
    return request


# Where the second person's key is


def show_request(path: Path, told: Console) -> int:
    """Print what is signed, in the open and sealed; nothing of the register is needed for it."""
    for name, value in _contents(read_request(path)):
        click.echo(f"{name}: {value}")
    return 0


def _contents(request: Request) -> list[tuple[str, str]]:
    """What the signed bytes say. Raises Unproven when the sealed texts beside them are not those that they seal."""
    signed = request.signed
    if not signed.startswith(HEADER) or not signed.endswith(b"\n"):
        raise Malformed("the request holds no entry of a log; ask for it anew")
    envelope = read_envelope(signed[len(HEADER) : -1])
    beside = {one.slot: one for one in request.openings}
    found = [("log", envelope.log), ("type", envelope.type), ("first signed by", envelope.actor)]
    found += [(name, _plain(value)) for name, value in sorted(envelope.body.items())]
    for slot in sorted(envelope.sealed):
        opening = beside.get(slot)
        said = None if opening is None else _opened(opening, envelope.sealed)
        if said is None or said != opening or said.slot != slot:
            raise Unproven(f"what the request says of {slot} is not what the signed text seals; sign nothing of it")
        found.append((f"{slot[1:]} (sealed)", _plain(said.value)))
    if envelope.log != request.log:
        raise Unproven(
            f"the request is for {request.log[:200]}, the signed text for {envelope.log}; sign nothing of it"
        )
    found.append(("SHA-256", hashlib.sha256(signed).hexdigest()))
    return [*found, ("in words, which nobody signs", _plain(request.statement))]


def _opened(opening: Opening, sealed: Mapping[str, Slot]) -> Opening | None:
    """What the disclosure itself says; what stands beside it is a convenience. None for one that the text does not seal."""
    try:
        said = parse_opening(opening.text)
        check(sealed, said)
    except (Malformed, Unproven):
        return None
    return said


def _plain(value: Any) -> str:
    words = msgspec.json.encode(value).decode("utf-8")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in words)


def sign_request(path: Path, who: str, told: Console, *, yes: bool) -> int:
    """Show it, ask, and put the second signature into the file."""
    request = read_request(path)
    for name, value in _contents(request):
        click.echo(f"{name}: {value}")
    if who == request.first:
        raise Refused(f"{who} signed first; the second signature is another person's", code="second-signature")
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    line = keyring().signer(who).line(request.signed)
    _write(path, msgspec.structs.replace(request, line=line))
    told.print(f"{who} signed. Give {path.name} back to whoever keeps the register.", markup=False, soft_wrap=True)
    return 0


# Back where the register is


def record_request(folder: Path, path: Path, told: Console) -> int:
    """Record what two signed. Raises Renewed when the record moved on: then a new request is written over the old."""
    request = read_request(path)
    if request.line is None:
        raise Refused("the second signature is missing; run 'fairplace request sign' where that person's key is")
    with Register.open(folder) as register:
        if request.log != register.origin:
            raise Refused(f"the request is for the log {request.log[:200]}, this is {register.origin}")
        room, signatures = _rooms(register)
        if (place := room.acts.place(request.act)) is not None:
            told.print(f"It was recorded before, at entry {place}.")
            return 0
        act = room.acts.get(request.act)
        if act.prepared.text != request.signed or act.line is None:
            raise Refused("another text waits under this request by now; make the request anew, and have that signed")
        try:
            index = signatures.sign(act, request.line, lambda name, key_id: _standing(register, name, key_id))
        except Renewed as moved:
            room.acts.drop(room.acts.get(act.id))
            raise Refused(
                "the record moved on, or a day went by; make the request anew, and have that signed"
            ) from moved
        click.echo(
            msgspec.json.encode({"index": index, "type": act.prepared.type, "statement": act.prepared.statement})
        )
        if isinstance(act.command, Erase):
            say_erased(folder, register, told)
        show_public(register, told)
    return 0
