"""From a release to an event: an allow-list, exact money, and no crash whatever comes."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.ledger import canonical, disclosure
from fairplace.ocds import mapping
from fairplace.ocds.report import Tally
from fairplace.procurement.events import Imported
from fairplace.terms import Document, Provider
from tests.ocds.notices import BUYER, award, contact, release, tender

AT = "2026-01-05T09:00:00.000Z"
RAW = Document(sha256="0" * 64, bytes=1, media="application/json")


def mapped(notice: dict[str, Any]) -> tuple[Imported, dict[str, str]]:
    """The event, and the faults by path. Numbers as the reader of files gives them."""
    faults: dict[str, str] = {}
    exact = json.loads(json.dumps(notice), parse_float=Decimal)
    return mapping.imported(exact, at=AT, raw=RAW, fault=faults.__setitem__), faults


def everything(event: Imported) -> str:
    """All that the event says, in the open and sealed."""
    return msgspec.json.encode(event).decode()


def fits(event: Imported) -> None:
    """Can it be written: the body and every sealed value in canonical JSON, within its bounds?"""
    body, _, openings = disclosure.split(msgspec.structs.replace(event, case="c"), bytes)
    canonical.encode(body)
    assert all(disclosure.parse_opening(opening.text).value == opening.value for opening in openings)


# What is taken


def test_a_release_becomes_one_event_by_allow_list() -> None:
    event, faults = mapped(release())
    assert faults == {}
    fits(event)
    assert msgspec.structs.asdict(event) | {"awards": None} == {
        "happened_at": "2025-01-20T09:00:00.000Z",
        "evidence": "imported-notice",
        "exhibit": disclosure.sealed("commercial", None),
        "case": "",
        "ocid": "ocds-b5fd17-0001",
        "release": "notice-1",
        "released_at": "2025-01-20T09:00:00.000Z",
        "tags": ["award"],
        "method": "open",
        "cpv": ["85311300"],
        "status": "complete",
        "concerns_one_person": False,
        "tender_closes": "2024-12-01T12:00:00.000Z",
        "title": disclosure.sealed("commercial", "Short breaks for families"),
        "description": disclosure.sealed("commercial", "Day and overnight short breaks."),
        "buyer": disclosure.sealed("commercial", Provider(**BUYER)),
        "tender_value": disclosure.sealed("commercial", 25_000_000),
        "awards": None,
        "raw": disclosure.sealed("personal", RAW),
    }
    [stated] = event.awards.get()
    assert msgspec.to_builtins(stated) == {
        "id": "award-1",
        "status": "active",
        "decided_on": "2025-01-10",
        "published_on": "2025-01-20",
        "value": 12_000_050,
        "suppliers": [{"id": "GB-COH-01234567", "name": "Oak Homes Ltd"}],
    }


def test_what_is_missing_is_missing_and_no_fault() -> None:
    event, faults = mapped({"ocid": "o", "id": "1"})
    assert faults == {}
    fits(event)
    assert (event.released_at, event.happened_at) == (None, AT)
    assert (event.method, event.status, event.tags, event.cpv, event.tender_closes) == (None, None, [], [], None)
    sealed = (event.title, event.description, event.buyer, event.tender_value)
    assert [slot.get() for slot in sealed] == [None] * 4
    assert event.awards.get() == []


def test_a_release_that_carries_only_its_changes_leaves_the_rest_missing() -> None:
    event, faults = mapped(release(awards=[{"id": "1", "amendments": [{"id": "n"}]}, {"id": "2"}]))
    assert faults == {}
    assert [(one.id, one.value, one.decided_on, one.suppliers) for one in event.awards.get()] == [
        ("1", None, None, []),
        ("2", None, None, []),
    ]


def test_an_organisation_of_version_1_0_is_named_by_its_identifier() -> None:
    whole = {"name": "Borough", "identifier": {"scheme": "GB-LAC", "id": "E1"}, "contactPoint": contact()}
    event, faults = mapped(release(buyer=whole, parties=None, awards=[award(suppliers=[whole])]))
    assert faults == {}
    assert event.buyer.get() == event.awards.get()[0].suppliers[0] == Provider(id="GB-LAC-E1", name="Borough")


def test_a_reference_without_a_name_and_a_missing_buyer_are_looked_up_among_the_parties() -> None:
    assert mapped(release(buyer={"id": BUYER["id"]}))[0].buyer.get() == Provider(**BUYER)
    assert mapped(release(buyer=None))[0].buyer.get() == Provider(**BUYER)
    assert mapped(release(buyer={"id": "other"}))[0].buyer.get() == Provider(id="other", name="other")
    assert mapped(release(buyer={"id": None}))[0].buyer.get() is None


def test_of_several_buyers_one_is_taken_and_it_is_said_which() -> None:
    other = {"id": "GB-LAC-E2", "name": "Vale Council", "roles": ["buyer"]}
    whole = [{**BUYER, "roles": ["buyer"]}, other]
    for named, taken in ((BUYER, BUYER["name"]), (None, BUYER["name"]), ({"id": "GB-LAC-E2"}, "Vale Council")):
        event, faults = mapped(release(buyer=named, parties=whole))
        assert event.buyer.get().name == taken
        assert list(faults) == ["parties"]
        assert faults["parties"].startswith(f"2 buyers came, and an entry has room for one: {taken} was taken")
    leads = [{**BUYER, "roles": ["buyer"]}, {**other, "roles": ["buyer", "leadBuyer"]}]
    assert mapped(release(buyer=None, parties=leads))[0].buyer.get().name == "Vale Council"


def test_codes_of_items_awards_and_contracts_tell_that_a_notice_is_about_one_person() -> None:
    item = {"additionalClassifications": [{"scheme": "CPV", "id": "85311300"}]}
    plain = tender(procurementMethod="direct", classification=None)
    assert not mapped(release(tender=plain))[0].concerns_one_person
    for members in ({"awards": [award(items=[item])]}, {"contracts": [{"items": [item]}]}):
        event, _ = mapped(release(tender=plain, **members))
        assert event.cpv == ["85311300"]
        assert event.concerns_one_person


# Money and dates


@pytest.mark.parametrize(
    ("value", "pence", "faulty"),
    [
        ({"amount": 12, "currency": "GBP"}, 1200, False),
        ({"amount": 12.34, "currency": "GBP"}, 1234, False),
        ({"amount": 0.1, "currency": "GBP"}, 10, False),
        ({"amount": 12.345, "currency": "GBP"}, 1235, True),
        ({"amount": 0, "currency": "GBP"}, 0, True),
        ({"amount": 12}, 1200, True),
        ({"amount": 12, "currency": "EUR"}, None, True),
        ({"amount": 12, "currency": ["GBP"]}, None, True),
        ({"amount": -1, "currency": "GBP"}, None, True),
        ({"amount": "12", "currency": "GBP"}, None, True),
        ({"amount": True, "currency": "GBP"}, None, True),
        ({"amount": {}, "currency": "GBP"}, None, True),
        ({"amount": 10**30, "currency": "GBP"}, None, True),
        ({"amount": None, "currency": "GBP"}, None, False),
        ({"amountGross": 12, "currency": "GBP"}, None, False),
        ({}, None, False),
        (None, None, False),
        (12, None, True),
        ([], None, True),
    ],
)
def test_money_is_exact_pence_or_missing(value: Any, pence: int | None, faulty: bool) -> None:
    event, faults = mapped(release(tender=tender(value=value)))
    assert event.tender_value.get() == pence
    assert bool(faults) is faulty
    assert all(path.startswith("tender/value") for path in faults)


@pytest.mark.parametrize("amount", ["1e999", "1E+999999", "-1e999", "1e-999999", "0." + "1" * 5000])
def test_a_number_of_any_size_is_no_danger(amount: str) -> None:
    notice = release(tender=tender(value={"amount": Decimal(amount), "currency": "GBP"}))
    fits(mapping.imported(notice, at=AT, raw=RAW, fault=lambda *_: None))


@pytest.mark.parametrize(
    ("date", "released_at"),
    [
        ("2025-06-03T16:28:47+01:00", "2025-06-03T15:28:47.000Z"),
        ("2025-06-03T16:28:47.123456Z", "2025-06-03T16:28:47.123Z"),
        ("2025-06-03", "2025-06-02T23:00:00.000Z"),
        ("2025-06-03T16:28:47", "2025-06-03T16:28:47.000Z"),
    ],
)
def test_a_moment_is_in_utc_and_a_day_begins_in_london(date: str, released_at: str) -> None:
    event, faults = mapped(release(date=date))
    assert (event.released_at, faults) == (released_at, {})


@pytest.mark.parametrize(
    "date", ["", "soon", "2025-02-30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", 20250101, [], {}, True, "2" * 9999]
)  # fmt: skip
def test_what_is_no_date_of_a_procurement_is_a_fault_and_missing(date: Any) -> None:
    event, faults = mapped(release(date=date))
    assert event.released_at is None
    assert set(faults) == {"date"}


def test_days_late_are_counted_from_the_award_to_the_release() -> None:
    tally = Tally()
    for days in ("2024-12-21", "2024-12-20T09:00:00Z", "2024-10-01T00:00:00Z", None, "soon", 7):
        tally.distinct(release(awards=[award(date=days), None, 3]))
    tally.distinct(release(awards={"a": award()}))
    tally.distinct(release(awards=[award(value=None), award(value={"currency": "GBP"})], date=None))
    report = tally.finished()
    assert (report.awards, report.awards_without_value) == (8, 2)
    assert (report.awards_over_30_days_late, report.awards_over_90_days_late) == (3, 1)


# What stands in the open, and what is cut


@pytest.mark.parametrize("wrong", ["Jane Doe", "OPEN", 7, True, {}, ["open"]])
def test_nothing_stands_in_the_open_that_is_not_in_a_closed_list(wrong: Any) -> None:
    notice = release(tag=["award", wrong, None], tender=tender(procurementMethod=wrong, status=wrong))
    event, faults = mapped(notice)
    assert (event.tags, event.method, event.status) == (["award"], None, None)
    assert set(faults) == {"tag/1", "tag/2", "tender/procurementMethod", "tender/status"}


def test_an_identifier_that_could_hold_words_stands_in_the_open_as_its_digest() -> None:
    event, faults = mapped(release(ocid="for Jane Doe", id="jane@council.example"))
    assert event.ocid == "sha256:" + hashlib.sha256(b"for Jane Doe").hexdigest()
    assert "jane" not in event.release
    assert set(faults) == {"ocid", "id"}
    assert mapped(release(tender=tender(classification={"scheme": "CPV", "id": "Jane Doe"})))[0].cpv == []


def test_hostile_characters_are_taken_out_and_markup_stays_text() -> None:
    title = "a\x00b\x1b[31mc\u202ed\u2066e\x85 <script>alert(1)</script> e\u0301"
    event, faults = mapped(release(tender=tender(title=title)))
    assert event.title.get() == "a b [31mcde  <script>alert(1)</script> \u00e9"
    assert set(faults) == {"tender/title"}


def test_a_long_text_is_cut_and_says_so() -> None:
    for letter in ("x", "\U0001f600", '"', "\U0001d160"):
        event, faults = mapped(release(tender=tender(description=letter * 50_000)))
        words = event.description.get()
        assert (len(words), words[-1]) == (mapping.MAX_TEXT, "…")
        assert set(faults) == {"tender/description"}
        fits(event)


def test_many_awards_are_cut_by_bytes_and_the_rest_is_named() -> None:
    event, faults = mapped(release(awards=[award(number) for number in range(1_000)]))
    stated = event.awards.get()
    fits(event)
    assert stated[-1].suppliers == [Provider(id="", name=f"and {1_000 - len(stated) + 1} more awards, not shown")]
    assert stated[-1].value is None  # a sum over a part must not pass for the whole
    assert len(stated) > 200
    assert set(faults) == {"awards"}


def test_many_suppliers_are_cut_by_bytes_and_the_rest_is_named() -> None:
    suppliers = [{"id": f"GB-COH-{number:08}", "name": f"Home {number} " + "ö" * 200} for number in range(1_000)]
    event, faults = mapped(release(awards=[award(1, suppliers=suppliers), award(2)]))
    first = event.awards.get()[0]
    fits(event)
    assert first.suppliers[-1] == Provider(
        id="", name=f"and {1_000 - len(first.suppliers) + 1} more suppliers, not shown"
    )
    assert "awards/0/suppliers" in faults


def test_awards_that_share_an_id_or_have_none_stay_apart() -> None:
    event, faults = mapped(release(awards=[award(1), award(1), award(1, id=None), award(1, id="")]))
    assert [one.id for one in event.awards.get()] == ["award-1", "award-1#1", "#2", "#3"]
    assert set(faults) == {"awards/1/id", "awards/2/id", "awards/3/id"}


# Whatever comes

MEMBERS = sorted(
    {
        "ocid", "id", "date", "tag", "buyer", "tender", "awards", "parties", "name", "value", "amount", "currency", "title",
        "description", "status", "suppliers", "roles", "identifier", "scheme", "legalName", "items", "classification",
        "additionalClassifications", "contactPoint", "procurementMethod", "procurementMethodDetails", "tenderPeriod",
        "endDate", "datePublished", "contracts", "relatedProcesses", "relationship", "lots",
    }
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["GBP", "CPV", "85311300", "open", "direct", "buyer", "2025-01-01", "0001-01-01", "a@b.c", "01632 960123"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(MEMBERS) | st.text(), inner, max_size=8)
    ),
    max_leaves=40,
)


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES), st.text(min_size=1), st.text(min_size=1))
def test_any_value_in_any_place_gives_an_event_that_can_be_written(
    notice: dict[str, Any], ocid: str, identity: str
) -> None:
    notice |= {"ocid": ocid, "id": identity}
    event = mapping.imported(notice, at=AT, raw=RAW, fault=lambda *_: None)
    fits(event)
    Tally().distinct(notice)


@given(st.data())
def test_any_member_replaced_by_any_value_is_a_fault_at_most(data: st.DataObject) -> None:
    notice: Any = release()
    node = notice
    while isinstance(node, dict | list) and node:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if data.draw(st.booleans()) or not isinstance(node[key], dict | list) or not node[key]:
            node[key] = data.draw(VALUES)
            break
        node = node[key]
    notice |= {"ocid": "o", "id": "1"}
    fits(mapping.imported(notice, at=AT, raw=RAW, fault=lambda *_: None))


NAMES = st.from_regex(r"[A-Z][a-z]{5,9}qx [A-Z][a-z]{5,9}zw", fullmatch=True)
ADDRESSES = st.from_regex(r"[a-z]{3,9}qx@[a-z]{3,9}\.example", fullmatch=True)
NUMBERS = st.from_regex(r"01632 9[0-9]{5}", fullmatch=True)


@given(NAMES, ADDRESSES, NUMBERS)
def test_no_contact_person_is_in_any_value_wherever_a_notice_names_one(name: str, address: str, number: str) -> None:
    person = {"name": name, "email": address, "telephone": number, "faxNumber": number, "url": f"https://x/{address}"}
    words = f"Ask {name} ({address}, tel. {number}) by noon, or {name.upper()}"
    party = {
        **BUYER,
        "contactPoint": person,
        "persons": [person],
        "additionalContactPoints": [person],
        "roles": ["buyer"],
    }
    supplier = {"id": "GB-COH-1", "name": f"Oak Homes {address}", "contactPoint": person, "beneficialOwners": [person]}
    notice = release(
        buyer={**BUYER, "contactPoint": person},
        parties=[party, supplier],
        awards=[award(suppliers=[supplier], description=words, title=words)],
        tender=tender(
            title=words, description=f"{words}; {words}", contactPoint=person, enquiries=[{"author": person}]
        ),
        contracts=[{"id": "1", "signatories": [person]}],
        planning={"rationale": words},
    )
    event, faults = mapped(notice)
    said = everything(event).casefold()
    assert all(private.casefold() not in said for private in (name, address, number))
    assert {"tender/title", "tender/description"} <= set(faults)
