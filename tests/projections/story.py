"""A log in memory for tests of projections: what happened, what was released, what was taken down."""

from __future__ import annotations

import base64
import hashlib
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import msgspec

from fairplace import catalogue, shelf
from fairplace.event import Fact
from fairplace.ledger import disclosure
from fairplace.ledger.disclosure import Sealed, Slot, sealed
from fairplace.openness.events import Disclosed, Slots, Withdrawn
from fairplace.procurement import events as e
from fairplace.recorded import Recorded
from fairplace.replay import Loaded, loaded
from fairplace.tags import Tag
from fairplace.terms import Document, Provider

ROLES = {
    e.SheetSigned: "evaluator",
    e.Moderated: "moderator",
    e.Awarded: "approver",
    e.DepositReceived: "receiver",
    e.Imported: "importer",
}

PROJECTIONS: list[Loaded] = loaded(shelf.projections())


def case_id(number: int) -> str:
    return str(UUID(int=number, version=4))


class Log:
    """Entries in order, read as `reading` reads them: the openings in effect at a size, or all of them."""

    def __init__(self) -> None:
        self._entries: list[tuple[Recorded, dict[str, Any], dict[str, Slot], dict[str, Any]]] = []
        self._streams: dict[str, int] = {}
        self._acts: list[tuple[int, bool, list[tuple[int, str]]]] = []

    @property
    def size(self) -> int:
        return len(self._entries)

    def instant(self) -> str:
        minutes = self.size
        return f"2026-{1 + minutes // 20000:02d}-{1 + minutes // 1440 % 28:02d}T{minutes // 60 % 24:02d}:{minutes % 60:02d}:00.000Z"

    def add(self, event: Fact, stream: str | None = None, at: str | None = None) -> int:
        """Append an event, in the case's own stream when no other is named. Its index."""
        index = self.size
        counter = iter(range(10_000))
        body, slots, openings = disclosure.split(
            event, lambda size: hashlib.sha256(f"{index} {next(counter)}".encode()).digest()[:size]
        )
        case = body.get("case")
        stream = stream or case or case_id(1_000_000 + index)
        self._streams[stream] = self._streams.get(stream, 0) + 1
        recorded = Recorded(
            index=index,
            leaf=leaf(index),
            at=at or self.instant(),
            actor="council.example/officer/1a",
            signers=("council.example/officer/1a",),
            roles=frozenset({ROLES.get(type(event), "officer")}),
            type=catalogue.NAMES[type(event)],
            stream=stream,
            n=self._streams[stream],
            case=case,
            event=event,
        )
        self._entries.append((recorded, body, slots, {opening.slot: opening.value for opening in openings}))
        if isinstance(event, Disclosed | Withdrawn):
            named = [(part.entry, slot) for part in event.openings for slot in part.slots]
            self._acts.append((index, isinstance(event, Disclosed), named))
        return index

    def slots(self, index: int) -> list[str]:
        return sorted(self._entries[index][2])

    def disclose(self, case: str, *indexes: int, slots: list[str] | None = None) -> int:
        """Release these slots of these entries; all of theirs when none is named."""
        return self.add(
            Disclosed(**common(case), occasion="request", openings=[self._part(index, slots) for index in indexes])
        )

    def take_down(self, case: str, *indexes: int, slots: list[str] | None = None) -> int:
        parts = [self._part(index, slots) for index in indexes]
        return self.add(Withdrawn(**common(case), ground="child", openings=parts, reason=sealed("child", "why not")))

    def _part(self, index: int, slots: list[str] | None) -> Slots:
        held = self.slots(index)
        return Slots(entry=index, slots=[slot for slot in held if slots is None or slot in slots])

    def in_effect(self, upto: int) -> set[tuple[int, str]]:
        found: set[tuple[int, str]] = set()
        for index, opens, named in self._acts:
            if index >= upto:
                break
            if opens:
                found.update(named)
            else:
                found.difference_update(named)
        return found

    def contested(self, start: int, stop: int) -> tuple[int, ...]:
        return ()

    def recorded(self, start: int, stop: int, view: Any = "authority", upto: int | None = None) -> Iterator[Recorded]:
        shown = self.in_effect(self.size if upto is None else upto)
        for index in range(start, min(stop, self.size)):
            recorded, body, slots, values = self._entries[index]
            openings = {slot: value for slot, value in values.items() if view == "authority" or (index, slot) in shown}
            event = catalogue.read(recorded.type, body, slots, openings)
            case = body.get("case", openings.get("/case"))
            yield msgspec.structs.replace(recorded, event=event, case=case)


def leaf(index: int) -> str:
    return base64.b64encode(hashlib.sha256(str(index).encode()).digest()).decode()


# What every event has


def common(case: str, at: str = "2026-01-05T09:00:00.000Z") -> dict[str, Any]:
    return {"case": case, "happened_at": at, "evidence": "signed-by-party", "exhibit": sealed("commercial", None)}


