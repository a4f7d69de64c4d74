"""The letter to one bidder: its assessment summary, or why there is none.

- Procurement Act 2023, section 50(3) to (5); Procurement Regulations 2024, regulation 31: for the most advantageous
  bid name, address, identifier, criteria, each score with its reason, and totals; for every other assessed bid the
  same of its own, and why the contract goes to somebody else.
- A bidder reads of one other bid, the most advantageous, and of that what regulation 31(2) gives. Of the others it
  reads how many there were.
- Everything stands in recorded events. What is needed and stands in none is said to be missing.
"""

from __future__ import annotations

import msgspec

from fairplace.counted import counted
from fairplace.decision import History
from fairplace.errors import Missing, Refused
from fairplace.formats import date, date_time, money, points
from fairplace.giving import buyers, correcting, standing, supplier_parts, wording
from fairplace.giving.known import Known, known_of
from fairplace.giving.paper import Exact, Heading, Part, Parts, Table, Words
from fairplace.giving.supplier_parts import StatedBy
from fairplace.procurement.events import Criterion
from fairplace.procurement.standstill import summaries_due
from fairplace.procurement.state import Bid
from fairplace.terms import Instant, Place, Provider


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says beside the case: in whose name, where the record is, and its newest checkpoint in five lines.

    `page`: the address of the case's public page; empty when it has none. `checkpoint`: empty before the first;
    `size`: how many entries it covers. `stated`: what providers of the case state of themselves now, by their ids.
    """

    authority: str
    origin: str
    page: str = ""
    checkpoint: str = ""
    size: int = 0
    stated: StatedBy = {}


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter, and what to look at before it goes: `gaps` the record does not know, `names` of others stand in it."""

    to: Provider
    place: Place
    kind: str
    subject: str
    decided_at: Instant
    parts: Parts
    gaps: tuple[str, ...]
    names: tuple[str, ...]


def bidders(history: History) -> list[Provider]:
    """Those to whom a letter is due: whose bid has a place and was not withdrawn. None before there is a decision, nor of
    a direct award, for which nobody bid.
    """
    return _due(known_of(history))


def _due(known: Known) -> list[Provider]:
    if (known.award is None and known.ended is None) or known.state.ground is not None:
        return []
    return [bid.provider for bid in known.state.bids.values() if not _withdrawn(bid)]


def letter(history: History, provider: str, frame: Frame) -> Letter:
    """The letter to this provider. Raises Missing when it has no bid, Refused before anything is decided."""
    return _letter(known_of(history), provider, frame)


def letters(history: History, frame: Frame) -> list[Letter]:
    """The letters that are due, in the order of places; none before there is a decision."""
    known = known_of(history)
    return [_letter(known, one.id, frame) for one in _due(known)]


def _letter(known: Known, provider: str, frame: Frame) -> Letter:
    bid, decided = known.state.bids.get(provider), known.award or known.ended
    if bid is None or _withdrawn(bid):
        raise Missing(f"the provider {provider[:80]} has no bid in this case; choose one from the list")
    if decided is None:
        raise Refused("no award is decided yet; letters are written from the decision", code="order")
    kind = _kind(known, bid)
    parts: list[Part] = [
        *_head(known, bid, frame, kind),
        *_body(known, bid, kind, frame.stated),
        *standing.parts(known, kind),
    ]
    parts += [*_rights(known, frame), *_proof(known, frame)]
    words = "\n".join(_texts(parts))
    allowed = {bid.provider.name, *(one.provider.name for one in known.winners)}
    others = [one.provider.name for one in known.state.bids.values() if one.provider.name not in allowed]
    return Letter(
        to=bid.provider,
        place=bid.place,
        kind=kind,
        subject=_subject(known, kind),
        decided_at=decided.at,
        parts=tuple(parts),
        gaps=tuple(dict.fromkeys(_gaps(parts))),
        names=tuple(name for name in others if name and name.casefold() in words.casefold()),
    )


def _withdrawn(bid: Bid) -> bool:
    return bid.check is not None and bid.check.status == "withdrawn"


def _kind(known: Known, bid: Bid) -> str:
    if known.award is None:
        return "ended"
    if bid.place in known.state.awards:
        return "won"
    return "lost" if bid.is_live else "disregarded"


def _subject(known: Known, kind: str) -> str:
    summary = kind in ("won", "lost") and summaries_due(known.state.planned)
    return f"{'Assessment summary' if summary else 'Result'}: {known.title or wording.missing('the title')}"


