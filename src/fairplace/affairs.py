"""What is done with sealed values stands in one stream of its own: holds, and erasures, signed by two where it takes two.

- Both share the stream: a hold that comes meanwhile voids an erasure that did not see it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence

import msgspec

from fairplace import catalogue
from fairplace.decision import Decision, History
from fairplace.desk import ATTEMPTS, Appended, Prepared
from fairplace.errors import Conflict, Malformed, Refused
from fairplace.event import Fact
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register, signed_by
from fairplace.people.roles import TABLE
from fairplace.terms import Instant, KeyName, Text, text


def stream_of(log: str) -> str:
    """The one stream of holds and erasures of a log: derived from the log's name and from nobody's."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"fairplace/custody/v1\n{log}\n".encode()).digest()[:16], version=4))


def in_words(reason: Text) -> Text:
    """The reason, when one was given. Raises Malformed."""
    if not (words := text(reason)):
        raise Malformed("an erasure needs its reason in words; give --reason")
    return words


def append(
    register: Register,
    event: Callable[[Instant], Fact],
    statement: str,
    signers: Sequence[Signer],
    *,
    stream: str | None = None,
) -> Appended:
    """Prepare, have signed and append one event of no case; again when another came first.

    `stream`: that of holds and erasures, unless another is named.
    """
    for _ in range(ATTEMPTS):
        try:
            prepared = prepare(register, event, statement, by=signers[0].vkey.name, stream=stream)
            return register.desk.append(prepared, signed(prepared, signers))
        except Conflict as conflict:
            if conflict.kind != "stream":
                raise
            lost = conflict
    raise lost


def prepare(
    register: Register,
    event: Callable[[Instant], Fact],
    statement: str,
    *,
    by: KeyName,
    key: str = "",
    stream: str | None = None,
    seen: int | None = None,
) -> Prepared:
    """One event of no case, to be signed here or elsewhere. `key` makes it known again; left out, it is a fresh one.

    `seen`: the size of the log as it was read for the event; left out, it is read within `event`.
    """
    actor = register.desk.actor(by)
    stream = stream or stream_of(register.origin)
    seen, at = register.reader.size if seen is None else seen, register.store.now()
    made_of = event(at)
    key = key or register.sources.event_id()
    prepared = register.desk.prepare_decision(
        Decision(event=made_of, statement=statement, stream=stream, second=_second(made_of)),
        History(case=stream, events=()),
        by=actor,
        at=at,
        key=key,
        command=key,
        seen=seen,
    )
    return msgspec.structs.replace(prepared, case=None)


def signed(prepared: Prepared, signers: Sequence[Signer]) -> Sequence[str]:
    """The lines of those who have to sign. Raises Refused where a second person is missing."""
    return signed_by(*_needed(prepared, signers))(prepared)


def _second(event: Fact) -> frozenset[str]:
    return TABLE[catalogue.NAMES[type(event)]].second


def _needed(prepared: Prepared, signers: Sequence[Signer]) -> Sequence[Signer]:
    if prepared.second and len(signers) < 2:
        raise Refused(
            f"this needs a second signature by another person who is {' or '.join(sorted(prepared.second))}; name them"
            " with --second",
            code="second-signature",
        )
    if prepared.second and signers[0].vkey.name == signers[1].vkey.name:
        raise Refused(
            f"{signers[0].vkey.name} came twice; the second signature is another person's", code="second-signature"
        )
    return signers if prepared.second else signers[:1]