def step(case: str, **members: Any) -> dict[str, Any]:
    return common(case, **members) | {"override": None, "override_reason": sealed("personal", None)}


# Nouns


def provider(number: int) -> Provider:
    return Provider(id=f"GB-COH-{number:08d}", name=f"Provider {number} Ltd")


def planned(case: str, title: str = "Homes for children", **members: Any) -> e.Planned:
    usual: dict[str, Any] = {
        "regime": "PA23",
        "commenced_on": "2026-01-05",
        "contract_kind": "services",
        "route": "open",
        "light_touch": True,
        "cpv": ["85311300"],
        "concerns_one_person": False,
        "value_estimable": True,
        "max_term_days": 1460,
        "related": [],
        "title": sealed("standstill", title),
        "need": sealed("standstill", "ten beds"),
        "authority": sealed("standstill", "Northcliffe County Council"),
        "estimated_value": sealed("commercial", 100_000_00),
        "lots_reason": sealed("commercial", None),
        "split_reason": sealed("commercial", None),
    }
    return e.Planned(**(step(case) | usual | members))


def tender(case: str, places: int = 8) -> e.TenderPublished:
    return e.TenderPublished(
        **step(case),
        notice_reference="2026/S 000-000001",
        criteria=[
            e.Criterion(id="care", parent=None, kind="quality", weight=6000),
            e.Criterion(id="price", parent=None, kind="price", weight=4000),
        ],
        scale=e.Scale(lowest=0, highest=5, step=1),
        price_formula="lowest-over-price",
        tie_break="highest-quality",
        winners=1,
        deadline="2026-02-05T12:00:00.000Z",
        questions_until=None,
        late_policy="reject",
        conditions=["registered"],
        places=places,
        conflicts_confirmed=True,
        policies={},
        titles=sealed("standstill", {"care": "Quality of care", "price": "Price"}),
        descriptors=sealed("standstill", {"0": "nothing", "5": "excellent"}),
        documents=sealed("standstill", []),
    )


def deposit(case: str | None, who: Provider | None, price: int | None) -> e.DepositReceived:
    document = None if who is None else Document(sha256="a" * 64, bytes=9, media="application/pdf")
    usual = common("")
    del usual["case"]
    return e.DepositReceived(
        **usual,
        case=sealed("standstill", case),
        seen=sealed("standstill", None if case is None else leaf(0)),
        provider=sealed("standstill", who),
        document=sealed("commercial", document),
        price=sealed("commercial", price),
        provider_signature=sealed("commercial", None),
    )


def opened(case: str, deposits: dict[str, str], places: int = 8) -> e.BidsOpened:
    return e.BidsOpened(
        **step(case),
        bids={place: e.OpenedBid(deposit=sealed("standstill", deposits.get(place))) for place in all_places(places)},
        rests_on=sealed("standstill", e.RestsOn(count=len(deposits), root=leaf(0), types=["deposit.received/1"])),
        late=sealed("standstill", []),
        present=["council.example/officer/1a"],
    )


def moderated(case: str, results: dict[str, tuple[int, int]], places: int = 8) -> e.Moderated:
    """Results by place: total and rank."""
    return e.Moderated(
        **step(case),
        rests_on=e.RestsOn(count=1, root=leaf(1), types=["evaluation.sheet-signed/1"]),
        bids={place: _moderated(results.get(place)) for place in all_places(places)},
        present=["council.example/officer/1a"],
    )


def _moderated(result: tuple[int, int] | None) -> e.ModeratedBid:
    if result is None:
        empty: Sealed[Any] = sealed("standstill", None)
        return e.ModeratedBid(marks=empty, reasons=empty, changes=empty, result=empty)
    total, rank = result
    return e.ModeratedBid(
        marks=sealed("standstill", {"care": 4}),
        reasons=sealed("standstill", {"care": f"a sound plan, rank {rank}"}),
        changes=sealed("standstill", {"care": e.Changed(inputs=[3, 5], reason="both were read again")}),
        result=sealed("standstill", e.Result(points={"care": total - 4000, "price": 4000}, total=total, rank=rank)),
    )


def awarded(case: str, winners: dict[str, tuple[Provider, int]], places: int = 8) -> e.Awarded:
    return e.Awarded(
        **step(case, at="2026-03-01T10:00:00.000Z"),
        rests_on=e.RestsOn(count=1, root=leaf(1), types=["evaluation.moderated/1"]),
        bids={
            place: e.AwardBid(
                award=sealed(
                    "standstill",
                    e.AwardedTo(provider=winners[place][0], value=winners[place][1]) if place in winners else None,
                )
            )
            for place in all_places(places)
        },
        reasons=sealed("standstill", ["It offered the best care.", "Its price was fair."]),
        alternatives=sealed("standstill", ["Not to award"]),
        delegation="4.2",
        pre_award_findings=None,
    )