def _head(known: Known, bid: Bid, frame: Frame, kind: str) -> list[Part]:
    return [
        Heading(_subject(known, kind), 1),
        Words(
            f"To: {bid.provider.name}\nIdentifier: {bid.provider.id}\nFrom: {frame.authority}{buyers.together(known, frame.authority)}"
        ),
        Words(_outcome(known, bid, kind)),
    ]


def _outcome(known: Known, bid: Bid, kind: str) -> str:
    """The result in a sentence or two."""
    number = len(known.state.bids)
    bids = f"{counted(number, 'bid was', 'bids were')} opened."
    if known.award is None:
        ended = known.ended
        why = f" ({ended.reason})" if ended and ended.reason else ""
        ground = wording.ENDED.get(ended.ground, ended.ground) if ended else ""
        return f"This procurement ended without an award on {date(ended.at) if ended else ''}: {ground}{why}."
    day = date(known.award.at)
    if kind == "won":
        return f"Your bid was successful. On {day} it was decided to award the contract to you. {bids}"
    who = " and ".join(one.provider.name for one in known.winners)
    if kind == "disregarded":
        return f"Your bid was not assessed: it was disregarded. On {day} it was decided to award the contract to {who}."
    result = known.state.results.get(bid.place)
    own = f" Your bid came to {points(result.total)} of 100 points." if result else ""
    return f"Your bid was not successful. On {day} it was decided to award the contract to {who}.{own} {bids}"


def _body(known: Known, bid: Bid, kind: str, stated: StatedBy) -> list[Part]:
    if kind == "ended":
        return []
    if kind == "disregarded":
        return [*_disregarded(bid), *correcting.came(known, bid), *correcting.secrets(known, bid)]
    parts = [
        *_criteria(known),
        *correcting.came(known, bid),
        *correcting.secrets(known, bid),
        *_assessed(known, bid, "Your bid", stated, own=True),
    ]
    if kind == "lost":
        best = next(iter(known.winners))
        parts += [
            *_assessed(known, best, "The most advantageous bid", stated),
            Heading("Why the contract was not awarded to you"),
            Words(_why_not(known, bid, best)),
        ]
    return parts


def _disregarded(bid: Bid) -> list[Part]:
    check = bid.check
    if check is None:
        return []
    ground = wording.GROUND.get(check.ground or "", "") or wording.missing("on what ground it was disregarded")
    unmet = [code for code, met in check.conditions.items() if not met]
    told = [Words(f"Ground: {ground}.")]
    told += [Words(f"Conditions of participation that were not met: {', '.join(unmet)}.")] if unmet else []
    told += [Words(f"On {one}: {check.shown[one]}") for one in unmet if one in check.shown]
    told += [Words(f"Why: {check.reason}")] if check.reason else []
    told += [Words(f"You were heard on {date(check.heard_on)}.")] if check.heard_on else []
    return [Heading("Why your bid was disregarded"), *told]


def _criteria(known: Known) -> list[Part]:
    """Regulation 31(2)(d): each criterion's title, its weight, and how it is scored."""
    rows = tuple(
        (wording.full_name(known, one), wording.weight(one), wording.how_scored(known, one))
        for one in wording.scored_on(known)
    )
    state = known.state
    parts: list[Part] = [
        Heading("How bids were judged"),
        Table("Award criteria", ("Criterion", "Weight", "How it is scored"), rows, frozenset({1})),
    ]
    if known.descriptors:
        told = tuple((mark, known.descriptors[mark]) for mark in sorted(known.descriptors, key=int))
        parts.append(Table("What earns each mark", ("Mark", "What earns it"), told))
    said = [wording.FORMULA[state.price_formula]] if state.price_formula else []
    said += [wording.TIE[state.tender.tie_break]] if state.tender and state.tender.tie_break else []
    if state.scale is not None:
        said.append(
            f"A mark earns its share of the weight: {state.scale.lowest} earns nothing, {state.scale.highest} all of it."
        )
    reference = state.tender.notice_reference if state.tender else None
    where = f"the tender notice {reference}" if reference else "the tender notice"
    said.append(f"The criteria stand in full in {where} and its documents.")
    return [*parts, Words(" ".join(said))]


