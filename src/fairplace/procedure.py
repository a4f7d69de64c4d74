"""What every decider does alike: stamp the time, clean the words, and weigh what procedure says against an act.

- An integrity refusal is raised where it is found, and holds for reports too: what does not add up is no record.
- An objection of procedure stops an act only. A report passes, and the rules find what was wrong.
- An act is done in spite of objections only with a reason and a second person's signature, unless one is final.
"""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import NoReturn, TypedDict

import msgspec

from fairplace.decision import Actor, Command, History
from fairplace.errors import Forbidden, Malformed, Missing, Refused
from fairplace.ledger.disclosure import Sealed, sealed
from fairplace.terms import (
    YEARS,
    CaseId,
    Day,
    Document,
    Evidence,
    Instant,
    KeyName,
    LeafHash,
    Pence,
    Provider,
    Text,
    as_date,
    instant,
    moment,
    text,
)

SECOND = frozenset({"approver", "monitoring"})
"""Who may sign an override with the person who acts."""

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()-]{0,63}")
CRITERION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
PROVIDER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{1,99}")
KEY_NAME = re.compile(r"[a-z0-9._/-]{1,200}")
SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_PENCE = 2**53 - 1
_TURNING = re.compile(r"[\n\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Ends of lines, and what overrides or embeds a direction (Unicode UAX 9, section 2); marks and joiners stay."""


class Objection(msgspec.Struct, frozen=True):
    """Why procedure forbids an act. A final one cannot be overridden."""

    code: str
    sentence: str
    final: bool


class Objections:
    """What procedure says against one command, in the order in which it was found."""

    def __init__(self, command: Command, *, overridable: bool = True) -> None:
        self._command = command
        self._overridable = overridable
        self._found: list[Objection] = []

    def add(self, code: str, sentence: str, *, final: bool = False) -> None:
        self._found.append(Objection(code, sentence, final or not self._overridable))

    def weigh(self) -> str | None:
        """The codes overridden, joined by "+", or null. Raises Refused for an act that may not be done."""
        reason = self._command.override_reason
        if self._command.is_report:
            if reason is not None:
                refuse(
                    "override", "a report needs no override: it is recorded as it happened; leave override_reason out"
                )
            return None
        for objection in sorted(self._found, key=lambda one: not one.final):
            if reason is None or objection.final:
                raise Refused(objection.sentence, code=objection.code, overridable=not objection.final)
        if reason is None:
            return None
        words(reason, "the reason for the override")
        if not self._found:
            refuse("override", "procedure does not stand against this; leave override_reason out")
        return "+".join(dict.fromkeys(objection.code for objection in self._found))


class FactStamp(TypedDict):
    happened_at: Instant
    evidence: Evidence
    exhibit: Sealed[Document | None]


class EventStamp(FactStamp):
    case: CaseId


class StepStamp(EventStamp):
    override: str | None
    override_reason: Sealed[Text | None]


class AsideStamp(EventStamp):
    seen: LeafHash


def fact(command: Command, at: Instant) -> FactStamp:
    """When it happened and on what evidence. An act happens now; a report says when, and never in the future."""
    if not command.is_report:
        if command.happened_at is not None or command.exhibit is not None:
            refuse(
                "act-or-report",
                "an act happens when it is signed and rests on no document, but happened_at or exhibit came;"
                " leave them out, or say with 'evidence' what the report rests on",
            )
        return FactStamp(happened_at=at, evidence=command.evidence, exhibit=sealed("personal", None))
    happened = happened_at(command, at)
    if command.evidence == "sent-by-link" and command.gives != "challenge.lodged/1":
        refuse("link", "only a challenge comes by a link that was e-mailed; say what else this report rests on")
    if command.evidence == "portal-export" and command.exhibit is None:
        refuse(
            "no-exhibit", "a portal export is evidence only with its document; give 'exhibit' with the file's digest"
        )
    return FactStamp(happened_at=happened, evidence=command.evidence, exhibit=sealed("personal", command.exhibit))


def happened_at(command: Command, at: Instant) -> Instant:
    """The moment that the event will carry."""
    if not command.is_report:
        return at
    if command.happened_at is None:
        refuse("no-time", "a report must say when it happened; give 'happened_at'")
    an_instant(command.happened_at, "happened_at")
    if command.happened_at > at:
        refuse("future", f"a report of {command.happened_at} came at {at}; what has not happened cannot be reported")
    return command.happened_at


def event(command: Command, history: History, at: Instant) -> EventStamp:
    return EventStamp(**fact(command, at), case=history.case)


def step(command: Command, history: History, at: Instant, objections: Objections) -> StepStamp:
    """The stamp of an event that procedure may forbid, once the objections are weighed."""
    override = objections.weigh()
    reason = None if override is None or command.override_reason is None else text(command.override_reason)
    return StepStamp(**event(command, history, at), override=override, override_reason=sealed("standstill", reason))


def aside(command: Command, history: History, at: Instant) -> AsideStamp:
    """The stamp of an event in a stream of its own, with the case as its author knows it."""
    return AsideStamp(**event(command, history, at), seen=head_of(history))


def head_of(history: History) -> LeafHash:
    if history.head is None:
        raise Missing(f"there is no case {history.case}; begin it first, or look at its id again")
    return history.head.leaf


def second_for(override: str | None) -> frozenset[str]:
    return SECOND if override else frozenset()


def refuse(code: str, sentence: str) -> NoReturn:
    """An integrity refusal: it holds for acts and reports, and nothing overrides it."""
    raise Refused(sentence, code=code)


def begins(history: History) -> None:
    """What is entered for the first time begins a stream of its own."""
    a_case(history.case, "the id of the stream")
    if history.events:
        refuse("case-exists", f"the stream {history.case} exists already; leave 'case' out to begin a new one")


def own(by: Actor, provider: str, *, report: bool) -> None:
    """A provider's key speaks for that provider only. Whoever keeps the file may tell of any."""
    if report or "provider" not in by.roles or by.roles & {"officer", "approver"}:
        return
    if by.provider != provider:
        raise Forbidden(
            f"{by.key} is enrolled for {by.provider or 'nobody'}; it cannot speak for {provider[:100]}", code="key"
        )


# What came, made fit for the log


def words(value: str, what: str) -> Text:
    """Free text, cleaned; refused when nothing is left that can be seen."""
    clean = text(value)
    if not "".join(filter(str.isprintable, clean)).strip():
        refuse("empty-text", f"{what} is empty; say it in words")
    return clean


def maybe_words(value: str | None, what: str) -> Text | None:
    return None if value is None else words(value, what)


def code(value: str, what: str, pattern: re.Pattern[str] = CODE) -> str:
    """A short code: it stands in the open for ever, so it has no room for free text."""
    if not pattern.fullmatch(value):
        refuse("code", f"{what} must be a short code of letters, digits and . _ / ( ) -; {value[:80]!r} came")
    return value


def no_name(value: str, what: str) -> str:
    """A short code that may stand for a person or where they live: with a digit, as numbers have and names have not."""
    if not any(sign.isdigit() for sign in code(value, what)):
        refuse("name", f"{what} stands in the open for ever, and {value!r} could be a name; give an id with a number")
    return value


def provider(value: Provider) -> Provider:
    return Provider(id=code(value.id, "a provider's id", PROVIDER_ID), name=one_line(value.name, "a provider's name"))


def one_line(value: str, what: str) -> Text:
    """Words that stand in a line with others, and turn none of them round."""
    clean = words(value, what)
    if found := _TURNING.search(clean):
        refuse(
            "name",
            f"{what} must be one line, without letters that turn the writing round; U+{ord(found[0]):04X} came:"
            " they could turn an amount that stands behind the name. Take it out",
        )
    return clean


def pence(value: Pence, what: str) -> Pence:
    if not 0 <= value <= MOST_PENCE:
        refuse("amount", f"{what} must be pence from 0 upwards; {value} came")
    return value


def a_day(value: Day, what: str) -> date:
    try:
        found = as_date(value)
    except (ValueError, Malformed):
        found = None
    if found is None or found.isoformat() != value or found.year not in YEARS:
        raise Malformed(f"{what} must be a day of the calendar like 2026-11-22; {value[:40]!r} came")
    return found


def an_instant(value: Instant, what: str) -> Instant:
    try:
        found = moment(value)
        good = instant(found) == value and found.year in YEARS
    except (ValueError, Malformed):
        good = False
    if not good:
        raise Malformed(f"{what} must be a moment in UTC like 2026-11-22T04:00:00.000Z; {value[:40]!r} came")
    return value


def a_case(value: CaseId, what: str) -> CaseId:
    """A random UUID (version 4), lower case: it never tells what the case is about."""
    try:
        good = str(uuid.UUID(value)) == value and uuid.UUID(value).version == 4
    except ValueError:
        good = False
    if not good:
        raise Malformed(f"{what} must be a random UUID (version 4) in lower case; {value[:60]!r} came")
    return value


def pounds(value: Pence) -> str:
    return f"£{value // 100:,}.{value % 100:02d}"


def key_name(value: KeyName, what: str) -> KeyName:
    return code(value, what, KEY_NAME)


def signed_by(note: Text | None) -> KeyName | None:
    """The key that a note inside a lodging names. The desk has checked the signature itself."""
    lines = [line for line in (note or "").splitlines() if line.startswith("\u2014 ")]
    return lines[0].split(" ")[1] if lines else None


def listed(names: list[str]) -> str:
    """Names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"
