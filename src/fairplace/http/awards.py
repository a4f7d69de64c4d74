"""A contracts register at the desk: chosen, its columns matched, looked at row by row, and then taken in.

- Nothing is recorded before somebody says so; the register's own importer key signs then, as at the command line.
- What is taken in at one go is bounded by time: what is left then is taken by pressing once more.
- A file and what was said of it are a draft of its officer's alone, encrypted, until it is put away.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar.params import FromPath

from fairplace.awards import columns as layout
from fairplace.awards import taking
from fairplace.awards.columns import LABELS, NEEDED, ROLES, Columns
from fairplace.awards.kept import WORDS
from fairplace.awards.report import Report
from fairplace.awards.rows import Reading
from fairplace.errors import Busy, Conflict, Malformed, Missing
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.proofs import download
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ocds.importing import alone
from fairplace.workbook import files
from fairplace.workbook.book import Book, Limits
from fairplace.workbook.layout import first, fullest

TASK = "awards"
ADDRESS = "/desk/awards"
ROOM = 1 << 16
"""Bytes for what a form sends beside its file."""

HERE = Limits(what="contracts", rows=5_000)
"""How much of a register is read at the desk; the command line reads more."""

AT_A_TIME = 15
"""Seconds: how long one press takes in: a browser, and whatever stands between, waits no longer without a word."""

FAULTS = 100
"""Faults that the page shows; a file has all of them. Awards it shows all: somebody reads what is to become public."""


FILES: Mapping[str, tuple[str, Callable[[Report], bytes]]] = {
    "awards.csv": ("text/csv", Report.awards_as_csv),
    "faults.csv": ("text/csv", Report.faults_as_csv),
    "report.json": ("application/json", Report.as_json),
}
"""What the report is given out as."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A register on somebody's desk. `known`: its columns were kept from before. `report`: it was begun to be taken in."""

    book: Book
    columns: Columns
    known: bool = False
    report: Report | None = None


@signed_in(ADDRESS)
def awards(site: TheSite, visitor: TheVisitor) -> Answer:
    """Choose a register; or look at the one that was chosen."""
    visitor.need("officer")
    return _page(site, visitor)