def imported(case: str, release: str = "r-1", **members: Any) -> e.Imported:
    usual: dict[str, Any] = {
        "ocid": "ocds-b5fd17-1",
        "release": release,
        "released_at": "2025-01-01T00:00:00.000Z",
        "tags": ["award"],
        "method": "open",
        "cpv": ["85311300"],
        "status": "complete",
        "concerns_one_person": False,
        "tender_closes": None,
        "title": sealed("personal", "Short breaks"),
        "description": sealed("personal", None),
        "buyer": sealed("personal", Provider(id="GB-LAE-NCC", name="Northcliffe County Council")),
        "tender_value": sealed("commercial", None),
        "awards": sealed("personal", []),
        "raw": sealed("personal", Document(sha256="b" * 64, bytes=3, media="application/json")),
        "evidence": "imported-notice",
    }
    return e.Imported(**(common(case) | usual | members))


def all_places(count: int) -> list[str]:
    return [f"{place:02d}" for place in range(1, count + 1)]


def competition(log: Log, case: str) -> dict[str, int]:
    """One open competition to the award, with three bids and two covers, nothing released yet. Indexes by noun."""
    at: dict[str, int] = {"planned": log.add(planned(case)), "tender": log.add(tender(case))}
    for number, price in ((1, 90_000_00), (2, 80_000_00), (3, 95_000_00)):
        at[f"deposit {number}"] = log.add(deposit(case, provider(number), price))
        at[f"cover {number}"] = log.add(deposit(None, None, None))
    places = {"02": leaf(at["deposit 1"]), "05": leaf(at["deposit 2"]), "07": leaf(at["deposit 3"])}
    at["opened"] = log.add(opened(case, places))
    at["moderated"] = log.add(moderated(case, {"02": (7000, 2), "05": (8000, 1), "07": (6000, 3)}))
    at["awarded"] = log.add(awarded(case, {"05": (provider(2), 80_000_00)}))
    return at


# Any event at all, with a mark in every sealed slot


class Planter:
    """Makes an event of any type from its annotations; each sealed value holds a mark of its own."""

    def __init__(self, case: str) -> None:
        self._case = case
        self.marks: dict[str, set[str]] = {}
        self._count = 0

    def event(self, kind: type[Fact]) -> Fact:
        self._kind = kind.__name__
        hints = typing.get_type_hints(kind, include_extras=True)
        members = {name: self._value(name, hint, f"/{name}") for name, hint in hints.items()}
        if "case" in members and not isinstance(members["case"], Sealed):
            members["case"] = self._case
        return kind(**members)

    def _value(self, name: str, hint: Any, path: str, slot: str | None = None) -> Any:
        origin, parts = get_origin(hint), get_args(hint)
        if origin is typing.Annotated:
            if isinstance(hint.__metadata__[-1], Tag):
                bare = parts[0] if len(parts) == 2 else typing.Annotated[parts[:-1]]
                return self._value(name, bare, path, slot)
            return self._shaped(name, hint, slot)
        if origin is Sealed:
            return Sealed(basis="personal", value=self._value(name, parts[0], path, path))
        if origin is Literal:
            return "portal-export" if name == "evidence" else parts[0]
        if origin in (typing.Union, types.UnionType):
            return self._value(name, next(part for part in parts if part is not type(None)), path, slot)
        if origin is list:
            return [self._value(name, parts[0], path, slot)]
        if origin is dict and isinstance(parts[1], type) and issubclass(parts[1], msgspec.Struct) and slot is None:
            return {place: self._value(name, parts[1], f"{path}/{place}") for place in all_places(8)}
        if origin is dict:
            return {"care": self._value(name, parts[1], path, slot)}
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            hints = typing.get_type_hints(hint, include_extras=True)
            return hint(**{one: self._value(one, inner, f"{path}/{one}", slot) for one, inner in hints.items()})
        if hint is bool:
            return slot is not None
        if hint is int:
            return 3 if slot is None else self._mark(path if slot is None else slot, 7_000_000_000)
        return "code" if slot is None else f"canary{self._mark(slot, 8_000_000_000)}"

    def _shaped(self, name: str, hint: Any, slot: str | None) -> Any:
        """A value whose text has a shape: a digest or a leaf hash with a mark, an instant, a day, a place."""
        mark = str(self._mark(slot, 6_000_000_000)) if slot else "6"
        shapes = (
            mark.ljust(64, "0"),
            "2026-01-05T09:00:00.000Z",
            "2026-01-05",
            "03",
            mark.ljust(43, "A") + "=",
            "0badcafe",
        )
        for one in shapes:
            try:
                return msgspec.convert(one, hint)
            except msgspec.ValidationError:
                continue
        raise AssertionError(f"no value fits {name}: {hint}")

    def _mark(self, slot: str, base: int) -> int:
        self._count += 1
        mark = base + self._count * 7919
        self.marks.setdefault(f"{self._kind} {slot}", set()).add(str(mark))
        return mark
