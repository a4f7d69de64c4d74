"""A case as people read it: what each entry says, the chronology, and what is withheld and why.

- Nothing is told that the edition does not hold: everything here is made from what goes into the bundle.
- Who acted is a role and a key; a name stands beside it only where the edition opens whose key it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from jinja2 import Environment

from fairplace import formats
from fairplace.decision import History
from fairplace.ledger.disclosure import Basis
from fairplace.openness.events import Ground, Withdrawn
from fairplace.openness.release import in_effect
from fairplace.procurement import events as e
from fairplace.publish.held import Held, HeldEntry
from fairplace.publish.wording import Node, Wording
from fairplace.recorded import Recorded
from fairplace.terms import ACT, Instant, KeyName, Place
from fairplace.trail import collapsed, trail_item

ELSEWHERE = frozenset({"bids", "case", "evidence", "happened_at"})
"""Members of a body that a page says in its own way."""


class Signer(msgspec.Struct, frozen=True):
    """A key that signed, and whose it is where the edition says so.

    `contested`: the entry that reported the key as stolen for the time of this signature; `again`: the one by which
    its owner stands by it with a new key.
    """

    key: str
    name: str | None
    contested: int | None
    again: int | None


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something of an entry that this edition withholds. `since`: it was open once and was taken down, or erased."""

    index: int | None
    title: str
    what: str
    slot: str
    places: int
    basis: Basis
    why: str
    law: str
    since: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as its page shows it. `late`: it was recorded on another day. `empty` counts opened values that say nothing."""

    index: int
    title: str
    happened_at: Instant
    recorded_at: Instant
    late: bool
    role: str
    signers: tuple[Signer, ...]
    evidence: str
    is_act: bool
    type: str
    leaf: str
    proof: str
    said: tuple[tuple[str, Node], ...]
    opened: tuple[tuple[str, Node], ...]
    empty: int
    gaps: tuple[Gap, ...]

    @property
    def contested(self) -> bool:
        return any(signer.contested is not None for signer in self.signers)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is told of a case in one edition."""

    pages: tuple[Page, ...]
    gaps: tuple[Gap, ...]


def wording_of(held: Held, environment: Environment) -> Wording:
    history = History(case=held.case, events=held.events)
    leaves = {one.leaf: one.index for one in held.events}
    return Wording(
        environment,
        places=_places(history),
        leaves=leaves,
        criteria=_criteria(history),
        names=held.names,
        of_homes=any(one.type.startswith("referral.") for one in held.events),
    )


def tell(held: Held, words: Wording) -> Told:
    down = _taken_down(held)
    pages = tuple(
        _page(recorded, one, held, words, down) for recorded, one in zip(held.events, held.entries, strict=True)
    )
    gaps = [gap for page in pages for gap in page.gaps]
    if holders := sum("/holder" in one.entry.envelope.sealed and not one.openings for one in held.register):
        gaps.append(_gap(None, "The key register", "/holder", holders, "personal", "", words))
    return Told(pages=pages, gaps=tuple(gaps))


def _page(
    recorded: Recorded, one: HeldEntry, held: Held, words: Wording, down: Mapping[tuple[int, str], Ground]
) -> Page:
    body = one.entry.envelope.body
    item, _ = trail_item(recorded)
    title = words.title(recorded.type, body)
    full = {slot: opening.value for slot, opening in one.openings.items() if opening.value not in (None, [], {})}
    return Page(
        index=recorded.index,
        title=title,
        happened_at=recorded.event.happened_at,
        recorded_at=recorded.at,
        late=recorded.at[:10] != recorded.event.happened_at[:10],
        role=words.of("role", item.role, "a key of this register"),
        signers=tuple(_signer(name, recorded, held) for name in recorded.signers),
        evidence=words.of("evidence", recorded.event.evidence),
        is_act=recorded.event.evidence == ACT,
        type=recorded.type,
        leaf=recorded.leaf,
        proof=f"proofs/{recorded.index:020d}.tlog-proof",
        said=tuple(
            (words.name(name), words.node(value, name))
            for name, value in sorted(body.items())
            if name not in ELSEWHERE and value not in (None, [], {})
        ),
        opened=tuple(_opened(full, words)),
        empty=len(one.openings) - len(full),
        gaps=tuple(_gaps(recorded.index, title, one, words, down)),
    )


def _signer(key: KeyName, recorded: Recorded, held: Held) -> Signer:
    doubt = recorded.contested
    if doubt is None or key not in doubt.by:
        return Signer(key, held.names.get(key), None, None)
    return Signer(key, held.names.get(key), doubt.said, doubt.again.get(key))


