"""Receipts: a proof that an entry stands in the log under a published checkpoint, and a page to keep beside it."""

from __future__ import annotations

import msgspec

from fairplace.errors import Conflict
from fairplace.ledger import paper, proof
from fairplace.ledger.entry import Entry
from fairplace.ledger.store.port import Published
from fairplace.ledger.tree import inclusion_proof
from fairplace.on_disk import Register
from fairplace.terms import Document, Pence

LODGED = ("deposit.", "challenge.lodged/", "contest.")
"""Types whose sealed values are those of whoever lodged: their receipt opens them, and nobody else gets it."""
ASKED = "procurement.question-asked/1"


def receipt(register: Register, index: int) -> bytes:
    """The `.tlog-proof` of an entry (wire format, section 11), under the newest published checkpoint.

    Raises Conflict while the entry is not published yet, and Missing when there is no such entry.
    """
    return proof_of(register, index, _own(register, register.reader.entry(index)))


def _own(register: Register, entry: Entry) -> frozenset[str]:
    """The sealed values of an entry that are those of whoever lodged it."""
    envelope = entry.envelope
    if envelope.type == ASKED:  # taken in for a provider; one that an officer wrote down is the officer's
        taken_in = envelope.actor == f"{register.domain}/service/receiver"
        return frozenset({"/words", "/asked_by"} if taken_in else ())
    own = frozenset(envelope.sealed) if envelope.type.startswith(LODGED) else frozenset()
    if envelope.type.startswith("contest."):
        own -= {"/exhibit"}  # what a report rests on is the authority's own
    return own


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What a bid that came in holds, for whoever lodged it. `price` is null where there is none, or where it is sealed."""

    document: Document | None
    price: Pence | None


def came(register: Register, index: int) -> Came | None:
    """What was lodged with this entry; null where it is no bid, or nothing of it opens any more."""
    if not register.reader.entry(index).envelope.type.startswith("deposit.received"):
        return None
    opened = {slot: one.value for slot, one in register.reader.openings(index).items()}
    if "/document" not in opened:
        return None
    document = msgspec.convert(opened["/document"], Document | None)
    return Came(document=document, price=opened.get("/price"))


def proof_of(register: Register, index: int, opened: frozenset[str]) -> bytes:
    """The same of any entry, with just these sealed values opened. Whoever asks for it sees to who may see them."""
    entry, published = _published(register, index)
    openings = register.reader.openings(index) if opened else {}
    return proof.make(
        entry.raw,
        [opening.text for slot, opening in sorted(openings.items()) if slot in opened],
        index,
        inclusion_proof(index, published.size, register.store.node(register.origin)),
        published.note,
    )


_PAGE = """\
RECEIPT

Register      {authority}
Log           {origin}
Entry         {index}, {type}
Signed by     {actor}
At            {at} (as the signer states it)
Fingerprint   {leaf}
Short code    {code}

It stands in the log. The newest signed state of the log is:

{paper}
Witnesses     {witnesses}.{later}

Keep this page together with the file {index}.tlog-proof; on paper is best.
The file proves that the entry is in the log and unchanged. This page proves that
nothing before it was changed since, whatever anybody shows later. Anybody can
check both on a computer of their own:

    fairplace-verify {index}.tlog-proof --key "{key}"
    fairplace-verify FOLDER --checkpoint {index}.txt --key "{key}"

FOLDER is the published record, as its web site gives it out.
"""


def page(register: Register, index: int) -> str:
    """The same for people: one page of plain text with the entry's short code and the checkpoint in its form for paper.

    It opens nothing. Raises as `receipt` does.
    """
    entry, published = _published(register, index)
    standing = register.cosigned(published.note)
    return _PAGE.format(
        authority=register.settings.authority,
        origin=register.origin,
        index=index,
        type=entry.envelope.type,
        actor=entry.envelope.actor,
        at=entry.envelope.at,
        leaf=entry.leaf_text,
        code=paper.short_code(index, entry.leaf),
        paper=paper.printed(published.note),
        witnesses=standing.sentence,
        later="" if standing.met else "\n              Ask for a newer receipt later on.",
        key=register.reader.register().log_keys(published.size)[0].text,
    )


def _published(register: Register, index: int) -> tuple[Entry, Published]:
    entry = register.reader.entry(index)
    published = register.store.last_checkpoint(register.origin)
    if published is None or published.size <= index:
        raise Conflict(
            f"entry {index} is not published yet; run 'fairplace publish' or 'fairplace serve' and ask again"
        )
    return entry, published
