"""Who the child is cannot be written down: in no text, no code, no name of a part, of any command."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace import deciders
from fairplace.errors import Refused
from fairplace.guarding import never
from tests import needs
from tests.homes import ASH, OFFICER, SOCIAL_WORKER
from tests.searches import a_search

TODAY = "2026-03-02"
CANARIES = {
    "nhs-number": "943 476 5919",
    "upn": "H801200001001",
    "postcode": "LS1 4AP",
    "e-mail": "mum@family.example",
    "telephone": "07700 900123",
    "birth": "born 12/03/2014",
    "age": "Kayleigh is 12 years old",
    "address": "14 Acacia Avenue",
    "name": "Ash House Care",
}
BARE_DAYS = ("12/03/2014", "12.3.2014", "2014-03-12", "12 March 2014", "12th Mar 2014", "12/03/14")
EXAMPLES = map(json.loads, (Path(__file__).parents[2] / "docs/commands.jsonl").read_text("utf-8").splitlines())
PLACED: list[dict[str, Any]] = [
    one
    for one in EXAMPLES
    if one["do"] != "assess"
    and type(deciders.convert(one)) in deciders.PLACEMENTS  # the assessor's own comes by no file
]
ENVELOPE = {"do", "as", "case", "evidence", "happened_at", "second"}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every string in a command as it is sent, and every name of a part that is no member."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, item in value.items():
            if path or name not in ENVELOPE:
                yield from places(item, (*path, name))
                yield (*path, name, KEY)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*path, number))


KEY = object()


def planted(command: dict[str, Any], path: tuple[Any, ...], words: str) -> dict[str, Any]:
    made = copy.deepcopy(command)
    into: Any = made
    if path[-1] is KEY:
        for step in path[:-2]:
            into = into[step]
        into[words] = into.pop(path[-2])
        return made
    for step in path[:-1]:
        into = into[step]
    into[path[-1]] = words
    return made


def refused(value: dict[str, Any]) -> str:
    """The code of the refusal; "no-command" for what cannot even be read as a command."""
    try:
        command = deciders.convert(value)
    except msgspec.ValidationError:
        return "no-command"
    try:
        never.check(command, {"Ash House Care"}, TODAY)
    except Refused as refusal:
        return refusal.code
    raise AssertionError(f"let in: {value}")


def test_the_examples_are_all_commands_of_placements() -> None:
    assert {type(deciders.convert(one)) for one in PLACED} == deciders.PLACEMENTS


@pytest.mark.parametrize("command", PLACED, ids=lambda one: one["do"])
def test_no_member_of_any_command_takes_a_canary(command: dict[str, Any]) -> None:
    never.check(deciders.convert(command), {"Ash House Care"}, TODAY)
    codes = set()
    for path in places(command):
        for kind, words in CANARIES.items():
            code = refused(planted(command, path, f"It says {words} here"))
            assert code in ("no-command", f"never-{kind}"), (path, kind, code)
            codes.add(code)
    assert codes >= {f"never-{kind}" for kind in CANARIES}, "the id of a command at least is free text"


@pytest.mark.parametrize("kind", ["nhs-number", "upn", "postcode", "e-mail", "telephone"])
def test_a_canary_alone_is_seen_in_a_code_too(kind: str) -> None:
    command = next(one for one in PLACED if one["do"] == "register-setting")
    assert refused(planted(command, ("setting",), CANARIES[kind])) == f"never-{kind}"


@pytest.mark.parametrize("words", BARE_DAYS)
def test_a_day_that_may_be_a_birthday_is_refused_in_a_text(words: str) -> None:
    command = next(one for one in PLACED if one["do"] == "record-voice")
    assert refused(planted(command, ("heard",), f"The {words} was hard")) == "never-birth"


@pytest.mark.parametrize(
    "words",
    [
        "Seen on 12/02/2026, and again on 1 March 2026",
        "The school year 2014/15",
        "Version 1.2.3 of 9999",
        "A fee of £4,850.00 from 9.00 to 17.30",
        "Children aged 8 to 17, 2:1 by day",
        "The 31/02/2014 is on no calendar",
        "Ends on 31 December 2029",
        "Room 101, group B12, form LS1",
        "سلام \u202eevil\u202c <script>alert(1)</script> =cmd()",
    ],
)
def test_ordinary_words_pass(words: str) -> None:
    command = next(one for one in PLACED if one["do"] == "record-voice")
    never.check(deciders.convert(planted(command, ("heard",), words)), {"Ash House Care"}, TODAY)


def test_the_refusal_says_where_and_what_to_write_instead() -> None:
    story = a_search(until="assessed")
    refusal = story.refusal(needs.voice(heard="Lives at LS1 4AP with mum"), by=SOCIAL_WORKER)
    assert refusal.code == "never-postcode"
    assert str(refusal).startswith("heard: “LS1 4AP” looks like a postcode")
    assert "name the authority, or the distance in miles" in str(refusal)


def test_a_report_may_not_hold_it_either() -> None:
    story = a_search(until="assessed")
    with pytest.raises(Refused, match="is an NHS number"):
        story.report(needs.voice(heard="943 476 5919"), by=OFFICER)


def test_a_provider_that_was_asked_is_not_named_in_a_text() -> None:
    story = a_search(until="answered")
    asked = needs.decline(ASH, words="ash  house\ncare has no room")
    assert story.refusal(asked, by=ASH.actor).code == "never-name"
    story_before = a_search(until="opened")
    assert deciders.names_of(story_before.history) == frozenset()
