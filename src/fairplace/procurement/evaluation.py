"""From marks to a ranking: each evaluator's sheet, then the agreed marks with the reasons for each change."""

from __future__ import annotations

from collections.abc import Mapping

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.procedure import Objections, listed, refuse, second_for, words
from fairplace.procurement.commands import Agreed, Marked, Moderate, SignSheet
from fairplace.procurement.events import (
    Changed,
    Moderated,
    ModeratedBid,
    Result,
    SheetBid,
    SheetSigned,
)
from fairplace.procurement.footing import bid_of, footing, rests_on, still_open, tender_of
from fairplace.procurement.opening import unchecked
from fairplace.procurement.scoring import Scored, on_scale, quality_leaves, results
from fairplace.procurement.state import Bid, State
from fairplace.procurement.veil import veiled
from fairplace.terms import Instant, Mark, Place, Text

SHEETS = ("evaluation.sheet-signed/1",)


def sign_sheet(command: SignSheet, history: History, *, at: Instant, by: Actor) -> Decision:
    state, objections = footing(command, history)
    tender_of(state)
    still_open(state, objections)
    published = quality_leaves(state.criteria)
    criteria = published if command.criteria is None else command.criteria
    for name in criteria:
        procedure.code(name, "a criterion's id", procedure.CRITERION)
    if len(set(criteria)) != len(criteria) or not criteria:
        refuse("criteria", "a sheet names each criterion that it marks once, and at least one")
    if state.is_veiled:
        state = _without_names(command, state, by, objections)
    bids = {name: (bid_of(state, name), _cleaned(name, given)) for name, given in sorted(command.bids.items())}
    if not command.is_report:
        _object_to_evaluator(history, state, by, criteria, objections)
    _object_to_marks(state, {name: given for name, (_, given) in bids.items()}, criteria, published, objections)
    stamp = procedure.step(command, history, at, objections)
    by_place = {bid.place: given for bid, given in bids.values()}
    return Decision(
        event=SheetSigned(
            **stamp,
            seen=procedure.head_of(history),
            criteria=criteria,
            bids={
                place: SheetBid(
                    marks=sealed("standstill", by_place[place].marks if place in by_place else None),
                    reasons=sealed("commercial", by_place[place].reasons if place in by_place else None),
                )
                for place in sorted(state.places)
            },
        ),
        statement=f"Sign your marks and reasons for {counted(len(bids), 'bid')} on {listed(criteria)}; they stay sealed.",
        stream="new",
        unless=frozenset({"procurement.bids-checked/1", "procurement.criteria-changed/1", "evaluation.moderated/1"}),
        second=second_for(stamp["override"]),
    )


def _without_names(command: SignSheet, state: State, by: Actor, objections: Objections) -> State:
    """The bids under letters, for a sheet that names them by their places; a report may name them as a portal did."""
    named = sorted(name for name in command.bids if name not in state.places)
    if named and command.is_report:
        return state
    if named:
        refuse(
            "anonymous",
            f"bids are marked without names here; name each by its place, such as 03, not {named[0][:60]!r}",
        )
    if by.roles & roles.KNOW_NAMES:
        objections.add(
            "knows-names",
            f"{by.key} can know which bid is whose, and bids are marked without names; somebody else marks",
        )
    return veiled(state)


def _cleaned(name: str, given: Marked | Agreed) -> Marked:
    for criterion in (*given.marks, *given.reasons):
        procedure.code(criterion, "a criterion's id", procedure.CRITERION)
    reasons: dict[str, Text] = {
        criterion: words(reason, f"the reason for {name} on {criterion}") for criterion, reason in given.reasons.items()
    }
    return Marked(marks=given.marks, reasons=reasons)


