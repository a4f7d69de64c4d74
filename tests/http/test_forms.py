"""Forms: what is filled in becomes the command, and what is wrong is said beside the field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

import fairplace.http
from fairplace.deciders import COMMANDS, PLACEMENTS
from fairplace.decision import History
from fairplace.forms import growing
from fairplace.forms.fields import Field, Kind, Option, Wrong, read_all
from fairplace.forms.task import File
from fairplace.forms.tasks import SEARCH, TASKS, task
from fairplace.http.recording import HOW, OVERRIDE, WHEN
from fairplace.procurement.state import state_of
from tests.http.town import Town

NOBODY = File(case="", state=state_of(History(case="", events=())), me="", titles={}, people={}, challenges=())
HTTP = Path(fairplace.http.__file__).parent


def read(kind: Kind, **parts: str) -> Any:
    """One field of this kind; `_` is its own value, other names follow a hyphen."""
    field = Field(name="x", label="The x", kind=kind, options=(Option("a", "A"), Option("b", "B")))
    return field.read({("x" if name == "_" else f"x-{name}"): [value] for name, value in parts.items()})


@pytest.mark.parametrize(
    ("written", "pence"),
    [("1,250.00", 125_000), ("£1250", 125_000), ("0.05", 5), ("£ 12", 1_200), ("1,000,000", 100_000_000)],
)
def test_an_amount_is_read_as_people_write_it(written: str, pence: int) -> None:
    assert read("money", _=written) == pence


@pytest.mark.parametrize("written", ["1.250,00", "12,50", "-5", "1e6", "twelve", "1.5", "£", "1 000", "9" * 20])
def test_what_is_no_amount_says_how_to_write_one(written: str) -> None:
    with pytest.raises(Wrong, match="like 1,250"):
        read("money", _=written)


def test_a_time_is_london_s_and_the_command_gets_utc() -> None:
    assert read("moment", day="27", month="7", year="2026", time="12:00") == "2026-07-27T11:00:00.000Z"
    assert read("moment", day="27", month="1", year="2026", time="2:15pm") == "2026-01-27T14:15:00.000Z"
    assert read("moment", day="1", month="1", year="2026", time="12.05am") == "2026-01-01T00:05:00.000Z"


@pytest.mark.parametrize(
    "parts",
    [
        {"day": "31", "month": "2", "year": "2026", "time": "12:00"},
        {"day": "1", "month": "1", "year": "2026", "time": ""},
        {"day": "", "month": "", "year": "", "time": "12:00"},
        {"day": "1", "month": "1", "year": "2026", "time": "25:00"},
        {"day": "1", "month": "1", "year": "20260", "time": "12:00"},
        {"day": "9" * 40, "month": "1", "year": "2026", "time": "12:00"},
        {"day": "²", "month": "1", "year": "2026", "time": "12:00"},
        {"day": "29", "month": "3", "year": "2026", "time": "01:30"},
    ],
)
def test_a_time_that_is_none_says_so(parts: dict[str, str]) -> None:
    with pytest.raises(Wrong, match=r"Write|does not exist"):
        read("moment", **parts)


def test_what_is_missing_is_asked_for_by_its_name() -> None:
    for kind, sentence in {"line": "Write the x", "choice": "Choose the x", "yes": "Answer yes or no: the x"}.items():
        with pytest.raises(Wrong, match=sentence):
            read(kind, _="")  # type: ignore[arg-type]
    with pytest.raises(Wrong, match=r"Answer: does it take part\?"):
        Field(name="x", label="Does it take part?", kind="choice").read({})


def test_no_line_of_a_scale_is_left_out_silently() -> None:
    [scale] = [one for one in task("tender").fields(NOBODY) if one.name == "descriptors"]
    assert scale.read({"descriptors": ["0: Nothing\n5: Everything"]}) == ["0: Nothing", "5: Everything"]
    with pytest.raises(Wrong, match="this one does not: 5 - Everything"):
        scale.read({"descriptors": ["0: Nothing\n5 - Everything"]})


def test_a_lot_is_named_by_its_number_or_the_address_of_its_page() -> None:
    number = "6f0e2f0c-8b1e-4f2a-9c3d-0a1b2c3d4e5f"
    made = task("plan").members({"related": [f"https://x.example/desk/cases/{number}/award", number, "North"]}, NOBODY)
    assert made == {"related": [number, number, "North"], "value_estimable": False}


def row_of(number: int) -> list[Field]:
    return [
        Field(name=f"c{number}-title", label="Criterion", kind="line", row=growing.after_first("c", number)),
        Field(name=f"c{number}-weight", label="Weight", kind="decimal", row=growing.after_first("c", number)),
        Field(name=f"c{number}-on", label="Day", kind="day", row=growing.after_first("c", number), optional=True),
    ]


def test_a_row_is_filled_in_as_a_whole_or_not_at_all_and_the_first_always() -> None:
    fields = [*row_of(0), *row_of(1), *row_of(2), *row_of(3)]
    sent = {"c0-title": ["Care"], "c0-weight": ["60 %"], "c1-weight": ["40"], "c3-on-day": ["4"], "c3-title": ["Price"]}
    members, faults = read_all(fields, sent)
    assert members == {"c0-title": "Care", "c0-weight": 6_000, "c1-weight": 4_000, "c3-title": "Price"}
    assert {one.name for one in faults} == {"c1-title", "c3-weight", "c3-on"}
    assert [one.name for one in read_all(fields, {})[1]] == ["c0-title", "c0-weight"]


def test_a_form_has_room_for_all_that_is_written_and_some_more() -> None:
    past = History(case="c", events=())
    made = File(case="c", state=state_of(past), me="", titles={}, people={}, challenges=())

    def room(*names: str) -> int:
        return len(
            growing.rows(msgspec.structs.replace(made, typed={one: ["x"] for one in names}), "c", least=6, spare=3)
        )

    assert (room(), room("c2-title"), room("c11-weight"), room("c99-title")) == (6, 6, 15, growing.MOST)


def test_an_abbreviation_is_asked_for_as_it_is_written() -> None:
    with pytest.raises(Wrong, match="Write CPV codes"):
        Field(name="x", label="CPV codes", kind="lines").read({})
    with pytest.raises(Wrong, match="Write a name"):
        Field(name="x", label="A name", kind="line").read({})


@pytest.mark.parametrize("value", ["c", "A", "a\x00", "../a"])
def test_an_answer_that_was_not_offered_is_refused(value: str) -> None:
    with pytest.raises(Wrong, match="Choose"):
        read("choice", _=value)
    with pytest.raises(Wrong, match="Choose"):
        read("several", _=value)


def test_names_with_dots_and_paths_go_into_the_command() -> None:
    fields = [
        Field(name="provider.id", label="Id", kind="line"),
        Field(name="b0", path=("bids", "GB-X.1/2", "marks", "care"), label="Mark", kind="number"),
        Field(name="left", label="Left", kind="lines", optional=True),
    ]
    members, faults = read_all(fields, {"provider.id": ["GB-1"], "b0": ["4"], "left": [" "]})
    assert faults == []
    assert members == {"provider": {"id": "GB-1"}, "bids": {"GB-X.1/2": {"marks": {"care": 4}}}}


def file(town: Town, case: str) -> File:
    state = state_of(History(case=case, events=town.register.reader.case(case)))
    return File(case=case, state=state, me="northcliffe.example/officer/off1", titles={}, people={}, challenges=())


def test_every_task_has_a_form_at_every_stage_of_a_case(town: Town) -> None:
    """Each has fields of one name each, members of its command, and a stage with a reason when it has to wait."""
    for case in town.register.reader.cases():
        made = file(town, case)
        for one in TASKS:
            stage = one.stage(made)
            assert stage.state in ("now", "done", "waits", "over", "away")
            assert stage.note or stage.state != "waits", one.code
            names = [field.name for field in (HOW, WHEN, *one.fields(made), OVERRIDE)]
            assert len(names) == len(set(names)), one.code


def test_every_command_of_a_person_has_a_task() -> None:
    """Providers lodge and state their details by other ways, the rules speak with a key of their own, what a stolen key
    signed is no task, and an urgent purchase begins a case, from a page of its own.
    """
    lodged = {"lodge-bid", "withdraw-bid", "lodge-challenge", "withdraw-challenge", "assess", "reaffirm-signatures"}
    lodged |= {"buy-urgently", "state-facts"}
    known = {str(command.__struct_config__.tag) for command in COMMANDS if command not in PLACEMENTS}
    assert {one.do for one in TASKS} == known - lodged
    assert [task(one.code) for one in TASKS] == list(TASKS)


def test_every_command_of_a_search_has_a_form_at_the_desk() -> None:
    """Of 54: tasks of a search's file, forms of the list of homes, and what providers do on pages of their own."""
    known = {str(command.__struct_config__.tag) for command in PLACEMENTS}
    pages = "".join((HTTP / f"{name}.py").read_text("utf-8") for name in ("market_list", "our_homes", "referrals"))
    forms = set(re.findall(r'\bdo="([a-z-]+)"', pages))
    assert {one.do for one in SEARCH} | forms == known
    assert [task(one.code) for one in SEARCH] == list(SEARCH)
    assert not {one.code for one in SEARCH} & {one.code for one in TASKS}


@pytest.mark.parametrize("kind", ["line", "words", "lines"])
def test_what_is_too_long_is_said_before_anybody_looks_through_it(kind: Kind) -> None:
    field = Field(name="a", label="A", kind=kind)
    for text in ("x" * 20_001, "x\n" * 10_001):
        with pytest.raises(Wrong, match=r"Shorten this to 20,000 characters; it has 20,00\d"):
            field.read({"a": [text]})
