"""What may tell of a child is found, and what only looks like it is left alone."""

from __future__ import annotations

import time

import pytest

from fairplace.forms.fields import Field
from fairplace.forms.task import File
from fairplace.forms.tasks import task
from fairplace.guarding.drafts import SEEN, becomes_public, look
from fairplace.guarding.marks import find
from fairplace.procurement.state import State


def kinds(text: str, *names: str) -> list[tuple[str, str]]:
    return [(one.kind, one.words) for one in find(text, names)]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("He lives in LS6 2AB now.", "postcode", "LS6 2AB"),
        ("near sw1a 1aa", "postcode", "sw1a 1aa"),
        ("EC1V9LB", "postcode", "EC1V9LB"),
        ("families around LS6 2, mostly", "postcode", "LS6 2"),
        ("born on 3 March 2014", "birth", "born on 3 March 2014"),
        ("DOB: 03/03/2014", "birth", "DOB: 03/03/2014"),
        ("d.o.b. 3.3.14", "birth", "d.o.b. 3.3.14"),
        ("Date of birth 2014-03-03.", "birth", "Date of birth 2014-03-03"),
        ("Maya, aged 9, needs", "age", "Maya, aged 9"),
        ("for Maya Osei (aged 9)", "age", "Maya Osei (aged 9"),
        ("Maya is 9 years old", "age", "Maya is 9 years old"),
        ("Maya, 9, who lives", "age", "Maya, 9, who"),
        ("a 9-year-old called Maya", "age", "9-year-old called Maya"),
        ("Tyler Brown, 9, was not read about", "age", "Tyler Brown, 9"),
        ("for Jean Marie Dupont, 16; he", "age", "Jean Marie Dupont, 16"),
        ("about Aisha O’Neill-Khan (14)", "age", "Aisha O’Neill-Khan (14)"),
        ("Leo Smith, 7 yrs, and", "age", "Leo Smith, 7 yrs"),
        ("NHS 943 476 5919", "nhs-number", "943 476 5919"),
        ("9434765919", "nhs-number", "9434765919"),
        ("ring 01632 960123", "telephone", "01632 960123"),
        ("ring +44 (0)7700 900123", "telephone", "+44 (0)7700 900123"),
        ("or 07700900123.", "telephone", "07700900123"),
        ("mum@example.org asks", "e-mail", "mum@example.org"),
        ("at 14 Mill Lane", "address", "14 Mill Lane"),
        ("the children of Station Road", "address", "children of Station Road"),
        ("the family living at Old Mill Close", "address", "family living at Old Mill Close"),
    ],
)
def test_what_tells_of_somebody_is_found(text: str, kind: str, words: str) -> None:
    assert kinds(text) == [(kind, words)]


@pytest.mark.parametrize(
    "text",
    [
        "943\u00a0476\u00a05919",
        "943\u2011476\u20115919",
        "９４３ ４７６ ５９１９",
        "943\u200b476\u00ad5919",
        "943\u202f476\u20095919",
    ],
)
def test_letters_that_only_look_different_hide_nothing(text: str) -> None:
    """As they are pasted from an office program or a web page."""
    [(kind, words)] = kinds(f"NHS {text}")
    assert (kind, "".join(one for one in words if one.isdigit())) == ("nhs-number", "9434765919")
    assert kinds("at LS6\u00a02AB") == [("postcode", "LS6 2AB")]
    assert kinds("Ann\u00a0Osei\u2010Hill", "Ann Osei-Hill") == [("name", "Ann Osei-Hill")]


def pupil_number(rest: str) -> str:
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    total = sum((int(one) if one.isdigit() else letters.index(one)) * (at + 2) for at, one in enumerate(rest))
    return letters[total % 23] + rest


@pytest.mark.parametrize("rest", ["801200001001", "92000001500B"])
def test_a_pupil_number_is_known_by_its_check_letter(rest: str) -> None:
    right = pupil_number(rest)
    assert kinds(f"UPN {right} attends") == [("upn", right)]
    wrong = ("B" if right[0] != "B" else "C") + rest
    assert kinds(f"UPN {wrong} attends") == []


