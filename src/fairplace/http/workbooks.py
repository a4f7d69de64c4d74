"""Marks from a workbook: chosen, looked at cell by cell, and put into the drafts of sheets that their evaluators sign.

- Nothing is recorded here, and nobody's mark is signed by anybody else: a draft is filled, and its evaluator reads it.
- What an evaluator has written themselves stays; whoever fills it is told how many, and not what.
- An evaluator reads their own marks out of a workbook, whoever else's stand in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar.params import FromPath

from fairplace.errors import Conflict, Malformed, Refused
from fairplace.forms import origin
from fairplace.forms.fields import Option
from fairplace.forms.task import File
from fairplace.forms.tasks import task
from fairplace.http import case_names
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.recording import file_of
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger.note import Vkey
from fairplace.people import roles
from fairplace.workbook import files
from fairplace.workbook import layout as layouts
from fairplace.workbook.book import Book
from fairplace.workbook.layout import Layout
from fairplace.workbook.marks import AGREED, LEFT_OUT, Names, Read, Reading, read_marks

TASK = "workbook"
ROOM = 1 << 16
"""Bytes for what a form sends beside its file."""

SHAPES = (
    Option("rows", "A row for each mark", "Columns say who the bidder and the evaluator are, and on which criterion"),
    Option("bidders", "A row for each criterion, a column for each bidder", "One sheet for each evaluator, or a column that says who"),
    Option("criteria", "A row for each bidder, a column for each criterion", "One sheet for each evaluator, or a column that says who"),
)  # fmt: skip
COLUMNS = {
    "bidder": "Bidder", "criterion": "Criterion", "evaluator": "Evaluator", "mark": "Mark", "reason": "Reason",
    "change": "Why an agreed mark was chosen",
}  # fmt: skip


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A workbook on somebody's desk, until its marks are in the drafts. `known`: its layout was kept from before."""

    book: Book
    layout: Layout | None = None
    known: bool = False
    answers: dict[str, str] = {}


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What went into one draft. `left`: marks and reasons that somebody had written themselves."""

    who: str
    marks: int
    left: int


class Evaluator(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign a sheet. `id` is their account."""

    id: str
    name: str
    email: str
    key: str