def _object_to_evaluator(
    history: History, state: State, by: Actor, criteria: list[str], objections: Objections
) -> None:
    """May this person mark, here and now?"""
    if not roles.declared(history, by.key):
        objections.add("no-declaration", f"{by.key} has not declared interests in this case; declare them, then mark")
    if by.key in state.recused:
        objections.add("recused", f"{by.key} was recused and must stay out of this case; somebody else marks all bids")
    if missing := unchecked(state):
        objections.add("bids-not-checked", f"the bids of {listed(missing)} are not checked yet; check all, then mark")
    if state.moderated_at > state.reopened_at:
        objections.add("moderated", "marks are agreed already; a sheet signed now would come after them")
    again = {
        criterion
        for sheet in state.sheets
        if sheet.evaluator == by.key and sheet.index > state.reopened_at
        for criterion in sheet.criteria
    }
    if twice := sorted(again & set(criteria)):
        objections.add(
            "second-sheet", f"your sheet on {listed(twice)} is signed already; a change of mind is for moderation"
        )


def _object_to_marks(
    state: State, bids: Mapping[str, Marked], criteria: list[str], published: list[str], objections: Objections
) -> None:
    """Every live bid, on every criterion, on the scale, with a reason: else this is no assessment (Act, s. 19)."""
    if hidden := sorted(set(criteria) - set(published)):
        objections.add(
            "hidden-criterion", f"{listed(hidden)} is no published quality criterion; mark only on those", final=True
        )
    if left := sorted(state.live.keys() - bids.keys()):
        objections.add(
            "bid-left-out", f"the live bids of {listed(left)} have no marks; mark every live bid", final=True
        )
    if dead := sorted(bids.keys() - state.live.keys()):
        objections.add("bid-not-live", f"the bids of {listed(dead)} are not live; take their marks out", final=True)
    for name, given in bids.items():
        if left := [one for one in criteria if one not in given.marks]:
            objections.add(
                "criterion-left-out", f"the bid of {name} has no mark on {listed(left)}; give one", final=True
            )
        if extra := sorted(given.marks.keys() - set(criteria)):
            objections.add(
                "hidden-criterion",
                f"the bid of {name} has a mark on {listed(extra)}, which is not asked for",
                final=True,
            )
        if bare := [one for one in given.marks if one not in given.reasons]:
            objections.add(
                "mark-without-reason",
                f"the bid of {name} has a mark on {listed(bare)} without a reason; write it",
                final=True,
            )
        _object_to_scale(state, name, given.marks, objections)


def _object_to_scale(state: State, name: str, marks: Mapping[str, Mark], objections: Objections) -> None:
    scale = state.scale
    for criterion, mark in marks.items():
        if scale is not None and not on_scale(mark, scale):
            objections.add(
                "off-scale",
                f"the mark {mark} for {name} on {criterion} is not on the scale from {scale.lowest} to {scale.highest} in"
                f" steps of {scale.step}; give one that is",
                final=True,
            )


def moderate(command: Moderate, history: History, *, at: Instant, by: Actor) -> Decision:
    state, objections = footing(command, history)
    tender_of(state)
    still_open(state, objections)
    bids = {name: (bid_of(state, name), given) for name, given in sorted(command.bids.items())}
    agreed = {name: _cleaned(name, given) for name, (_, given) in bids.items()}
    published = quality_leaves(state.criteria)
    if not command.is_report:
        object_to_missing_sheets(history, state, objections)
        if by.key in state.recused:
            objections.add("recused", f"{by.key} was recused and must stay out of this case; somebody else moderates")
        if state.moderated_at > state.reopened_at:
            objections.add("moderated", "marks are agreed already; they change only after an award is withdrawn")
    _object_to_marks(state, agreed, published, published, objections)
    changes = {name: _changes(state, name, bid, given, objections) for name, (bid, given) in bids.items()}
    outcome = _results(command, state, agreed, objections)
    stamp = procedure.step(command, history, at, objections)
    by_place = {bid.place: name for name, (bid, _) in bids.items()}
    present = sorted({procedure.key_name(one, "somebody present") for one in command.present} | {by.key})
    return Decision(
        event=Moderated(
            **stamp,
            rests_on=rests_on(history, SHEETS),
            bids={place: _moderated(by_place.get(place), agreed, changes, outcome) for place in sorted(state.places)},
            present=present,
        ),
        statement=f"Agree the marks of {counted(len(agreed), 'bid')}, from {counted(len(state.sheets), 'sheet')}; the totals follow from them"
        " and stay sealed.",
        unless=frozenset(SHEETS),
        second=second_for(stamp["override"]),
    )


