"""The pages of a bundle for people: one self-contained page, its index, the draft certificate and the README."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment
from markupsafe import Markup

import fairplace
from fairplace import assess, replay, shelf
from fairplace.ledger import paper
from fairplace.ledger.note import b64
from fairplace.on_disk import Register
from fairplace.publish import telling
from fairplace.publish.evidence import Paper
from fairplace.publish.held import Held
from fairplace.publish.telling import Told
from fairplace.templating import environment

RECORD = "decision-record"
NO_TITLE = "Title not public yet"
A_HOME = "A home for one child"
FIXED = (("cover", "Cover"), ("index", "Index"), ("chronology", "Chronology"), ("record", "The decision record"))
LAST = (
    ("documents", "Documents"),
    ("schedule", "Schedule of what is withheld"),
    ("certificate", "Draft certificate"),
)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the index: a part of the record, where it begins, and the file that proves it."""

    anchor: str
    title: str
    file: str
    index: int | None = None


class Book:
    """Everything in words that a bundle says of a case."""

    def __init__(self, register: Register, held: Held, papers: Sequence[Paper], papers_left_out: int) -> None:
        self._environment = _environment()
        self._held = held
        self._papers = papers
        self._papers_left_out = papers_left_out
        self._wording = telling.wording_of(held, self._environment)
        self._row = _row(register, held)
        market = register.reader.market() if held.edition == "provider" else None
        listed = market.provider(held.provider, market.upto) if market is not None and held.provider else None
        self._listed = listed.name if listed is not None else None
        self._questions = {one.rule.code: one.rule.question for one in assess.rules(register.policies)}
        self.told: Told = telling.tell(held, self._wording)

    @property
    def title(self) -> str:
        return A_HOME if self.is_search else str(self._row.title or NO_TITLE)

    @property
    def is_search(self) -> bool:
        """Is the case the search for one child's home? Then it has no decision record, and no title that tells anything."""
        return any(one.type.startswith("referral.") for one in self._held.events)

    def parts(self) -> list[Part]:
        """The index, in the order of the pages."""
        fixed = [
            Part(anchor=anchor, title=title, file="")
            for anchor, title in FIXED
            if anchor != "record" or not self.is_search
        ]
        entries = [
            Part(anchor=f"e{page.index}", title=page.title, file=page.proof, index=page.index)
            for page in self.told.pages
        ]
        last = [Part(anchor=anchor, title=title, file=_FILES.get(anchor, "")) for anchor, title in LAST]
        return [*fixed, *entries, *last]

    def index(self, pages: Mapping[str, int]) -> bytes:
        """`index.csv`; `pages` says on which page of the PDF each part begins."""
        return telling.index((pages.get(part.anchor), part.index, part.title, part.file) for part in self.parts())

    def certificate(self, evidence: str) -> str:
        closed = [one for entry in self._held.entries for one in entry.closed.values()]
        return self._text(
            "certificate.txt",
            evidence=evidence,
            entries=len(self._held.entries),
            withheld=len(closed),
            erased=sum(one.erased for one in closed),
            contested=sum(page.contested for page in self.told.pages),
            defects=known_defects(),
        )

    def readme(self, evidence: str, folders: Sequence[str]) -> str:
        return self._text(
            "README.txt",
            evidence=evidence,
            folders=" ".join(folders),
            title=self.title,
            about="\n".join(_wrapped(self._wording.of("edition_about", self._held.edition))),
            provider_name=self._provider_name(),
            edition_code=self._held.edition,
        )

    def record(self, evidence: str, certificate: str, *, attached: bool) -> str:
        """`record.html`, whole: no script, no picture, no other file."""
        style = (shelf.root("web") / "templates/bundle/paper.css").read_text("utf-8")
        row = self._row
        return self._environment.get_template("bundle/record.html").render(
            held=self._held,
            told=self.told,
            row=row,
            title=self.title,
            own_title=row.title is not None,
            is_search=self.is_search,
            index=self.parts()[1:],
            papers=self._papers,
            papers_left_out=self._papers_left_out,
            withheld=sum(len(entry.closed) for entry in self._held.entries),
            root=b64(self._held.root),
            evidence=evidence,
            certificate=certificate,
            attached=attached,
            paper=paper.lines(self._held.origin, self._held.size, self._held.root),
            version=fairplace.__version__,
            provider_name=self._provider_name(),
            bid_name=self._wording.bid,
            titles={one.id: one.title or one.id for one in row.criteria},
            questions=self._questions,
            # A style sheet of ours, in which nothing that anybody wrote stands.
            style=Markup("<style>{}</style>").format(Markup(style)),  # noqa: S704 - the sheet is shipped, not sent
        )

    def _provider_name(self) -> str | None:
        """The bidder's own name, as its bid gives it; of a provider that was asked for a home, as the list has it."""
        provider = self._held.provider
        if provider is None or self._held.edition == "provider":
            return self._listed or provider
        named = (
            getattr(one.event, name).get()
            for one in self._held.events
            for name in ("provider", "challenger", "asked_by")
            if hasattr(one.event, name)
        )
        return next((who.name for who in named if who is not None and who.id == provider), provider)

    def _text(self, template: str, **more: Any) -> str:
        held = self._held
        text = self._environment.get_template(f"bundle/{template}").render(
            authority=held.authority,
            origin=held.origin,
            case=held.case,
            citation=self._row.citation,
            size=held.size,
            root=b64(held.root),
            edition=self._wording.of("edition", held.edition),
            version=fairplace.__version__,
            **more,
        )
        return text.rstrip("\n") + "\n"


@cache
def _environment() -> Environment:
    """Read once: templates are dear to compile, and they do not change while a program runs."""
    return environment(shelf.root("web") / "templates")


_FILES = {"schedule": "schedule.csv", "certificate": "certificate.txt"}


def _row(register: Register, held: Held) -> Any:
    """The decision record folded over what this edition shows. Its citation is that of the public page, if it has one."""
    shelved = {one.projection.name: one.projection for one in replay.loaded(shelf.projections())}
    projection = shelved[RECORD]
    row = projection.empty(held.case, None)
    for recorded in held.events:
        row = projection.fold(row, recorded)
    if register.is_of_placements:
        return row  # nothing of it has a public page
    public = register.rows.get(RECORD, held.case)
    return msgspec.structs.replace(row, citation=None if public is None else public.citation)


def known_defects() -> str:
    """The list that is shipped, as plain text: number, title, and what it means."""
    text = (shelf.root("docs") / "known-defects.md").read_text("utf-8")
    found = []
    for number, title, body in re.findall(r"^## (\d+)\. ([^\n]+)\n\n(.+?)(?=\n## |\Z)", text, re.MULTILINE | re.DOTALL):
        lines = [f"   ({number}) {title}.", *(f"       {line}" for line in body.replace("`", "").split("\n") if line)]
        found.append("\n".join(line for one in lines for line in _wrapped(one)))
    return "\n".join(found) or "   None."


def _wrapped(line: str) -> list[str]:
    """At most 76 letters a line, each beginning where the first does."""
    indent = " " * (len(line) - len(line.lstrip()))
    found, now = [], indent
    for word in line.split():
        if len(now) + len(word) > 75 and now.strip():
            found.append(now.rstrip())
            now = indent
        now += word + " "
    return [*found, now.rstrip()]
