"""The agreement for one child: outcomes, a fee that adds up and answers needs, and the approvals that it rests on."""

from __future__ import annotations

from typing import get_args

import msgspec

from fairplace import home_words, procedure
from fairplace.counted import counted
from fairplace.decision import Command, Decision, History
from fairplace.ledger.disclosure import Sealed
from fairplace.placement.commands import AgreePlacement, ChangeFee
from fairplace.placement.events import Agreed, FeeChanged, Frame, Outcome, PlacementAgreed
from fairplace.procedure import AsideStamp, Objections, listed, refuse, second_for, words
from fairplace.referral.footing import balanced, footing
from fairplace.referral.state import Search
from fairplace.tags import agg, party, seal
from fairplace.terms import Instant, Text

FRAMES: tuple[Frame, ...] = get_args(Frame)
MOST_NOTICE = 366


class Weighed(AsideStamp):
    """The stamp of an event beside the case that procedure may forbid, once the objections are weighed."""

    override: str | None
    override_reason: Sealed[Text | None]


def weighed(command: Command, history: History, at: Instant, objections: Objections) -> Weighed:
    override = objections.weigh()
    reason = None if override is None or command.override_reason is None else command.override_reason
    return Weighed(**procedure.aside(command, history, at), override=override, override_reason=party(_clean(reason)))


def _clean(reason: str | None) -> Text | None:
    return None if reason is None else words(reason, "the reason for the override")


def agree(command: AgreePlacement, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    if search.ended is not None:
        objections.add("referral-ended", "the search ended without a home; nothing can be agreed", final=True)
    if search.agreed is not None and search.left is None:
        refuse("agreed-already", "a placement is agreed already; change its fee, or end it first")
    terms = _checked(command.terms, search)
    outcomes = _measurable(command.outcomes)
    _object_to_unlinked(terms, search, objections)
    _object_to_education(terms, outcomes, objections)
    _object_to_decision(command, search, objections)
    stamp = weighed(command, history, at, objections)
    return Decision(
        event=PlacementAgreed(
            **stamp,
            standard=procedure.code(command.standard, "the standard agreement's version"),
            fee_version=command.fee_version,
            frames=agg(sorted({one.frame for one in outcomes}, key=FRAMES.index)),
            terms=party(terms),
            outcomes=seal(outcomes),
            document=party(command.document),
        ),
        statement=f"Agree the placement in {terms.setting} for {procedure.pounds(terms.weekly_fee)} a week, with"
        f" {counted(len(outcomes), 'outcome')}.",
        stream="new",
        unless=frozenset({"placement.agreed/1", "referral.ended/1", "referral.home-chosen/1"}),
        second=second_for(stamp["override"]),
    )


def _checked(terms: Agreed, search: Search) -> Agreed:
    home = search.market.home(terms.setting, search.now)
    if home is None:
        refuse("unknown-home", f"no home {terms.setting[:64]!r} is registered; have it registered, or name one that is")
    if home.provider != terms.provider:
        refuse("other-provider", f"the home {terms.setting} is one of {home.provider}, not of {terms.provider[:100]}")
    balanced(terms.lines, terms.weekly_fee, search.need_lines)
    procedure.a_day(terms.starts_on, "starts_on")
    if not 0 <= terms.notice_days <= MOST_NOTICE:
        refuse("notice", f"{terms.notice_days} days of notice came; expected 0 to {MOST_NOTICE}")
    for deviation in terms.deviations:
        procedure.code(deviation.clause, "a clause")
        words(deviation.reason, f"why {deviation.clause} is not the standard's")
    for need, reason in terms.unlinked.items():
        if need not in search.need_lines:
            refuse("unknown-need", f"{need[:64]!r} is no need of the child's on record; name one that is")
        words(reason, f"why nothing answers {need}")
    return terms


def _measurable(outcomes: list[Outcome]) -> list[Outcome]:
    """At least one, each with from where, to where, by when and measured how (D3)."""
    if not outcomes:
        refuse("no-outcomes", "the agreement has no outcome; give at least one with baseline, target, day and tool")
    if len({one.id for one in outcomes}) < len(outcomes):
        refuse("twice", "an outcome has the id of another; give each its own")
    found = []
    for one in outcomes:
        procedure.code(one.id, "an outcome's id", procedure.CRITERION)
        procedure.code(one.tool, "the tool of an outcome")
        procedure.a_day(one.due_on, "due_on")
        found.append(
            msgspec.structs.replace(
                one,
                baseline=words(one.baseline, "the baseline of an outcome"),
                target=words(one.target, "the target of an outcome"),
            )
        )
    return found


def _object_to_unlinked(terms: Agreed, search: Search, objections: Objections) -> None:
    answered = {need for line in terms.lines for need in line.needs} | terms.unlinked.keys()
    if left := sorted(search.need_lines - answered):
        objections.add(
            "unlinked-need",
            f"no line of the fee answers {listed(left)}; link a line to each, or say in 'unlinked' why none is needed",
        )


def _object_to_education(terms: Agreed, outcomes: list[Outcome], objections: Objections) -> None:
    pays = any(line.code == "education" and line.amount > 0 for line in terms.lines)
    if pays and not any(one.frame == "ENJOY_ACHIEVE" for one in outcomes):
        objections.add(
            "no-education-outcome", "education is paid for and no outcome is about it; give one (ENJOY_ACHIEVE)"
        )


def _object_to_decision(command: AgreePlacement, search: Search, objections: Objections) -> None:
    """What is agreed is what was chosen, and practice and budget both said yes to just that (D8)."""
    choice, chosen = search.choice, search.chosen
    if choice is None or chosen is None:
        objections.add("not-chosen", "no home is chosen; choose one, with reasons, before it is agreed")
        return
    if chosen.terms is not None and chosen.terms.setting != command.terms.setting:
        objections.add(
            "other-home", f"{command.terms.setting} came, and the offer of another home was chosen; agree that one"
        )
    wanted = choice.chosen.get(None)
    if wanted is not None and wanted.weekly_fee != command.terms.weekly_fee:
        objections.add(
            "fee-differs",
            f"the fee {procedure.pounds(command.terms.weekly_fee)} came, and {procedure.pounds(wanted.weekly_fee)} was"
            " decided; agree that one",
        )
    if command.fee_version != choice.fee_version:
        objections.add(
            "other-version",
            f"version {command.fee_version} of the fee came, and {choice.fee_version} was decided; agree that",
        )
    for capacity in ("practice", "budget"):
        if not search.approved(capacity, since=choice):
            objections.add(
                "not-approved",
                f"{home_words.CAPACITY[capacity]} has not approved this decision; have it approved before it is agreed",
            )


def change_fee(command: ChangeFee, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    if search.agreed is None:
        refuse("not-agreed", "no placement is agreed in the case, so there is no fee to change; agree it first")
    procedure.a_day(command.fee.from_on, "from_on")
    balanced(command.fee.lines, command.fee.weekly_fee, search.need_lines)
    if search.left is not None:
        objections.add("ended", "the child has left; the fee does not change any more")
    objections.weigh()
    number = search.fee_version + 1
    return Decision(
        event=FeeChanged(
            **procedure.aside(command, history, at),
            fee_version=number,
            basis=agg(command.basis),
            fee=party(command.fee),
            words=party(words(command.words, "why the fee changes")),
        ),
        statement=f"Record version {number} of the fee: {procedure.pounds(command.fee.weekly_fee)} a week from"
        f" {command.fee.from_on}.",
        stream=search.placement_stream,
        unless=frozenset({"placement.fee-changed/1"}),
    )