@pytest.mark.parametrize(
    "text",
    [
        "Children aged 9 to 14 live there.", "Young people aged 16 and over", "Aged 9 or under", "a child aged 9",
        "for 16-year-olds", "Section 2 (9)", "In 2014 there were 12", "every 3 March 2026", "from 3 March 2026 to 2027",
        "the contract is GBP 1200 2", "943 476 5918", "1234567890", "000 000 0000", "GB-COH-01234567",
        "2026/S 000-012345", "notice 012345-2026", "ocds-h6vhtk-0510f8", "CPV 85311300", "£01234 567890", "https://example.org/01632960123",
        "The staff of Station Road children’s home", "Mill Lane is closed", "a 4.5 out of 5", "Lot 1 (9)", "Q1 2 of 4",
        "Article 9, 12, and 13", "W1 2.5", "Procurement Act 2023, section 50(3)", "call-off for 10 places",
        "The rota keeps two staff on every shift, 24 hours", "level 3 diploma", "at @council", "SEND 0 to 25", "in May 2026",
        "Alder Homes, 12, Birch Care, 8, Cedar House, 6.", "Registered Manager (1), Support Workers (14)", "Quality Standard, 9.",
        "Station Road, 12, and Mill Lane, 14.", "West Yorkshire, 5, South Region, 4", "Waking Nights, 2, Sleep In, 1.", "Tyler, 9",
        "Tyler Brown, 19; Tyler Brown, 9.5", "Ofsted (2024)", "Year 9 is small", "Age 9", "M1 motorway", "from 0900 2025-03-11", "", " ",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert kinds(text) == []


def test_an_address_begins_where_the_one_before_it_ended() -> None:
    assert kinds("a.b+c@d.example, e@f.example@g.example @h.example " + "i" * 70 + "@j.example") == [
        ("e-mail", "a.b+c@d.example"),
        ("e-mail", "e@f.example"),
        ("e-mail", "i" * 64 + "@j.example"),
    ]


def test_names_of_the_case_are_found_as_whole_words() -> None:
    assert kinds("MAYA  Osei’s plan", "Maya Osei", "Osei") == [("name", "MAYA  Osei"), ("name", "Osei")]
    assert kinds("Mayan pottery; amaya", "Maya") == []
    assert kinds("(.*) and [x]", "(.*)", "[x]", "", "a") == [("name", "(.*)"), ("name", "[x]")]


@pytest.mark.parametrize(
    "text",
    [
        "A" * 20_000, "0 " * 10_000, "a@" * 10_000, "Aa " * 6_600, "1-" * 10_000, "(0" * 10_000, "A1 " * 6_600,
        "born " * 4_000, "12 " * 6_600, "a." * 10_000, "+44" * 6_600, "Aa Bb Street " * 1_500, "0123 " * 4_000,
        "a" + "\u0345\u0301" * 100_000, "\u0f73" * 200_000, " " * 200_000, "a" * 200_000, "a@a." * 20_000,
    ],
)  # fmt: skip
def test_no_text_makes_the_guard_slow(text: str) -> None:
    start = time.process_time()
    find(text, ["Maya Osei"] * 50)
    assert time.process_time() - start < 2


# In a draft


def field(name: str, **changes: object) -> Field:
    return Field(**{"name": name, "label": name.title(), "kind": "words", **changes})  # type: ignore[arg-type]


def test_a_public_field_stops_and_a_sealed_one_warns() -> None:
    fields = [field("need"), field("lots_reason"), field("cpv", kind="lines", public=True)]
    sent = {"need": ["At LS6 2AB."], "lots_reason": ["At LS6 2AB."], "cpv": ["LS6 2AB"]}
    looked = look("procurement.planned/1", fields, sent, [])
    assert [(hit.field, hit.public) for hit in looked.stops] == [("need", True), ("cpv", True)]
    assert [hit.field for hit in looked.warns] == ["lots_reason"]
    assert look("procurement.planned/1", fields[:1], {}, []).warnings == ""


def test_a_statement_answers_one_hit_and_no_other() -> None:
    fields = [field("need")]
    sent = {"need": ["At LS6 2AB and 14 Mill Lane."]}
    first, second = look("procurement.planned/1", fields, sent, []).stops
    answered = {**sent, first.name: ["It is our own office."]}
    looked = look("procurement.planned/1", fields, answered, [])
    assert (looked.stated, looked.stops) == ((first,), (second,))
    changed = look("procurement.planned/1", fields, {**answered, "need": ["At LS6 2AX."]}, [])
    assert [hit.words for hit in changed.stops] == ["LS6 2AX"]
    for empty in ("", " ", ".", "no"):
        assert look("procurement.planned/1", fields, {**sent, first.name: [empty]}, []).stated == ()


def test_warnings_are_seen_only_as_they_are() -> None:
    fields = [field("steps")]
    one = look("procurement.conflicts-assessed/1", fields, {"steps": ["LS6 2AB"]}, [])
    other = look("procurement.conflicts-assessed/1", fields, {"steps": ["LS6 2AB, LS6 2AX"]}, [])
    assert one.warnings != other.warnings != ""
    assert SEEN == "seen-warnings"


@pytest.mark.parametrize(
    ("code", "name", "public"),
    [
        ("plan", "title", True), ("plan", "need", True), ("plan", "lots_reason", False), ("plan", "cpv", True),
        ("tender", "c0-title", True), ("tender", "descriptors", True), ("conflicts", "conflicts", False),
        ("question", "words", True), ("question", "asked_by.name", False), ("contact", "note", False),
        ("award", "reasons", True), ("award", "delegation", True), ("end", "reason", True),
        ("decide-challenge", "reason", True), ("interests", "note", False), ("interest", "reason", False),
    ],
)  # fmt: skip
def test_what_becomes_public_is_what_the_allow_list_releases(code: str, name: str, public: bool) -> None:
    empty = File(case="x", state=State(), me="", titles={}, people={}, challenges=())
    wanted = task(code)
    fields = {one.name: one for one in wanted.fields(empty)}
    assert becomes_public(wanted.command.gives, fields[name]) is public


def test_reasons_of_sheets_stay_sealed_and_agreed_ones_may_be_released() -> None:
    path = ("bids", "GB-1", "reasons", "care")
    assert not becomes_public("evaluation.sheet-signed/1", field("b0-0-reason", path=path))
    assert becomes_public("evaluation.moderated/1", field("b0-0-reason", path=path))
