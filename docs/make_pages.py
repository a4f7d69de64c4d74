"""Write the lower part of `events.md` and `commands.md` from the code: `python docs/make_pages.py`.

What stands above the mark in each page is written by hand and kept.
Members, their types and their comments are those of the source; signers come from `people/roles.py`, releases from
`openness/release.py`, and the basis of a slot from the one call that seals it.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec

import fairplace
from fairplace import catalogue, deciders, subjects, terms
from fairplace.custody.events import Affair
from fairplace.decision import Command
from fairplace.event import Aside, Event, Fact, Step
from fairplace.ledger import register_events
from fairplace.openness.commands import Assess
from fairplace.openness.release import RELEASES
from fairplace.people import roles
from fairplace.provider.events import FactsStated

DOCS = Path(__file__).parent
EXAMPLES = DOCS / "commands.jsonl"
MARK = "<!-- Below this line: written by docs/make_pages.py from the code. -->\n"

_SOURCES = Path(fairplace.__file__).parent
_FIELD = re.compile(r"^    (\w+): (.+?)(?:  # (.+))?$", re.MULTILINE)
_NAME = re.compile(r"\b[A-Z]\w+\b")
_COMMON = {name for kind in (Fact, Event, Step, Aside) for name in kind.__struct_fields__}

_ONLY = {
    "all": "",
    "standing": "the newest of them only",
    "winner": "winning deposits only",
    "to-all": "answers given to all only",
    "of-public": "where the first text is public",
    "overridden": "overridden steps only",
}
_PROVIDED = {
    "": "",
    "price-counts-for-nothing": "all places, where no criterion is about price",
    "winners-stand-alone": "where its points tell no other bid's price",
}
SCALARS = {
    "Instant": "a moment in UTC, 24 bytes, such as `2026-11-22T04:00:00.000Z`",
    "Day": "a calendar day in London, such as `2026-11-22`",
    "Pence": "a whole number of pence",
    "BasisPoints": "a whole number of ten-thousandths; 1500 is 15 %",
    "Mark": "a whole number on the published scale",
    "Text": "free text, Unicode NFC",
    "Place": "two digits: a bid's place in one case, given at random at opening",
    "CaseId": "the id of the case's stream, a UUIDv4",
    "KeyName": "the name of a key",
    "LeafHash": "the base64 leaf hash of an entry, 44 characters",
    "ProviderId": "a provider's id, `<scheme>-<id>` as in Open Contracting data, such as `GB-COH-01234567`",
    "Role": "a role, such as `officer`",
    "Origin": "the origin of a log, such as `log.council.example/commissioning`",
    "RootHash": "the base64 root of a tree, 44 characters",
    "EntryIndex": "the index of an entry, from 0",
    "Level": "how much a child needs or a home can give, from 1 (mainstream) to 4 (exceptional)",
    "OfferId": "8 hexadecimal digits, drawn at random: an offer in its referral",
    "EventType": "the name of an event type, such as `deposit.received/1`",
}
_NOT_NAMES = {"Sealed", "Literal", "None", "Annotated", "ClassVar", "UnsetType", "UNSET", "Meta"}


class Member(msgspec.Struct, frozen=True):
    """One member as the source writes it."""

    name: str
    type: str
    comment: str


def members(kind: type) -> Iterator[Member]:
    """The members that a class adds to its base, in order."""
    text = re.sub(r"    def .*", "", inspect.getsource(kind), flags=re.DOTALL)
    for name, annotation, comment in _FIELD.findall(text):
        if not annotation.startswith("ClassVar"):
            yield Member(name, plain(annotation), comment)


@cache
def bases() -> dict[tuple[str, str], str]:
    """(class, field) to the basis under which it is sealed: every call of `sealed("<basis>", …)` in the source."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(_SOURCES.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            made = call.func.id if isinstance(call.func, ast.Name) else ""
            for given in call.keywords:
                if (basis := _basis(given.value)) and given.arg:
                    found[made, given.arg] = basis
    return found


def _basis(value: ast.expr) -> str | None:
    match value:
        case ast.Call(func=ast.Name(id="sealed"), args=[ast.Constant(value=str(basis)), *_]):
            return basis
    return None


def basis_of(kind: type, field: str) -> str:
    """The basis of a slot. What two types share is sealed in one stamp for both, under the same name."""
    if found := bases().get((kind.__name__, field)):
        return found
    shared = {basis for (made, name), basis in bases().items() if name == field and made.endswith(("_Lodged", "Stamp"))}
    if len(shared) != 1:
        raise LookupError(f"{kind.__name__}.{field} is sealed nowhere, or under {len(shared)} bases")
    return shared.pop()