@acting(ADDRESS, most=HERE.bytes + ROOM)
def take(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Choose a register, say which column is what, take it in, or put it away."""
    visitor.need("officer")
    try:
        match sent.get("do"):
            case "choose":
                _choose(site, visitor, sent)
            case "look":
                _look(site, visitor, sent)
            case "care":
                _care(site, visitor, sent)
            case "take":
                _take(site, visitor)
            case _:
                site.drafts.drop("", TASK, visitor.person.id)
    except (Malformed, Busy, Conflict) as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    return see_other(ADDRESS)


@signed_in(f"{ADDRESS}/{{name:str}}")
def report(site: TheSite, visitor: TheVisitor, name: FromPath[str]) -> Answer:
    """What was found, as a file: each award with its case, every fault with its row and column."""
    visitor.need("officer")
    if name not in FILES:
        raise Missing(f"there is no such file here; {', '.join(FILES)} are")
    taken = _taken(site, visitor)
    media, written = FILES[name]
    return download(written(taken.report or _rehearsed(site, taken)[1]), name, media)


def _choose(site: Site, visitor: Visitor, sent: Sent) -> None:
    file = next(iter(sent.files.get("register", [])), None)
    if file is None:
        raise Malformed("no file came; choose the register of contracts")
    book = files.read(file.name, file.data, HERE)
    sheet = first(book)
    guessed = layout.guess(sheet)
    if not guessed.heading:  # nothing is known: what looks most like headings is offered to be matched
        guessed = Columns(columns={}, heading=fullest(sheet))
    kept = site.layouts.get(layout.key(sheet, guessed.heading))
    columns = guessed if kept is None else msgspec.convert(kept, Columns)
    _put(site, visitor, Taken(book=book, columns=columns, known=kept is not None))


def _look(site: Site, visitor: Visitor, sent: Sent) -> None:
    """What somebody says of the columns. It is remembered for the next file with the same headings."""
    taken = _taken(site, visitor)
    said = sent.get("heading")
    heading = int(said) if said.isdecimal() and len(said) < 6 else 0
    sheet = first(taken.book)
    texts = set(layout.headings(sheet, heading)) - {""}
    chosen: Mapping[layout.Role, str] = {
        role: text for role in ROLES if (text := sent.get(f"column-{role}")) and text in texts
    }
    if heading != taken.columns.heading and not chosen:  # other headings: nothing said before can be meant
        chosen = layout.guess_in(sheet, heading)
    columns = Columns(
        columns=chosen,
        heading=heading,
        fill_down=bool(sent.get("fill_down")),
        published=bool(sent.get("published")),
    )
    if not columns.missing():
        remembered = msgspec.structs.replace(columns, published=False)  # who read the care said it of this file alone
        site.layouts.keep(layout.key(sheet, heading), msgspec.to_builtins(remembered), by=visitor.person.id)
    _put(site, visitor, Taken(book=taken.book, columns=columns))


def _care(site: Site, visitor: Visitor, sent: Sent) -> None:
    """Somebody says to have read the awards of care that the page showed, or that they did not."""
    taken = _taken(site, visitor)
    reading = taking.reading_of(site.register, taken.book, taken.columns)
    if sent.get("shown") != _shown_care(reading):
        raise Conflict(
            "the awards of care are others than those that you saw; read these, and say so again", kind="version"
        )
    columns = msgspec.structs.replace(taken.columns, care_read=bool(sent.get("care_read")))
    _put(
        site, visitor, msgspec.structs.replace(taken, columns=columns, report=None)
    )  # there may be more to take in now


def _shown_care(reading: Reading) -> str:
    """The same as long as the same awards of care were to be read."""
    said = [[award.reference, award.content] for award in reading.awards if award.kept.to_read]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


def _take(site: Site, visitor: Visitor) -> None:
    """As many as fit into one answer."""
    taken = _taken(site, visitor)
    reading = taking.reading_of(site.register, taken.book, taken.columns)
    if not reading.awards:
        raise Malformed("no award could be read; say which column is what")
    until = time.monotonic() + AT_A_TIME
    with alone(site.register):
        by = f"{visitor.person.name}, {visitor.person.email}"
        one = taking.Taking(site.register, by=by, columns=taken.columns)
        found = one.take(reading, taken.book.name, lambda: time.monotonic() < until)
    if taken.report is not None:  # pressed once more: what earlier presses took is known by now
        found.known -= taken.report.taken
        found.taken += taken.report.taken
        found.entries_appended += taken.report.entries_appended
        found.faults = list(dict.fromkeys([*found.faults, *taken.report.faults]))
    _put(site, visitor, msgspec.structs.replace(taken, report=found))


def _page(site: Site, visitor: Visitor, *, fault: str = "", status: int = 200) -> Answer:
    draft = site.drafts.get("", TASK, visitor.person.id)
    shown: dict[str, Any] = {"taken": None}
    if draft is not None:
        taken = msgspec.convert(draft.written, Taken)
        reading, found = _rehearsed(site, taken)
        shown = _shown(taken, reading, taken.report or found)
    return site.page(
        "awards.html",
        status=status,
        visitor=visitor,
        fault=fault,
        limits=HERE,
        faults_shown=FAULTS,
        seconds=AT_A_TIME,
        **shown,
    )


def _shown(taken: Taken, reading: Reading, found: Report) -> dict[str, Any]:
    sheet = first(taken.book)
    both = list(zip(reading.awards, found.listed, strict=False))
    return {
        "taken": taken,
        "report": found,
        "public": [each for each in both if not each[0].kept.why],
        "kept": [each for each in both if each[0].kept.why],
        "care": [each for each in both if each[0].kept.to_read],
        "shown_care": _shown_care(reading),
        "why": WORDS,
        "labels": LABELS,
        "needed": NEEDED,
        "headings": [text for text in dict.fromkeys(layout.headings(sheet, taken.columns.heading)) if text],
        "first_rows": sheet.rows[:4] if not taken.columns.heading else sheet.rows[taken.columns.heading :][:3],
    }


def _rehearsed(site: Site, taken: Taken) -> tuple[Reading, Report]:
    reading = taking.reading_of(site.register, taken.book, taken.columns)
    return reading, taking.look(site.register, reading)


def _taken(site: Site, visitor: Visitor) -> Taken:
    draft = site.drafts.get("", TASK, visitor.person.id)
    if draft is None:
        raise Malformed("there is no register on your desk any more; choose it again")
    return msgspec.convert(draft.written, Taken)


def _put(site: Site, visitor: Visitor, taken: Taken) -> None:
    draft = site.drafts.get("", TASK, visitor.person.id)
    version = draft.version if draft else 0
    written = msgspec.to_builtins(taken)
    site.drafts.save("", TASK, written, by=visitor.person.id, version=version, owner=visitor.person.id)


HANDLERS = (awards, take, report)