@signed_in("/desk/cases/{case:str}/workbook")
def workbook(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Choose a workbook; or look at the one that was chosen."""
    made = _file(site, visitor, case)
    return closed(site, visitor, case) if made is None else _page(site, visitor, made)


@acting("/desk/cases/{case:str}/workbook", most=files.MOST_BYTES + ROOM)
def take(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Take a workbook in, say how it is laid out, put its marks into the drafts, or drop it."""
    made = _file(site, visitor, case)
    if made is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/workbook", sent)
    try:
        match sent.get("do"):
            case "choose":
                _choose(site, visitor, made, sent)
            case "look":
                _look(site, visitor, made, sent)
            case "keep":
                _keep(site, visitor, made)
            case _:
                site.drafts.drop(made.case, TASK, visitor.person.id)
    except (Malformed, Refused, Conflict) as error:
        return _page(site, visitor, made, fault=str(error), status=error.status)
    return see_other(f"/desk/cases/{made.case}/workbook")


def _choose(site: Site, visitor: Visitor, made: File, sent: Sent) -> None:
    file = next(iter(sent.files.get("workbook", [])), None)
    if file is None:
        raise Malformed("no file came; choose the workbook with the marks in it")
    book = files.read(file.name, file.data)
    names = _names(site, visitor, made)
    for row, headings in layouts.keys(book, _known(names)):
        if (kept := site.layouts.get(headings)) is not None:
            layout = msgspec.structs.replace(msgspec.convert(kept, Layout), heading=row)
            _put(site, visitor, made, Taken(book=book, layout=layout, known=True))
            return
    guessed = layouts.guess(book, _all(names.bidder), _all(names.criterion))
    _put(site, visitor, made, Taken(book=book, layout=guessed))


def _look(site: Site, visitor: Visitor, made: File, sent: Sent) -> None:
    taken = _taken(site, visitor, made)
    heading = int(sent.get("heading")) if sent.get("heading").isdecimal() and len(sent.get("heading")) < 6 else 1
    columns = {role: sent.get(f"column-{role}") for role in COLUMNS if sent.get(f"column-{role}")}
    layout = msgspec.convert(
        {
            "shape": sent.get("shape") if sent.get("shape") in layouts.ROLES else "rows",
            "heading": max(heading, 1),
            "columns": columns,
            "fill_down": bool(sent.get("fill_down")),
        },
        Layout,
    )
    answers = {name.removeprefix("name "): sent.get(name) for name in sent.fields if name.startswith("name ")}
    answers = {**taken.answers, **{name: answer for name, answer in answers.items() if answer}}
    _put(site, visitor, made, msgspec.structs.replace(taken, layout=layout, answers=answers, known=False))


def _keep(site: Site, visitor: Visitor, made: File) -> None:
    """Fill the drafts, and remember how the workbook was laid out."""
    taken = _taken(site, visitor, made)
    if taken.layout is None:
        raise Malformed("it is not said yet how the workbook is laid out")
    names = _names(site, visitor, made, taken.answers)
    reading = read_marks(taken.book, taken.layout, names, _scale(made))
    if not reading.marks:
        raise Malformed("no mark could be read; say how the workbook is laid out")
    done = [
        _fill(site, visitor, made, reading.of(one.id), "sheet", owner=one.id, who=one.name)
        for one in _evaluators(site)
        if reading.of(one.id)
    ]
    if agreed := reading.of(AGREED):
        done.append(_fill(site, visitor, made, agreed, "moderation", owner="", who="Agreed marks"))
    headings = layouts.key(layouts.first(taken.book), taken.layout.heading, _known(names))
    site.layouts.keep(headings, msgspec.to_builtins(taken.layout), by=visitor.person.id)
    _save(site, visitor, made, {"filled": msgspec.to_builtins(done)})


def _fill(site: Site, visitor: Visitor, made: File, marks: list[Read], code: str, *, owner: str, who: str) -> Filled:
    names = {field.path[1:]: field.name for field in task("sheet").fields(made)}
    values: dict[str, tuple[list[str], str]] = {}
    for one in marks:
        source = f"the workbook: {one.sheet}, {one.cell}"
        reason = names[one.bidder, "reasons", one.criterion]
        values[names[one.bidder, "marks", one.criterion]] = [str(one.mark)], source
        if one.reason:
            values[reason] = [one.reason], source
        if one.change and code == "moderation":
            values[reason.replace("reason", "change")] = [one.change], source
    draft = site.drafts.get(made.case, code, owner)
    filled = origin.fill(draft.written if draft else {}, values)
    site.drafts.save(
        made.case, code, filled.written, by=visitor.person.id, version=draft.version if draft else 0, owner=owner
    )
    return Filled(who=who, marks=len(marks), left=filled.left)


def _page(site: Site, visitor: Visitor, made: File, *, fault: str = "", status: int = 200) -> Answer:
    stage = task("sheet").stage(made)
    draft = site.drafts.get(made.case, TASK, visitor.person.id)
    context: dict[str, Any] = {"filled": [], "taken": None, "reading": None, "own": not _for_others(visitor)}
    context["largest"] = files.MOST_BYTES
    if draft is not None and "filled" in draft.written:
        context["filled"] = msgspec.convert(draft.written["filled"], list[Filled])
    elif draft is not None:
        context |= _shown(site, visitor, made, msgspec.convert(draft.written, Taken))
    return site.page(
        "workbook.html",
        status=status,
        visitor=visitor,
        case=made.case,
        called=case_names.name(site, visitor, made.case),
        stage=stage,
        fault=fault,
        **context,
    )


def _shown(site: Site, visitor: Visitor, made: File, taken: Taken) -> dict[str, Any]:
    """A workbook as its page shows it."""
    names = _names(site, visitor, made, taken.answers)
    sheet = layouts.first(taken.book)
    heading = taken.layout.heading if taken.layout else layouts.fullest(sheet)
    reading = Reading(marks=(), questions=(), left_out=0)
    if taken.layout is not None:
        reading = read_marks(taken.book, taken.layout, names, _scale(made))
    people = {one.id: one.name for one in _evaluators(site)} | {AGREED: "Agreed marks"}
    full = len(made.state.live) * len(made.quality)
    return {
        "taken": taken,
        "reading": reading,
        "heading": heading,
        "headings": [(text, text) for text in dict.fromkeys(layouts.headings(sheet, heading)) if text],
        "found": [layouts.glance(one) for one in taken.book.sheets],
        "scale": _scale(made),
        "shapes": SHAPES,
        "columns": COLUMNS,
        "sheets": [(people[one], reading.of(one), full) for one in people if reading.of(one)],
        "bidders": {name: bid.provider.name for name, bid in made.bids.items()},
        "criteria": {one: made.named(one) for one in made.quality},
        "answers": {name: _answers(name, names, people, made) for name in [*taken.answers, *reading.names]},
        "cells": {name: sum(one.name == name for one in reading.questions) for name in reading.names},
        "questions": [one for one in reading.questions if not one.name],
    }


def _answers(name: str, names: Names, people: Mapping[str, str], made: File) -> list[tuple[str, str]]:
    """What a name in a workbook may mean: each id with its words."""
    leave_out = (LEFT_OUT, "Nobody and nothing here: leave it out")
    match name.split(":", 1)[0]:
        case "bidder":
            found = [(one, made.bids[one].provider.name) for one in names.bidder]
        case "criterion":
            found = [(one, made.named(one)) for one in names.criterion]
        case _:
            found = [(one, people[one]) for one in people if one in names.only]
    return [*found, leave_out]


def _file(site: Site, visitor: Visitor, case: str) -> File | None:
    """The file of a case, for those who bring marks; None while it is closed to this session."""
    made = file_of(site, visitor, case)
    if made is not None:
        visitor.need("officer", "evaluator", "moderator")
    return made


def _for_others(visitor: Visitor) -> bool:
    """May they fill the drafts of others?"""
    return "officer" in visitor.roles


def _names(site: Site, visitor: Visitor, made: File, answers: dict[str, str] | None = None) -> Names:
    evaluators = _evaluators(site)
    only = {one.id for one in evaluators if _for_others(visitor) or one.id == visitor.person.id}
    agreed = {AGREED} if visitor.roles & {"officer", "moderator"} else set()
    return Names(
        bidder={name: [bid.provider.name] for name, bid in made.state.live.items()},
        criterion={one: [made.named(one)] for one in made.quality},
        evaluator={one.id: [one.name, one.email, one.key] for one in evaluators},
        answers=answers or {},
        only=frozenset(only | agreed),
    )


def _evaluators(site: Site) -> list[Evaluator]:
    found = []
    for person in site.accounts.people():
        keys = [Vkey.parse(key.vkey).name for key in site.accounts.keys_of(person.id)]
        able = [key for key in keys if roles.may(site.register.desk.roles_of(key), "evaluation.sheet-signed/1")]
        if able and person.provider is None:
            found.append(Evaluator(id=person.id, name=person.name, email=person.email, key=able[-1]))
    return found


def _scale(made: File) -> range:
    scale = made.state.scale
    if scale is None or task("sheet").stage(made).state != "now":
        raise Refused("marks are not asked for now; look at the list of tasks", code="stage")
    return range(scale.lowest, scale.highest + 1, scale.step)


def _all(names: Mapping[str, Any]) -> list[str]:
    return [name for id_, given in names.items() for name in (id_, *given)]


def _known(names: Names) -> list[str]:
    return [*_all(names.bidder), *_all(names.criterion)]


def _taken(site: Site, visitor: Visitor, made: File) -> Taken:
    draft = site.drafts.get(made.case, TASK, visitor.person.id)
    if draft is None or "book" not in draft.written:
        raise Malformed("there is no workbook on your desk any more; choose it again")
    return msgspec.convert(draft.written, Taken)


def _put(site: Site, visitor: Visitor, made: File, taken: Taken) -> None:
    _save(site, visitor, made, msgspec.to_builtins(taken))


def _save(site: Site, visitor: Visitor, made: File, written: Mapping[str, Any]) -> None:
    draft = site.drafts.get(made.case, TASK, visitor.person.id)
    version = draft.version if draft else 0
    site.drafts.save(made.case, TASK, written, by=visitor.person.id, version=version, owner=visitor.person.id)


HANDLERS = (workbook, take)