def _assessed(known: Known, bid: Bid, title: str, stated: StatedBy, *, own: bool = False) -> list[Part]:
    """Regulation 31(2)(a) to (c) and (e): whose bid it is, each score with its reason, and the totals."""
    reached = supplier_parts.address(bid.provider, stated).replace("\n", ", ")
    parts: list[Part] = [
        Heading(f"{title}: {bid.provider.name}"),
        Words(
            f"Name: {bid.provider.name}\nIdentifier: {bid.provider.id}\n"
            f"Contact address: {reached or wording.missing(f'postal and e-mail address of {bid.provider.name}')}"
        ),
    ]
    result = known.state.results.get(bid.place)
    rows = []
    for one in wording.scored_on(known):
        parts += _criterion(known, bid, one, own=own)
        earned = points(result.points[one.id]) if result and one.id in result.points else wording.missing("points")
        rows.append((wording.full_name(known, one), earned, points(one.weight)))
    total = points(result.total) if result else wording.missing("the total")
    rows.append(("Total", total, "100"))
    return [*parts, Table(f"Points of {bid.provider.name}", ("Criterion", "Points", "Of"), tuple(rows), frozenset({1, 2}))]  # fmt: skip


def _criterion(known: Known, bid: Bid, one: Criterion, *, own: bool) -> list[Part]:
    judged = known.judged.get(bid.place)
    heading = Heading(wording.full_name(known, one), 3)
    if one.kind == "price":
        price = f"Your price: {money(bid.price)}\n" if own and bid.price is not None else ""
        return [heading, Words(f"{price}The points follow from the prices by the formula above.")]
    mark = judged.marks.get(one.id) if judged else None
    reason = judged.reasons.get(one.id) if judged else None
    highest = known.state.scale.highest if known.state.scale else None
    given = (
        wording.missing("the mark") if mark is None else f"{mark} of {highest}" if highest is not None else str(mark)
    )
    return [heading, Words(f"Mark: {given}"), Words(f"Why: {reason or wording.missing('the reason for this mark')}")]


def _why_not(known: Known, bid: Bid, best: Bid) -> str:
    """Regulation 31(3)(c)."""
    own, theirs = known.state.results.get(bid.place), known.state.results.get(best.place)
    if own is None or theirs is None:
        return wording.missing("the points of both bids, from which it would follow")
    if own.total == theirs.total:
        return (
            f"Both bids came to {points(own.total)} points; the published way to part level bids put the other first."
        )
    if own.total > theirs.total:
        return wording.missing("why a bid with fewer points won")
    return f"The most advantageous bid came to {points(theirs.total)} points, {points(theirs.total - own.total)} more than yours."


def _rights(known: Known, frame: Frame) -> list[Part]:
    where = f" The public record of this case is at {frame.page}." if frame.page else ""
    return [
        Heading("What you can do"),
        Words(
            "Ask why. Answer this letter with your question. It is private and has no legal effect: no time limit waits for it."
        ),
        Words(
            "Challenge. Tell us in writing what you think is wrong, on what ground, and what should follow."
            f" It gets a number in the record, and an answer.{where}"
        ),
        Words(_court(known)),
    ]


def _court(known: Known) -> str:
    if known.state.planned is None or known.state.planned.regime != "PA23":
        return "Go further. Where, and until when, depends on the law of this procurement; ask a lawyer soon."
    limit = standing.claim_limit(known)
    return (
        "Go to court. A claim under Part 9 of the Procurement Act 2023 must be brought within 30 days, beginning with"
        f" the day on which you knew, or should have known, of what it rests on (section 106).{limit}"
        " This is no legal advice; if you think of a claim, ask a lawyer soon."
    )


def _proof(known: Known, frame: Frame) -> list[Part]:
    decided = known.award or known.ended
    if decided is None:
        return []
    parts: list[Part] = [
        Heading("How to check this"),
        Words(
            f"The decision is entry {decided.index} of the log {frame.origin}, recorded for {date_time(decided.at)}."
            " What was recorded cannot be changed afterwards without being noticed."
        ),
    ]
    if not frame.checkpoint:
        return parts
    covers = "" if frame.size > decided.index else " This state is older than the decision; the next one covers it."
    said = Words(
        f"The state of the log in five lines. Keep this letter: with it you can show it if the log is changed.{covers}"
    )
    return [*parts, said, Exact(tuple(frame.checkpoint.splitlines()))]


def _texts(parts: list[Part]) -> list[str]:
    found: list[str] = []
    for part in parts:
        match part:
            case Heading(words=words) | Words(words=words):
                found.append(words)
            case Table(rows=rows):
                found += [cell for row in rows for cell in row]
            case Exact():
                pass
    return found


def _gaps(parts: list[Part]) -> list[str]:
    """What is missing, each once."""
    return [
        line[line.index(wording.NOT_IN_THE_RECORD) + len(wording.NOT_IN_THE_RECORD) :].rstrip(".")
        for one in _texts(parts)
        for line in one.split("\n")
        if wording.NOT_IN_THE_RECORD in line
    ]
