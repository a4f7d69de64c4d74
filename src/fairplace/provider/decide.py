"""A provider states its details: numbers in their form, rows with something in them, and nobody else's number.

- Only the provider itself states them, with its own signature inside: nobody reports them.
- What was typed is kept as it was signed, and beside it each number in the one form of its list.
"""

from __future__ import annotations

from fairplace import identifiers, procedure
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Malformed
from fairplace.identifiers import Identifier
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.procedure import one_line, refuse
from fairplace.provider.commands import EMAIL, LONGEST, MOST_PAPERS, AnyCommand, StateFacts
from fairplace.provider.events import Facts, FactsStated, Paper
from fairplace.terms import Instant, Text, text


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives, or a refusal. Nothing here can be overridden."""
    roles.require(by, command.gives, report=command.is_report)
    procedure.Objections(command, overridable=False).weigh()
    return _state(command, history, at)


def _state(command: StateFacts, history: History, at: Instant) -> Decision:
    if command.is_report:
        refuse("report", "a provider states its own details, and nobody reports them; leave 'evidence' out")
    if command.case is not None:
        refuse("case", "a provider's details belong to no case, and every bid has them; leave 'case' out")
    provider = procedure.code(command.provider, "a provider's id", procedure.PROVIDER_ID)
    facts = checked(command.facts)
    numbers = numbers_of(facts)
    _check_own(provider, numbers)
    return Decision(
        event=FactsStated(
            **procedure.fact(command, at),
            provider=sealed("commercial", provider),
            facts=sealed("commercial", facts),
            identifiers=sealed("commercial", numbers),
            provider_signature=sealed("commercial", command.signature),
        ),
        statement=f"State the details of {facts.name} ({provider}).",
        stream="new",
        of_case=False,
    )


def checked(facts: Facts) -> Facts:
    """The facts with their texts made fit for the log. Raises Refused for what says nothing, Malformed for no day."""
    if len(facts.papers) > MOST_PAPERS:
        refuse(
            "papers", f"{len(facts.papers)} rows came and {MOST_PAPERS} can be stated; leave out what nobody asks for"
        )
    return Facts(
        name=_said(facts.name, "the legal name"),
        company=_typed(facts.company),
        ppon=_typed(facts.ppon),
        charity=_typed(facts.charity),
        ofsted=_typed(facts.ofsted),
        address=_typed(facts.address),
        email=_email(_typed(facts.email)),
        size=facts.size,
        vcse=facts.vcse,
        papers=[_paper(one, number) for number, one in enumerate(facts.papers, start=1)],
    )


def numbers_of(facts: Facts) -> list[Identifier]:
    """The numbers that were typed, each in the one form of its list. Raises Malformed for one that has none."""
    return [read(typed) for kind, read in identifiers.READ.items() if (typed := getattr(facts, kind)) is not None]


def _check_own(provider: str, numbers: list[Identifier]) -> None:
    """The key speaks for one provider: a number of the same list that differs is another's, or a slip."""
    own = identifiers.of_provider(provider)
    for one in numbers:
        if own is not None and one.scheme == own.scheme and one.id != own.id:
            refuse(
                "other-id",
                f"the number {one.id} was typed, and this key was enrolled for {provider}; correct the number, or have a key"
                " enrolled for the other",
            )


def _paper(paper: Paper, number: int) -> Paper:
    if paper.until is not None:
        procedure.a_day(paper.until, f"the last day of row {number}")
    return Paper(
        kind=paper.kind,
        what=_said(paper.what, f"what row {number} is"),
        by=_said(paper.by, f"by whom row {number} is"),
        number=_said(typed, f"the number of row {number}") if (typed := _typed(paper.number)) else None,
        until=paper.until,
    )


def _said(value: str, what: str) -> Text:
    return _short(one_line(value, what))


def _typed(value: str | None) -> Text | None:
    """What was typed; null for nothing."""
    return _short(text(value)) or None if value is not None else None


def _email(value: Text | None) -> Text | None:
    if value is not None and not EMAIL.fullmatch(value):
        raise Malformed(f"the e-mail address {value[:60]!r} came; expected one such as bids@provider.example")
    return value


def _short(value: Text) -> Text:
    if len(value) > LONGEST:
        raise Malformed(f"a text of {len(value)} characters came; shorten it to {LONGEST}")
    return value
