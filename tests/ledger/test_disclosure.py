import base64
import contextlib
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import FairplaceError, Malformed, Unproven
from fairplace.ledger import canonical, disclosure
from fairplace.ledger.disclosure import Opening, Sealed, Slot, sealed
from tests.ledger import vectors as v


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    price: Sealed[int | None]
    nights: int


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    provider: Sealed[str | None]
    terms: Terms
    lots: list[str]


class Hidden(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing in it is public: its member leaves no trace in the body."""

    note: Sealed[str | None]


class Opened(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    case: str
    bids: dict[str, Place]
    hidden: Hidden
    reasons: Sealed[dict[str, dict[str, str]]]
    empty: dict[str, Place] = {}
    renamed: Sealed[int] = msgspec.field(name="other-name")


def salts() -> Callable[[int], bytes]:
    """Salts that differ, the same in each run."""
    numbers = iter(range(1, 10_000))
    return lambda size: next(numbers).to_bytes(size)


def opened(places: int = 3) -> Opened:
    return Opened(
        case="c",
        bids={
            f"{n:02d}": Place(
                provider=sealed("standstill", f"GB-COH-{n}" if n else None),
                terms=Terms(price=sealed("commercial", n * 100), nights=n),
                lots=["a", "b"],
            )
            for n in range(places)
        },
        hidden=Hidden(note=sealed("personal", None)),
        reasons=sealed("legal-privilege", {"01": {"Q4": "Meets Q4—fully"}}),
        renamed=sealed("security", 7),
    )


def values(openings: list[Opening]) -> dict[str, Any]:
    return {opening.slot: opening.value for opening in openings}


def without_digests(event: Opened, slots: dict[str, Slot]) -> Opened:
    """The event as its author wrote it, before digests were known."""
    text = msgspec.json.encode(event).decode()
    for slot in slots.values():
        text = text.replace(slot.d, "")
    return msgspec.json.decode(text, type=Opened)


def test_an_event_is_parted_into_body_slots_and_openings() -> None:
    body, slots, openings = disclosure.split(opened(1), salts())
    assert body == {"case": "c", "bids": {"00": {"terms": {"nights": 0}, "lots": ["a", "b"]}}, "empty": {}}
    assert {path: slot.basis for path, slot in slots.items()} == {
        "/bids/00/provider": "standstill",
        "/bids/00/terms/price": "commercial",
        "/hidden/note": "personal",
        "/reasons": "legal-privilege",
        "/other-name": "security",
    }
    assert values(openings) == {
        "/bids/00/provider": None,
        "/bids/00/terms/price": 0,
        "/hidden/note": None,
        "/reasons": {"01": {"Q4": "Meets Q4—fully"}},
        "/other-name": 7,
    }


def test_no_private_value_stands_in_the_body_or_the_slots() -> None:
    body, slots, _ = disclosure.split(opened(), salts())
    public = canonical.encode({"body": body, "sealed": msgspec.to_builtins(slots)})
    for private in (b"GB-COH", b"Meets", b"Q4", b"100", b"null"):
        assert private not in public


@given(st.integers(0, 8))
def test_what_was_split_is_joined_again(places: int) -> None:
    event = opened(places)
    body, slots, openings = disclosure.split(event, salts())
    carried = canonical.decode(canonical.encode(body))
    joined = disclosure.join(Opened, carried, slots, values(openings))
    assert without_digests(joined, slots) == event
    assert joined.renamed == Sealed("security", 7, slots["/other-name"].d)
    assert carried == body, "joining leaves the body as it was"


def test_a_slot_stays_closed_without_its_opening() -> None:
    body, slots, openings = disclosure.split(opened(), salts())
    closed = disclosure.join(Opened, body, slots, {})
    assert not closed.reasons.is_open
    assert closed.reasons.get("closed") == "closed"
    assert closed.bids["01"].provider == Sealed("standstill", digest=slots["/bids/01/provider"].d)
    price = {path: value for path, value in values(openings).items() if path == "/bids/01/terms/price"}
    partly = disclosure.join(Opened, body, slots, price)
    assert (partly.bids["01"].terms.price.get(), partly.bids["02"].terms.price.get()) == (100, None)


def test_an_opened_null_is_not_a_closed_value() -> None:
    body, slots, openings = disclosure.split(opened(1), salts())
    joined = disclosure.join(Opened, body, slots, values(openings))
    assert joined.bids["00"].provider.is_open
    assert joined.bids["00"].provider.get("closed") is None


def test_every_value_has_a_salt_of_its_own() -> None:
    asked: list[int] = []
    inner = salts()

    def entropy(size: int) -> bytes:
        asked.append(size)
        return inner(size)

    _, slots, _ = disclosure.split(opened(8), entropy)
    assert asked == [disclosure.SALT_BYTES] * len(slots)
    assert len({slot.d for slot in slots.values()}) == len(slots)


def test_equal_values_have_unequal_digests() -> None:
    one, two = (disclosure.make_opening("/mark", 71, bytes([n]) * 32) for n in (1, 2))
    assert one.digest != two.digest


def joined_with(body: dict[str, Any] | None = None, slots: dict[str, Slot] | None = None, **values: Any) -> Opened:
    good_body, good_slots, _ = disclosure.split(opened(1), salts())
    return disclosure.join(Opened, good_body | (body or {}), good_slots | (slots or {}), values)


SPARE = Slot("personal", v.DIGEST)


@pytest.mark.parametrize(
    ("body", "slots"),
    [
        ({"reasons": {}}, {}),
        ({"unknown": 1}, {}),
        ({"case": 1}, {}),
        ({"bids": []}, {}),
        ({"bids": 7}, {}),
        ({}, {"/unknown": SPARE}),
        ({}, {"/case": SPARE}),
        ({}, {"/case/x": SPARE}),
        ({}, {"/bids/00": SPARE}),
        ({}, {"/bids/01/provider": SPARE}),
        ({}, {"/bids/00/lots/x": SPARE}),
        ({}, {"/reasons/value": SPARE}),
        ({}, {"/reasons/digest": SPARE}),
        ({}, {"/reasons/x": SPARE}),
    ],
)
def test_a_body_or_a_slot_that_the_event_has_no_place_for_is_refused(
    body: dict[str, Any], slots: dict[str, Slot]
) -> None:
    with pytest.raises(Malformed):
        joined_with(body, slots)


def test_a_body_cannot_imitate_a_sealed_value() -> None:
    body, slots, _ = disclosure.split(opened(1), salts())
    del slots["/reasons"]
    imitation = {"basis": "personal", "value": {}, "digest": v.DIGEST}
    with pytest.raises(Malformed, match="the slots are not those"):
        disclosure.join(Opened, body | {"reasons": imitation}, slots, {})


class Flat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that it seals stands at the top: its places are known without a search."""

    price: Sealed[int]
    words: Sealed[str]
    lots: list[str]


@pytest.mark.parametrize(
    ("body", "slots"),
    [
        ({"lots": [], "words": {"basis": "child", "digest": "x", "value": "mine"}}, ("/price",)),
        ({"lots": [], "words": {"basis": "child", "digest": "x"}}, ("/price", "/words")),
        ({"lots": []}, ("/price",)),
        ({"lots": []}, ("/price", "/words", "/more")),
        ({"lots": []}, ("/price", "/words", "/lots")),
        ({}, ("/price", "/words", "/lots")),
    ],
)
def test_an_event_whose_places_are_known_beforehand_is_read_as_strictly(
    body: dict[str, Any], slots: tuple[str, ...]
) -> None:
    told = {path: Slot("child", "d") for path in slots}
    with pytest.raises(Malformed):
        disclosure.join(Flat, body, told, {"/price": 3})
    told = {path: Slot("child", "d") for path in ("/price", "/words")}
    assert disclosure.join(Flat, {"lots": []}, told, {"/price": 3}).price.get() == 3


def test_a_missing_slot_is_refused() -> None:
    body, slots, _ = disclosure.split(opened(1), salts())
    for path in slots:
        with pytest.raises(Malformed):
            disclosure.join(Opened, body, {name: slot for name, slot in slots.items() if name != path}, {})


@pytest.mark.parametrize("value", [1, "x", None, [], {"01": 1}, {"01": {"Q4": None}}])
def test_an_opened_value_of_another_type_is_refused(value: Any) -> None:
    body, slots, _ = disclosure.split(opened(1), salts())
    with pytest.raises(Malformed, match="this is no Opened"):
        disclosure.join(Opened, body, slots, {"/reasons": value})


class Listed(msgspec.Struct, frozen=True):
    items: list[Sealed[int]]


def test_a_sealed_value_in_a_list_is_not_written_in_the_open() -> None:
    with pytest.raises(Malformed, match="in a list"):
        disclosure.split(Listed([sealed("personal", 71)]), salts())


def test_a_closed_value_is_not_written_as_if_it_were_empty() -> None:
    with pytest.raises(Malformed, match="closed to the writer"):
        disclosure.split(Hidden(note=Sealed("personal")), salts())


def test_a_salt_has_32_bytes() -> None:
    for size in (0, 16, 31, 33):
        with pytest.raises(Malformed, match="a salt of"):
            disclosure.make_opening("/mark", 71, bytes(size))


def coded(parts: Any) -> str:
    """A disclosure of anything at all."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


SALT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "=",
        "é",
        "\ud800",
        v.DISCLOSURE + "=",
        v.DISCLOSURE + "\n",
        " " + v.DISCLOSURE,
        v.DISCLOSURE[:-1],
        v.DISCLOSURE + "A",
        v.DISCLOSURE[:-1] + "e",
        coded([]),
        coded([SALT, "/mark"]),
        coded([SALT, "/mark", 1, 2]),
        coded({"salt": SALT}),
        coded([SALT[:-1], "/mark", 1]),
        coded([SALT + "A", "/mark", 1]),
        coded([SALT[:-1] + "9", "/mark", 1]),
        coded([SALT[:-1] + "\n", "/mark", 1]),
        coded([SALT[:-1] + "/", "/mark", 1]),
        coded([1, "/mark", 1]),
        coded([SALT, 1, 1]),
        coded([SALT, "mark", 1]),
        coded([SALT, "/Mark", 1]),
        coded([SALT, "/mark\n", 1]),
        coded([SALT, "/mark/", 1]),
        coded([SALT, "//mark", 1]),
        coded([SALT, "/a" * 9, 1]),
        coded([SALT, "/" + "a" * 65, 1]),
        coded([SALT, "/mark", 1.5]),
        coded([SALT, "/mark", 2**60]),
        coded([SALT, "/mark", "\0"]),
        coded([SALT, "/mark", {"b": 1, "a": 2}]),
        coded([SALT, "/mark", "é"]),
        base64.urlsafe_b64encode(b"[" * 30_000).rstrip(b"=").decode(),
        base64.b64encode(b'["' + SALT.encode() + b'","/mark","~~~???>>>"]').rstrip(b"=").decode(),
    ],
)
def test_a_hostile_disclosure_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        disclosure.parse_opening(text)


@given(
    st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
)
def test_no_text_brings_down_the_reader_of_disclosures(text: str) -> None:
    with contextlib.suppress(FairplaceError):
        assert disclosure.parse_opening(text).text == text


def test_an_opening_fits_one_slot_and_one_digest() -> None:
    opening = disclosure.parse_opening(v.DISCLOSURE)
    disclosure.check({"/score": Slot("commercial", v.DIGEST)}, opening)
    for slots in ({}, {"/mark": Slot("commercial", v.DIGEST)}, {"/score": Slot("commercial", "A" * 43)}):
        with pytest.raises(Unproven):
            disclosure.check(slots, opening)