def _opened(full: Mapping[str, Any], words: Wording) -> Iterable[tuple[str, Node]]:
    """The opened values with their names; what is said of one bid by criterion stands together in a table."""
    by_place: dict[Place, dict[str, Any]] = {}
    for slot, value in full.items():
        match slot.split("/"):
            case [_, "bids", place, ("marks" | "reasons" | "changes" | "result") as name]:
                by_place.setdefault(place, {})[name] = value
            case _:
                yield words.slot(slot), words.node(value, slot.rsplit("/", 1)[-1])
    for place, parts in sorted(by_place.items()):
        if (table := words.by_criterion(parts)) is not None:
            yield words.bid(place), table


def _gaps(
    index: int, title: str, one: HeldEntry, words: Wording, down: Mapping[tuple[int, str], Ground]
) -> Iterable[Gap]:
    """What is closed, places taken together."""
    counts: dict[tuple[str, Basis, str], int] = {}
    for slot, closed in one.closed.items():
        since = "erased" if closed.erased else ""
        if not since and (ground := down.get((index, slot))):
            since = f"taken down: {words.of('ground', ground)}"
        key = (collapsed(slot), closed.basis, since)
        counts[key] = counts.get(key, 0) + 1
    for (slot, basis, since), count in sorted(counts.items()):
        yield _gap(index, title, slot, count, basis, since, words)


def _gap(index: int | None, title: str, slot: str, count: int, basis: Basis, since: str, words: Wording) -> Gap:
    return Gap(
        index=index,
        title=title,
        what=words.slot(slot),
        slot=slot,
        places=count,
        basis=basis,
        why=formats.capitalised(words.of("basis", basis)),
        law=words.of("basis_law", basis),
        since=since,
    )


def _taken_down(held: Held) -> dict[tuple[int, str], Ground]:
    """Why a text that was public is down, by entry and slot."""
    history = History(case=held.case, events=held.events)
    down = in_effect(history)[1]
    return {
        (part.entry, slot): act.ground
        for _, act in history.of(Withdrawn)
        for part in act.openings
        for slot in part.slots
        if slot in down.get(part.entry, ())
    }


def _places(history: History) -> dict[Place, str]:
    """Whose bid stands at each place, as far as it is open; empty where it is not."""
    names: dict[str, str] = {}
    found: dict[Place, str] = {}
    for recorded in history.events:
        match recorded.event:
            case e.DepositReceived(provider=provider) | e.DepositReceivedLate(provider=provider):
                if (who := provider.get()) is not None:
                    names[recorded.leaf] = who.name
            case e.BidsOpened(bids=bids):
                found |= {place: names.get(bid.deposit.get() or "", "") for place, bid in bids.items()}
            case e.LateBidsDecided(decisions=decisions):
                for one in decisions.get(()):
                    if one.place is not None:
                        found[one.place] = names.get(one.deposit, "")
            case _:
                pass
    return found


def _criteria(history: History) -> dict[str, str]:
    """The titles of the criteria, as far as they are open: those of the newest terms win."""
    found: dict[str, str] = {}
    for recorded in history.events:
        if isinstance(recorded.event, e.TenderPublished | e.CriteriaChanged):
            found |= recorded.event.titles.get({})
    return found


# Lists that a spreadsheet opens


def chronology(pages: Sequence[Page]) -> bytes:
    """In the order in which things happened, which need not be that in which they were recorded."""
    ordered = sorted(pages, key=lambda page: (page.happened_at, page.index))
    return _csv(
        ("When (London)", "When (UTC)", "What", "Who", "Done here or reported", "Entry", "Recorded (UTC)", "Signature"),
        [
            (
                formats.date_time(page.happened_at), page.happened_at, page.title, page.role,
                "act" if page.is_act else f"report: {page.evidence}", page.index, page.recorded_at,
                "contested" if page.contested else "",
            )
            for page in ordered
        ],
    )  # fmt: skip


def schedule(gaps: Sequence[Gap]) -> bytes:
    """Everything that is withheld: where, what, and on what ground."""
    return _csv(
        ("Entry", "In", "What is withheld", "Places", "Slot", "Because", "In law", "Since"),
        [
            (
                "register" if gap.index is None else gap.index, gap.title, gap.what, gap.places, gap.slot, gap.why,
                gap.law, gap.since,
            )
            for gap in gaps
        ],
    )  # fmt: skip


def index(lines: Iterable[tuple[int | None, int | None, str, str]]) -> bytes:
    """Page of the PDF, entry, title and file of everything in the bundle that has a page."""
    blank = [tuple("" if value is None else value for value in line) for line in lines]
    return _csv(("Page", "Entry", "Title", "File"), blank)


def _csv(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> bytes:
    """RFC 4180, in UTF-8 with the mark by which a spreadsheet knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