def released(event_type: str, slot: str) -> str:
    """On which occasions a slot may become public."""
    found: dict[str, list[str]] = {}
    for occasion, grants in RELEASES.items():
        for grant in grants:
            for granted in grant.slots if grant.type == event_type else ():
                if granted.replace("{winner}", "*") == slot.replace("<place>", "*"):
                    winner = "the winner's place only" if "{winner}" in granted else ""
                    only = [_ONLY[grant.which], winner, _PROVIDED[grant.provided]]
                    found.setdefault("; ".join(filter(None, only)), []).append(f"`{occasion}`")
    if not found:
        return "never"
    return "; ".join(", ".join(on) + (f" ({only})" if only else "") for only, on in found.items())


def kept_under(event_type: str, slot: str) -> str:
    """Whose key a slot is kept under: what erasing takes together."""
    return f"key of {SUBJECT_NAMES[subjects.kind_of(event_type, slot.replace('<place>', '00'))]}"


SUBJECT_NAMES = {
    "case": "the case",
    "place": "the place",
    "entry": "this entry",
    "stream": "this stream",
    "filing": "the deposit's file",
    "authority": "the authority",
}


def named(annotation: str) -> set[str]:
    return set(_NAME.findall(re.sub(r'"[^"]*"', "", annotation))) - _NOT_NAMES


def lookup(name: str, module: object) -> Any:
    return getattr(module, name, None) or getattr(terms, name, None)


class Types:
    """The value types that a page mentions, explained once at its end."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, str]] = {}  # name to explanation to the subject that uses it

    def take(self, annotation: str, module: object) -> None:
        for name in sorted(named(annotation)):
            known = self._found.setdefault(name, {})
            words = self._explained(name, module)
            known.setdefault(words, getattr(module, "__name__", "").split(".")[1])

    def _explained(self, name: str, module: object) -> str:
        if name in SCALARS:
            return SCALARS[name]
        found = lookup(name, module)
        if inspect.isclass(found) and issubclass(found, msgspec.Struct):
            home = sys.modules[found.__module__]
            parts = []
            for member in members(found):
                annotation, _, default = member.type.partition(" = ")
                self.take(annotation, home)
                notes = [member.comment] if member.comment else []
                notes += ["may be left out"] if default else []
                parts.append(f"`{member.name}`: `{annotation}`" + (f" ({', '.join(notes)})" if notes else ""))
            said = " ".join(part.strip() for part in (found.__doc__ or "").split("\n\n")[0].splitlines())
            return f"{said} An object with {', '.join(parts)}".strip()
        if values := [value for value in get_args(found) if isinstance(value, str)]:
            return "one of " + ", ".join(f"`{value}`" for value in values)
        raise LookupError(f"the type {name} is not explained")

    def lines(self) -> Iterator[str]:
        yield "\n## Types\n"
        for name, known in sorted(self._found.items()):
            for words, subject in known.items():
                where = f" ({TITLES[subject].lower()})" if len(known) > 1 else ""
                yield f"- `{name}`{where}: {words.rstrip('.')}."


def plain(annotation: str) -> str:
    """An annotation without what only a checker reads."""
    return re.sub(r"Annotated\[(.+?), msgspec\..+\]", r"\1", annotation)


def code(annotation: str) -> str:
    """An annotation in a table."""
    return f"`{annotation}`".replace("|", "\\|")


def sentences(doc: str | None) -> str:
    """A docstring, one sentence a line."""
    text = " ".join((doc or "").split())
    return re.sub(r"(?<=[a-z0-9)`\"]\.) (?=[A-Z`])", "\n", text)


# Events


def events() -> Iterator[str]:
    types = Types()
    yield "\n## The key register"
    for name, change in register_events.EVENTS.items():
        yield from event(name, change, types)
    last = ""
    for name, kind in catalogue.TYPES.items():
        module = kind.__module__.split(".")[1]
        if module != last:
            yield f"\n## {TITLES[module]}"
            last = module
        yield from event(name, kind, types)
    yield from types.lines()


TITLES = {
    "procurement": "Procurement",
    "bidding": "Bids beside their marks",
    "people": "People",
    "challenge": "Challenges",
    "openness": "Openness",
    "urgent": "Bought at once",
    "provider": "What a provider states of itself",
    "custody": "Sealed values",
    "market": "Who could be asked for a home",
    "referral": "Finding a home for one child",
    "placement": "A home found",
    "contest": "Asked why, and challenged",
    "counting": "Numbers about many children",
}

BY_TAG = {"Agg": "child", "Party": "commercial", "Seal": "child"}
"""The basis that a privacy tag stands for (`fairplace.tags`)."""


def event(name: str, kind: type, types: Types) -> Iterator[str]:
    yield f"\n### `{name}`\n"
    yield sentences(kind.__doc__)
    yield from signers(name)
    if issubclass(kind, Fact):
        yield next(words for base, words in FORMS if issubclass(kind, base))
    rows = list(rows_of(name, kind, types))
    if rows:
        yield "\n| member | value | public |\n|---|---|---|"
        yield from rows


def signers(name: str) -> Iterator[str]:
    rule = roles.TABLE[name]
    yield f"Signed first by: {listed(rule.first)} ({rule.why})."
    if name in register_events.EVENTS and rule.second:
        yield f"Signed second by: {listed(rule.second)}."
    if asked := roles.ASK.get(name):
        elsewhere = roles.reporters(name)
        yield f"On behalf of: {listed(asked)}{f'; of what happened elsewhere also {listed(elsewhere)}' if elsewhere else ''}."
    if name in roles.NOT_REPORTED:
        yield "Nobody reports it under their own name."
    elif more := roles.REPORTERS - rule.first:
        yield f"As a report also by: {listed(more)}."


def listed(names: frozenset[str]) -> str:
    return "anybody" if names == roles.ROLES else ", ".join(sorted(names))


FORMS: tuple[tuple[type[Fact], str], ...] = (
    (Step, "It is a step, in the case's own stream."),
    (Aside, "It stands in a stream of its author's, and has `seen`."),
    (Event, "It stands in the case's own stream."),
    (Affair, "It is of no case."),
    (FactsStated, "It stands in a stream of its own, and is of no case."),
    (Fact, "It stands in a stream of its own; its `case` and `seen` are sealed."),
)


def rows_of(name: str, kind: type, types: Types) -> Iterator[str]:
    home = sys.modules[kind.__module__]
    for member in members(kind):
        inner = re.fullmatch(r"dict\[Place, (\w+)\]", member.type)
        nested = lookup(inner[1], home) if inner else None
        if nested is not None:
            for part in members(nested):
                yield row(name, nested, f"/{member.name}/<place>/", part, types, home)
        else:
            yield row(name, kind, "/", member, types, home)
    if name == register_events.KEY_ADDED:
        kept = kept_under(name, "/holder")
        yield f"| `/holder` | `{{name, provider_id}}`: whose key it is | sealed as personal; never; {kept} |"


def row(name: str, kind: type, above: str, member: Member, types: Types, home: object) -> str:
    words = f" {member.comment}" if member.comment else ""
    tagged = re.fullmatch(r"(Sealed|Pub|Agg|Party|Seal)\[(.+)\]", member.type)
    sealed = tagged is not None and tagged[1] != "Pub"
    annotation = tagged[2] if tagged else member.type.removesuffix(" | msgspec.UnsetType = msgspec.UNSET")
    types.take(annotation, home)
    if not sealed:
        optional = " Left out when there is none." if "UNSET" in member.type else ""
        return f"| `{member.name.rstrip('_')}` | {code(annotation)}{words}{optional} | at once |"
    slot = above + member.name
    basis = BY_TAG.get(tagged[1]) or basis_of(kind, member.name)
    sealed_as = f"sealed as {basis}; {released(name, slot)}"
    return f"| `{slot}` | {code(annotation)}{words} | {sealed_as}; {kept_under(name, slot)} |"


# Commands


COMMANDS: tuple[type[Command], ...] = (*deciders.COMMANDS, Assess)


def examples() -> dict[str, str]:
    """Each command's example, by its name."""
    lines = EXAMPLES.read_text("utf-8").splitlines()
    return {json.loads(line)["do"]: line for line in lines}


