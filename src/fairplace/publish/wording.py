"""Values of the log in words, for papers: every code, amount, moment and document as a person reads it.

- The words for codes are those of the pages (`words.html`); one without words is shown as it is.
- Free text is never changed, and nothing here makes markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from jinja2 import Environment

from fairplace import formats, home_words
from fairplace.counted import counted
from fairplace.errors import Malformed
from fairplace.ledger.note import parse_note
from fairplace.referral import codes
from fairplace.referral.codes import ListName
from fairplace.terms import KeyName, LeafHash, Place

MONEY = frozenset({
    "price", "value", "value_before", "value_after", "estimated_value", "tender_value", "weekly_fee", "amount", "cost", "hour_rate", "weekly_cost", "rates",
})  # fmt: skip
SHARES = frozenset({"weight"})
POINTS = frozenset({"points", "total"})
SIGNED = frozenset({"provider_signature", "challenger_signature"})
KEYED = frozenset({"marks", "reasons", "changes", "points"})
"""What stands by criterion."""

_CODES: Mapping[str, str] = {
    "regime": "regime", "route": "route", "contract_kind": "kind", "price_formula": "formula", "tie_break": "tie",
    "notice": "notice", "evidence": "evidence", "status": "bid_status", "remedy": "remedy", "outcome": "outcome",
    "outcomes": "outcome", "cause": "ended_cause", "change_notice": "change_notice",
}  # fmt: skip
"""Which list of words speaks of a member."""

_SEVERAL: Mapping[str, tuple[str, ...]] = {
    "ground": ("challenge_ground", "ended", "bid_ground", "change_ground", "direct_ground", "ground"),
    "kind": ("change_kind", "kind", "interest"),
    "how": ("ended_how", "learned", "value"),
}
"""Members that say different things in different events, with the lists that speak of them."""

_LISTED: Mapping[str, tuple[ListName, ...]] = {
    "legal_status": ("legal_status",), "need_code": ("need",), "place_code": ("place",), "grade": ("grade",),
    "provider_class": ("place_provider",), "unsuitable": ("unsuitable_reason",), "rec": ("episode_end",), "code": ("reject_reason",),
    "reason": ("decline_reason", "withdraw_reason", "new_episode", "placement_change"),
}  # fmt: skip
"""Which dated lists say what a code of a search stands for."""

SHORT = 40
"""Letters up to which the items of a list stand in one line."""

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Node(msgspec.Struct, frozen=True):
    """A value as it is shown: a text, named parts, a list, or a table of texts under a head."""

    kind: Literal["text", "pairs", "items", "table"]
    text: str = ""
    pairs: tuple[tuple[str, Node], ...] = ()
    items: tuple[Node, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Wording:
    """The words of one bundle. `places` names the bids, `leaves` the entries, `criteria` what is judged, `names` who
    holds a key. `of_homes`: it is a search for a home, whose words for a code come first.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        places: Mapping[Place, str],
        leaves: Mapping[LeafHash, int],
        criteria: Mapping[str, str],
        names: Mapping[KeyName, str],
        of_homes: bool = False,
    ) -> None:
        self._words: Any = environment.get_template("words.html").module
        self._first: Any = environment.get_template("words_of_homes.html").module if of_homes else None
        self._places = places
        self._leaves = leaves
        self._criteria = criteria
        self._names = names

    def of(self, group: str, code: str | None, otherwise: str | None = None) -> str:
        """The words for a code, in one of the lists of `words.html`."""
        words = getattr(self._words, group, {})
        first: dict[Any, Any] = {**getattr(self._first, group, {}), **getattr(self._first, f"paper_{group}", {})}
        found: Any = first.get(code) or words.get(code, code if otherwise is None else otherwise)
        return str(found)

    def title(self, event_type: str, body: Mapping[str, Any]) -> str:
        """What an entry is about, in a line."""
        did = self.of("did", event_type)
        notice = body.get("notice")
        return f"{did} ({notice}, {self.of('notice', notice, 'notice')})" if isinstance(notice, str) else did

    def slot(self, slot: str) -> str:
        """What a sealed slot holds; `*` is any place."""
        *_, place, name = ("", *slot.split("/"))
        words = formats.capitalised(self.of("part", name, name.replace("_", " ")))
        of_a_bid = place in self._places or (self._first is None and place.isdecimal())
        own = words.removesuffix(" of each bid")
        return f"{self.bid(place)}: {own[:1].lower()}{own[1:]}" if of_a_bid else words

    def bid(self, place: Place) -> str:
        name = self._places.get(place)
        return f"Bid {place} ({name})" if name else f"Bid {place}"

    def name(self, name: str) -> str:
        words = self.of("fact", name, "") if self._first is None else ""
        return formats.capitalised(words or self.of("part", name, self.of("fact", name, name.replace("_", " "))))

    def node(self, value: Any, name: str) -> Node:
        """A value under a name, to any depth."""
        match value:
            case {"id": str(identifier), "name": str(called)} if len(value) == 2:
                return _text(f"{called} ({identifier})")
            case {"id": str() | None as found, "name": str(called), "role": str(role)} if len(value) == 3:
                return _text(f"{called} ({found or 'no identifier known'}), {self.of('buyer_role', role)}")
            case {"sha256": str(digest), "bytes": int(size), "media": str(media)} if len(value) == 3:
                return _text(f"a document ({media}, {formats.size(size)}), SHA-256 {digest}")
            case {"count": int(count), "root": str(root), "types": [*types]} if len(value) == 3:
                of = ", ".join(self.of("did", one).lower() for one in types)
                return _text(f"{counted(count, 'entry', 'entries')} of the kind: {of}; root {root}")
            case {"entry": int(index), "slots": [*slots]} if len(value) == 2:
                parts = dict.fromkeys(self.slot(one) for one in slots)
                return _text(f"entry {index}: {'; '.join(parts)}")
            case dict():
                pairs = ((self._key(key, name), self.node(one, _under(name, key))) for key, one in value.items())
                return Node("pairs", pairs=tuple(pairs))
            case [dict() as first, *_] if len(value) > 1 and all(_alike(one, first) for one in value):
                head = tuple(self.name(key) for key in first)
                rows = tuple(tuple(self.line(self.node(one[key], key)) for key in first) for one in value)
                return Node("table", head=head, rows=rows)
            case list():
                items = tuple(self.node(one, name) for one in value)
                if all(item.kind == "text" and len(item.text) <= SHORT for item in items):
                    return _text(", ".join(item.text for item in items) or "none")
                return Node("items", items=items)
            case _:
                return _text(self._plain(value, name))

    def by_criterion(self, parts: Mapping[str, Any]) -> Node | None:
        """What stands by criterion about one bid, side by side; None when nothing does."""
        result = parts.get("result") or {}
        columns = {
            "Mark": parts.get("marks"),
            "Points": result.get("points"),
            "Reason": parts.get("reasons"),
            "Marks given": {key: one["inputs"] for key, one in (parts.get("changes") or {}).items()},
            "Why it changed": {key: one["reason"] for key, one in (parts.get("changes") or {}).items()},
        }
        shown = {name: column for name, column in columns.items() if column}
        if not shown:
            return None
        order = dict.fromkeys(key for column in shown.values() for key in column)
        rows = [
            (
                self._criteria.get(key, key),
                *(self._cell(column[key], name) if key in column else "" for name, column in shown.items()),
            )
            for key in sorted(order, key=lambda key: list(self._criteria).index(key) if key in self._criteria else 99)
        ]
        if result:
            rows.append(
                (
                    f"Total, rank {result['rank']}",
                    *(formats.points(result["total"]) if name == "Points" else "" for name in shown),
                )
            )
        return Node("table", head=("Criterion", *shown), rows=tuple(rows))

    def _cell(self, value: Any, column: str) -> str:
        return self.line(self.node(value, "points" if column == "Points" else ""))

    def line(self, node: Node) -> str:
        """A value in one line."""
        match node.kind:
            case "text":
                return node.text
            case "pairs":
                return "; ".join(f"{name}: {self.line(part)}" for name, part in node.pairs)
            case "items":
                return "; ".join(self.line(part) for part in node.items)
            case "table":
                return "; ".join(", ".join(row) for row in node.rows)

    def _key(self, key: str, above: str) -> str:
        if key in self._names:
            return self._names[key]
        if above in KEYED and (self._first is None or above == "points"):
            return self._criteria.get(key, key)
        if above == "facts":
            return formats.capitalised(key.replace(".", ", ").replace("_", " "))
        if above == "window_hours":
            return formats.capitalised(home_words.TIER.get(key, key))
        if above in ("descriptors", "outcomes", "policies", "titles", "conditions"):
            return f"Mark {key}" if above == "descriptors" else key
        return self.name(key)

    def _plain(self, value: Any, name: str) -> str:
        match value:
            case None:
                return "none"
            case bool():
                return "yes" if value else "no"
            case int():
                return self._number(value, name)
            case str() if name == "slot":
                return self.slot(value)
            case str() if name in SIGNED:
                return _signed(value)
            case str() if name == "criteria" and value in self._criteria:
                return self._criteria[value]
            case str() if value in self._names:
                return f"{self._names[value]} ({value})"
            case str() if value in self._leaves:
                return f"entry {self._leaves[value]}"
            case str() if _INSTANT.fullmatch(value) or _DAY.fullmatch(value):
                return formats.date_time(value)
            case _:
                return self._code(str(value), name)

    def _number(self, value: int, name: str) -> str:
        if name in MONEY:
            return formats.money(value)
        if name in SHARES:
            return formats.share(value)
        return formats.points(value) if name in POINTS else str(value)

    def _code(self, value: str, name: str) -> str:
        if self._first is not None and (words := home_words.BY_MEMBER.get(name, {}).get(value)):
            return words
        if name in _SEVERAL and (name == "ground" or self._first is None):
            for group in _SEVERAL[name]:
                if (words := self.of(group, value)) != value:
                    return formats.capitalised(words)
        if self._first is not None and (said := self._listed(value, name) or self.of("value", value)) != value:
            return said
        return self.of(_CODES.get(name, "value"), value)

    @staticmethod
    def _listed(value: str, name: str) -> str:
        """`J1 (…)`: a code of the yearly return is kept beside its words, since others look for it; empty for no code."""
        for known in _LISTED.get(name, ()):
            if (label := codes.label(known, value)) != value:
                return f"{value} ({label})" if value.isupper() or value[:1].isupper() else label.lower()
        return ""


def _alike(value: Any, first: Mapping[str, Any]) -> bool:
    return isinstance(value, dict) and value.keys() == first.keys() and not _is_said_in_a_line(value)


def _is_said_in_a_line(value: Mapping[str, Any]) -> bool:
    """A document, parts of a step, a buyer."""
    return not value.keys().isdisjoint({"sha256", "slots"}) or value.keys() == {"id", "name", "role"}


def _text(text: str) -> Node:
    return Node("text", text=text)


def _under(name: str, key: str) -> str:
    """The name that says how a member is to be read: what stands by criterion is read like its group."""
    return name if name in ("points", "outcomes", "marks", "unsuitable") else key


def _signed(note: str) -> str:
    """Who signed a note that stands inside an entry. The note itself is in the proof."""
    try:
        _, lines = parse_note(note.encode("utf-8", "replace"))
    except Malformed:
        return note
    return "signed with the key " + ", ".join(line.name for line in lines)
