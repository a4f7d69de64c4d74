"""What a notice says of a plan and an invitation: exactly, or left open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fairplace.errors import Malformed
from fairplace.http.notices import parent_values, plan_values, tender_values
from fairplace.ocds.facts import MOST_BYTES, read


def notice(**tender: Any) -> dict[str, Any]:
    return {
        "ocid": "ocds-h6vhtk-0abcde", "id": "012345-2026", "tag": ["tender"], "date": "2026-09-01T09:00:00Z",
        "parties": [{"id": "GB-1", "name": "Example Council", "roles": ["buyer"],
                     "contactPoint": {"name": "Jo Bloggs", "email": "jo@example.gov.uk", "telephone": "01234 567890"}}],
        "tender": {
            "title": "Short breaks", "description": "Ask Jo Bloggs on 01234 567890 or jo@example.gov.uk.",
            "legalBasis": {"id": "2023/54", "scheme": "UKPGA"}, "mainProcurementCategory": "services",
            "procurementMethod": "open", "procurementMethodDetails": "Open procedure", "specialRegime": ["lightTouch"],
            "value": {"amount": 1_500_000, "amountGross": 1_800_000.5, "currency": "GBP"},
            "tenderPeriod": {"endDate": "2026-10-30T12:00:00+00:00"}, "enquiryPeriod": {"endDate": "2026-07-10T17:00:00+01:00"},
            "classification": {"scheme": "CPV", "id": "85311300"},
            "lots": [{"id": "1", "title": "All of it", "contractPeriod": {"startDate": "2027-01-01T00:00:00Z", "endDate": "2028-01-01T00:00:00Z", "maxExtentDate": "2030-12-31T23:59:59Z"}}],
            "awardCriteria": {"criteria": [
                {"type": "quality", "name": "Quality of care", "numbers": [{"number": 57.5, "weight": "percentageExact"}]},
                {"type": "price", "name": "Price", "numbers": [{"number": 42.5, "weight": "percentageExact"}]},
            ]},
            **tender,
        },
    }  # fmt: skip


def packed(*releases: object) -> bytes:
    return json.dumps({"uri": "x", "releases": releases}).encode()


def test_what_stands_in_members_of_its_own_is_filled_in() -> None:
    [facts] = read("n.json", packed(notice()))
    assert plan_values(facts) == {
        "title": ["Short breaks"],
        "need": ["Ask [contact left out] on [contact left out] or [contact left out]"],
        "regime": ["PA23"],
        "contract_kind": ["services"],
        "route": ["open"],
        "light_touch": ["yes"],
        "cpv": ["85311300"],
        "estimated_value": ["1,800,000.50"],
        "max_term_days": ["1461"],
    }
    assert tender_values(facts) == {
        "notice_reference": ["012345-2026"],
        "c0-title": ["Quality of care"], "c0-kind": ["quality"], "c0-weight": ["57.5"],
        "c1-title": ["Price"], "c1-kind": ["price"], "c1-weight": ["42.5"],
        "deadline-day": ["30"], "deadline-month": ["10"], "deadline-year": ["2026"], "deadline-time": ["12:00"],
        "questions_until-day": ["10"], "questions_until-month": ["7"], "questions_until-year": ["2026"], "questions_until-time": ["17:00"],
    }  # fmt: skip
    assert facts.left == []


def test_what_is_not_said_exactly_is_left_open_and_said() -> None:
    criteria = [
        {"type": "quality", "name": "Care", "numbers": [{"number": 40, "weight": "percentageRangeMiddle"}]},
        {"type": "quality", "name": "Staff", "numbers": [{"number": 1, "weight": "orderImportance"}]},
        {"type": "cost", "name": "Cost", "numbers": [{"number": 0.333, "weight": "percentageExact"}]},
        {"type": "price", "numbers": [{"number": 60, "weight": "percentageExact"}]},
    ]
    [facts] = read(
        "n.json",
        packed(
            notice(
                value={"amount": 100, "currency": "GBP"},
                procurementMethodDetails="Something else",
                legalBasis={"id": "x"},
                specialRegime=None,
                awardCriteria={"criteria": criteria},
            )
        ),
    )
    assert (facts.value, facts.route, facts.law, facts.light_touch) == (None, None, None, None)
    assert [(one.title, one.kind, one.weight) for one in facts.criteria] == [
        ("Care", "quality", None),
        ("Staff", "quality", None),
        ("Cost", "price", None),
    ]
    assert len(facts.left) == 5
    assert facts.left[0].startswith("the notice gives a value of £100")


def test_a_framework_is_read_from_its_own_notice_or_from_one_that_names_it() -> None:
    own = notice(techniques={"hasFrameworkAgreement": True}) | {
        "parties": [{"id": "GB-COH-01234567", "name": "Alder Homes", "contactPoint": {"email": "jo@example.gov.uk"}}],
        "awards": [
            {"id": "1", "suppliers": [{"id": "GB-COH-01234567"}], "contractPeriod": {"endDate": "2029-03-31T22:59:59Z"}},
            {"id": "2", "suppliers": [{"id": "GB-COH-02345678", "name": "Birch Care"}, {"name": "Nobody"}, 7]},
        ],
    }  # fmt: skip
    [found] = read("a.json", packed(own))
    assert parent_values(found) == {
        "where": ["elsewhere"], "reference": ["ocds-h6vhtk-0abcde"], "name": ["Short breaks"],
        "until-year": ["2029"], "until-month": ["3"], "until-day": ["31"],
        "member-lines": ["GB-COH-01234567 Alder Homes\nGB-COH-02345678 Birch Care"],
    }  # fmt: skip
    related = [{"relationship": ["planning"], "identifier": "ocds-1"}, 3,
               {"relationship": ["framework"], "scheme": "ocid", "identifier": "ocds-h6vhtk-04a1b2", "title": "Breaks, jo@example.gov.uk"}]  # fmt: skip
    [named] = read("a.json", packed(notice() | {"relatedProcesses": related}))
    assert parent_values(named)["reference"] == ["ocds-h6vhtk-04a1b2"]
    assert "jo@" not in parent_values(named)["name"][0]
    [neither] = read("a.json", packed(notice()))
    assert parent_values(neither) == {}


def test_who_buys_and_who_leads_is_read_from_the_roles_of_parties_and_never_guessed() -> None:
    def said(*parties: Any) -> list[tuple[str, str | None, str | None]]:
        [facts] = read("n.json", packed(notice() | {"parties": list(parties)}))
        return [(one.name, one.id, one.role) for one in facts.buyers]

    def party(name: str, *roles: object) -> dict[str, Any]:
        return {"id": f"GB-LAE-{name}", "name": name, "roles": list(roles)}

    a, b = party("A", "buyer"), party("B", "buyer")
    assert said(a) == [("A", "GB-LAE-A", "leads")]
    assert said(a, b) == [("A", "GB-LAE-A", None), ("B", "GB-LAE-B", None)]
    assert [one[2] for one in said(a, party("B", "leadBuyer", 7, {}))] == ["leads", "buys"]
    assert said(a, b, party("C", "procuringEntity"))[0] == ("C", "GB-LAE-C", "leads")
    assert [one[2] for one in said(a, b, party("C", "procuringEntity"))] == ["leads", "bought-for", "bought-for"]
    assert said({"id": "no scheme", "name": "A, 01234 567890", "roles": ["buyer"]}) == [
        ("A, [contact left out]", None, "leads")
    ]
    assert said(7, {"roles": "buyer"}, {"roles": ["buyer"]}) == []


def test_each_lot_is_a_case_of_its_own() -> None:
    lots = [
        {"id": "1", "title": "North", "value": {"amountGross": 10, "currency": "GBP"}},
        {"id": "2", "title": "South", "description": "The south."},
    ]
    north, south = read("n.json", packed(notice(lots=lots)))
    assert [(one.lot, one.title, one.value) for one in (north, south)] == [
        ("1", "Short breaks: North", 1000),
        ("2", "Short breaks: South", None),
    ]
    assert south.description == "The south."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty"),
        (b"{", "n.json cannot be read"),
        (b"[]", "there is no notice in this file"),
        (b'{"a": 1}', "it is no OCDS package"),
        (b"PK\x03\x04", "unpack it first"),
        (b" " * (MOST_BYTES + 1), "16 MB are read"),
        (packed(*[notice()] * 201), "more than 200 notices"),
        (b'{"releases": [' + b"[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_notice_says_so(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed) as found:
        read("n.json", data)
    assert sentence in str(found.value)


@pytest.mark.parametrize("odd", [1, "x", None, [], [1], {"criteria": 3}, {"criteria": [None, 1, {"numbers": [1]}]}])
def test_members_of_another_kind_count_as_absent(odd: object) -> None:
    members = ("title", "description", "legalBasis", "value", "tenderPeriod", "lots", "awardCriteria", "classification")
    [facts] = read("n.json", packed(notice(**dict.fromkeys(members, odd)) | {"parties": odd}))
    assert (facts.value, facts.deadline, facts.criteria, facts.law) == (None, None, [], None)


@pytest.mark.parametrize("number", [True, "NaN", 1e400, -5, 101, "60", [], {}, 10**400])
def test_a_weight_that_is_none_is_left_open(number: object) -> None:
    criteria = [{"type": "quality", "name": "Care", "numbers": [{"number": number, "weight": "percentageExact"}]}]
    data = packed(notice(awardCriteria={"criteria": criteria})).replace(b"Infinity", b"1e400")
    [facts] = read("n.json", data)
    assert [one.weight for one in facts.criteria] in ([None], [6000])