def commands() -> Iterator[str]:
    types = Types()
    given = examples()
    last = ""
    for kind in COMMANDS:
        module = kind.__module__.split(".")[1]
        if module != last:
            yield f"\n## {TITLES[module]}"
            last = module
        yield from command(kind, given[str(kind.__struct_config__.tag)], types)
    yield from types.lines()


def command(kind: type[Command], example: str, types: Types) -> Iterator[str]:
    yield f"\n### `{kind.__struct_config__.tag}`\n"
    yield sentences(kind.__doc__)
    yield f"Gives [`{kind.gives}`](events.md#{anchor(kind.gives)})."
    own = list(members(kind))
    yield "\n| member | value | when left out |\n|---|---|---|" if own else "It has no members of its own."
    for member in own:
        annotation, _, default = member.type.partition(" = ")
        types.take(annotation, sys.modules[kind.__module__])
        default = {"msgspec.field(default_factory=list)": "[]", "msgspec.field(default_factory=dict)": "{}"}.get(
            default, default
        )
        default = {"None": "null", "True": "true", "False": "false"}.get(default, default)
        yield f"| `{member.name}` | {code(annotation)} | {f'`{default}`' if default else 'required'} |"
    yield f"\n```json\n{example}\n```"


def anchor(heading: str) -> str:
    """The name that GitHub gives a heading."""
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


PAGES = {"events.md": events, "commands.md": commands}


def made(name: str) -> str:
    """A page as it should read: its own upper part, and the lower part from the code."""
    upper, mark, _ = (DOCS / name).read_text("utf-8").partition(MARK)
    if not mark:
        raise LookupError(f"{name} has no line {MARK.strip()}")
    return upper + mark + "\n".join(PAGES[name]()) + "\n"


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(made(page), "utf-8")