def _moderated(
    name: str | None,
    agreed: Mapping[str, Marked],
    changes: Mapping[str, dict[str, Changed]],
    outcome: Mapping[str, Result],
) -> ModeratedBid:
    given = None if name is None else agreed[name]
    return ModeratedBid(
        marks=sealed("standstill", None if given is None else given.marks),
        reasons=sealed("commercial", None if given is None else given.reasons),
        changes=sealed("commercial", None if name is None else changes[name]),
        result=sealed("standstill", None if name is None else outcome.get(name)),
    )


def object_to_missing_sheets(history: History, state: State, objections: Objections) -> None:
    """Every evaluator who declared and is not recused has signed, and every criterion of every live bid has a mark."""
    signed = {sheet.evaluator for sheet in state.sheets}
    if missing := [person for person in roles.expected_evaluators(history) if person not in signed]:
        objections.add(
            "sheets-missing", f"the sheets of {listed(missing)} are not in; wait for them, or decide on their interest"
        )
    elif bare := [
        f"{name} on {criterion}"
        for name, bid in state.live.items()
        for criterion in quality_leaves(state.criteria)
        if not state.inputs(bid.place, criterion)
    ]:
        objections.add(
            "sheets-missing", f"nobody has marked {listed(bare[:5])}; every live bid needs marks on everything"
        )


def _changes(state: State, name: str, bid: Bid, given: Agreed, objections: Objections) -> dict[str, Changed]:
    """The criteria on which evaluators differed, or from which the agreed mark departs, each with its reason.

    A report may lack the reason: it is then empty, and the rules find it.
    """
    changes: dict[str, Changed] = {}
    for criterion, mark in given.marks.items():
        inputs = state.inputs(bid.place, criterion)
        reason = given.changes.get(criterion)
        if reason is None and (not inputs or set(inputs) == {mark}):
            continue
        if reason is None:
            objections.add(
                "change-without-reason",
                f"evaluators gave {name} the marks {listed([str(one) for one in inputs])} on {criterion} and {mark} was"
                " agreed; say why that one ('changes' in a file of commands)",
                final=True,
            )
        changes[criterion] = Changed(
            inputs=inputs, reason="" if reason is None else words(reason, f"the reason for the change of {criterion}")
        )
    if odd := sorted(given.changes.keys() - given.marks.keys()):
        refuse("unknown-criterion", f"a reason for a change on {listed(odd)[:200]} came, which has no agreed mark")
    return changes


def _results(
    command: Moderate, state: State, agreed: Mapping[str, Marked], objections: Objections
) -> dict[str, Result]:
    """The totals: computed, or in a report those that the portal gave."""
    assert state.scale is not None  # there is no tender notice without a scale
    for name in agreed:
        if not command.is_report and state.price_formula is not None and state.bids[name].price is None:
            refuse(
                "no-price",
                f"the bid of {name} has no price; record it if it stood in a sealed file, else mark the bid disregarded as"
                " incomplete; then agree the marks",
            )
    live = {name: Scored(marks=given.marks, price=state.bids[name].price) for name, given in agreed.items()}
    tie_break = None if state.tender is None else state.tender.tie_break
    computed = results(state.criteria, state.scale, state.price_formula, tie_break, live)
    if command.results is None:
        return computed
    if unknown := sorted(command.results.keys() - agreed.keys()):
        refuse("unknown-bid", f"a result for {listed(unknown)[:200]} came, which has no agreed marks")
    if command.results != computed:
        objections.add(
            "arithmetic",
            "the results that came do not follow from marks, prices and weights; leave them out",
            final=True,
        )
    return command.results


def live_places(state: State) -> set[Place]:
    return {bid.place for bid in state.live.values()}
