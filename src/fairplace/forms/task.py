"""A task of a case: when it can be done, what is filled in for it, and the command that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from fairplace.decision import Command
from fairplace.forms.fields import Field, Option
from fairplace.market.known import Market
from fairplace.procurement.state import Bid, State
from fairplace.searching import Search
from fairplace.terms import CaseId, Document, Instant, KeyName, Pence

Part = Literal[
    "Plan",
    "Invite",
    "Open the bids",
    "Evaluate",
    "Award",
    "Contract",
    "Challenges",
    "The public record",
    "The need",
    "The search",
    "The answers",
    "The match",
    "The decision",
    "The home",
    "How it goes on",
]
PARTS: tuple[Part, ...] = get_args(Part)


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge as its list shows it. `state` is the last thing that happened to it; `owed`: a remedy is."""

    id: str
    ground: str
    state: Literal["lodged", "acknowledged", "answered", "owed", "closed"]
    says: str = ""  # the beginning of its words, as far as they are shown
    remedy: str = ""
    steps: tuple[tuple[str, str], ...] = ()  # the steps of the case since it was decided, by index


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought at once, as far as it is shown, and whether somebody has decided on it."""

    says: str
    decided: bool


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An interest on which nobody has decided yet, for whoever may see it."""

    person: KeyName
    says: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A document of the case that a step may name: as it came, and the copy that may be published."""

    name: str
    kind: str
    original: Document
    copy: Document | None


class Texts(msgspec.Struct, frozen=True):
    """Texts of a case that a form lets choose from. Whether there is one is known; they are read when the form is shown."""

    any: bool
    all: Callable[[], Sequence[tuple[str, str, str]]]  # entry and slot, what it is, and how it begins


NO_TEXTS = Texts(any=False, all=tuple)


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What forms need to know of a case, as far as whoever fills them in may see it."""

    case: CaseId
    state: State
    me: KeyName
    titles: Mapping[str, str]  # criterion to its words
    scale: Mapping[str, str] = {}  # what earns each mark, by mark
    people: Mapping[KeyName, str]  # the authority's own people, by key
    acting: frozenset[KeyName] = frozenset()  # those of them whose key may act now
    challenges: tuple[Challenge, ...]
    interests: tuple[Declared, ...] = ()
    declared: bool = False  # has whoever looks declared their own, as far as they could know who bids?
    findings: tuple[tuple[str, str], ...] = ()  # rules that found what nobody has answered, with their questions
    purchase: Purchase | None = None
    listed: bool = False  # is it an award of the council's own register, and nothing else?
    one_person: bool = False  # does it concern one person? Then nothing of it is ever public
    kept_back: str = ""  # why it was kept from the public when it was taken in, in a sentence
    public: Texts = NO_TEXTS  # what can be taken down
    texts: Texts = NO_TEXTS  # what can be corrected
    papers: tuple[Paper, ...] = ()
    asked: Mapping[str, Pence] = {}  # what sealed bids ask, by provider, as their openers found it
    search: Search | None = None  # in a register of placements; null elsewhere
    market: Market | None = None  # who could be asked for a home, there
    frameworks: tuple[tuple[CaseId, str], ...] = ()  # of this register, with what each is called
    now: Instant = ""
    marked: Mapping[
        str, tuple[tuple[str, str], ...]
    ] = {}  # trade secrets as bidders mark them, by provider: part and reason
    bidders: tuple[str, ...] = ()  # those who bid, by the alphabet, where bids are marked without names
    typed: Mapping[str, Sequence[str]] = {}  # what the form that is filled in holds so far
    drawn: str = ""  # a number drawn at random, for whoever is spoken of by no name

    @property
    def bids(self) -> dict[str, Bid]:
        """Bids that have a place, by provider; none before they are opened."""
        return self.state.bids

    @property
    def quality(self) -> list[str]:
        """The quality criteria that earn marks: those that are nobody's parent."""
        parents = {one.parent for one in self.state.criteria}
        return [one.id for one in self.state.criteria if one.kind == "quality" and one.id not in parents]

    @property
    def out(self) -> list[str]:
        """Who marked and must stay out, by name."""
        return [
            self.people.get(one.evaluator, "a colleague")
            for one in self.state.sheets
            if one.evaluator in self.state.recused
        ]

    def others(self) -> list[tuple[KeyName, str]]:
        """Who else may act in the case now, with their names: nobody whose key waits or has ended, nor who must stay out."""
        able = self.acting - self.state.recused.keys() - {self.me}
        return [(key, name) for key, name in self.people.items() if key in able]

    def named(self, criterion: str) -> str:
        return self.titles.get(criterion, criterion)


class Stage(msgspec.Struct, frozen=True):
    """How it stands with a task: `now` it can be done, it is `done`, it has to wait, its time is `over`, or it is `away`: not asked here."""

    state: Literal["now", "done", "waits", "over", "away"]
    note: str = ""


NOW, AWAY = Stage("now"), Stage("away")


def done(note: str = "") -> Stage:
    return Stage("done", note)


def waits(note: str) -> Stage:
    return Stage("waits", note)


def over(note: str) -> Stage:
    """It can be done no more."""
    return Stage("over", note)


Members = dict[str, Any]


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task. `start`: what its form begins with. `own`: its draft is the writer's alone. `again`: it can be done more than once. `any_time`: nobody waits
    for it. `in_parts`: its form is long and stands on several pages; the title of the one for fields without a heading.
    `grows`: what a form with rows has room for more of, once it is saved.
    """

    code: str
    title: str
    part: Part
    command: type[Command]
    lead: str
    stage: Callable[[File], Stage]
    fields: Callable[[File], list[Field]]
    start: Callable[[File], Mapping[str, list[str]]] = lambda _: {}
    members: Callable[[Members, File], Members] = lambda members, _: members
    own: bool = False
    again: bool = False
    any_time: bool = False
    in_parts: str = ""
    grows: str = ""

    @property
    def do(self) -> str:
        """The command's name on the wire."""
        return str(self.command.__struct_config__.tag)


def to_publish(file: File, kind: str) -> list[tuple[str, str]]:
    """The documents of a kind that may be published, by the digests of their copies without names."""
    return [(one.copy.sha256, one.name) for one in file.papers if one.kind == kind and one.copy is not None]


def with_papers(members: Members, file: File, *names: str) -> Members:
    """What was chosen by its digest becomes the document that the command names."""
    known = {one.sha256: one for paper in file.papers for one in (paper.original, paper.copy) if one is not None}
    chosen = {name: members[name] for name in names if name in members}
    return {
        **members,
        **{
            name: [msgspec.to_builtins(known[one]) for one in value]
            if isinstance(value, list)
            else msgspec.to_builtins(known[value])
            for name, value in chosen.items()
        },
    }


def options(*pairs: tuple[str, str] | tuple[str, str, str]) -> tuple[Option, ...]:
    return tuple(Option(*pair) for pair in pairs)
