"""From a ranking to a decision: award, summaries, notices, and the ways back."""

from __future__ import annotations

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.procedure import Objections, listed, refuse, second_for, words
from fairplace.procurement.calling_off import object_to_parent
from fairplace.procurement.commands import (
    Award,
    EndWithoutAward,
    PublishNotice,
    SendSummaries,
    SentSummary,
    WithdrawAward,
)
from fairplace.procurement.direct import ground_of, object_without_notice
from fairplace.procurement.evaluation import SHEETS, live_places, object_to_missing_sheets
from fairplace.procurement.events import (
    AwardBid,
    Awarded,
    AwardedTo,
    AwardWithdrawn,
    EndedWithoutAward,
    NoticePublished,
    SummariesSent,
    Summary,
    SummaryBid,
)
from fairplace.procurement.footing import bid_of, footing, rests_on, still_open, tender_of
from fairplace.procurement.scoring import top
from fairplace.procurement.standstill import is_mandatory, least_last_day, summaries_due
from fairplace.procurement.state import State, awards_directly
from fairplace.terms import Day, Instant, day, london_day


def award(command: Award, history: History, *, at: Instant, by: Actor) -> Decision:
    state, objections = footing(command, history)
    direct = awards_directly(state.planned)
    winners = 1 if direct else tender_of(state).winners
    still_open(state, objections)
    if direct:
        object_without_notice(state, ground_of(state), objections)
    if not command.awards:
        refuse("no-winner", "an award needs at least one winner in 'awards'; to end without one, end the case")
    won = {
        (bid := bid_of(state, name)).place: AwardedTo(
            provider=bid.provider, value=procedure.pence(value, f"the value awarded to {name}")
        )
        for name, value in sorted(command.awards.items())
    }
    reasons = [words(reason, "a reason for the award") for reason in command.reasons]
    if not reasons:
        objections.add("no-reasons", "an award needs its reasons: they are published; write them", final=True)
    if state.awarded_at >= 0:
        objections.add("awarded-already", "the award is decided already; withdraw it before another is decided")
    if not command.is_report:
        _object_to_approver(history, state, by, objections)
        if not direct:
            _object_to_assessment(history, state, objections)
    _object_to_winners(state, set(command.awards), winners, objections)
    on = day(london_day(procedure.happened_at(command, at)))
    object_to_parent(state, [one.provider for one in won.values()], on, objections)
    stamp = procedure.step(command, history, at, objections)
    if command.pre_award_findings is not None:
        refuse(
            "guessable",
            "'pre_award_findings' would stand in the open before the bids do, and whoever tries all findings finds which"
            " it is the digest of; leave it out",
        )
    names = listed([f"{one.provider.name} for {procedure.pounds(one.value)}" for one in won.values()])
    return Decision(
        event=Awarded(
            **stamp,
            rests_on=rests_on(history, (*SHEETS, "evaluation.moderated/1")),
            bids={place: AwardBid(award=sealed("standstill", won.get(place))) for place in sorted(state.places)},
            reasons=sealed("standstill", reasons),
            alternatives=sealed(
                "standstill", [words(one, "an alternative considered") for one in command.alternatives]
            ),
            delegation=procedure.code(command.delegation, "the clause of the scheme of delegation"),
            pre_award_findings=None,
        ),
        statement=f"Award the contract to {names}; the reasons are sealed until you release them.",
        unless=frozenset(SHEETS),
        second=second_for(stamp["override"]),
    )


def _object_to_approver(history: History, state: State, by: Actor, objections: Objections) -> None:
    if by.key in roles.evaluators(history):
        objections.add(
            "evaluator-approves",
            f"{by.key} marked bids in this case and cannot approve the award; another approver must",
        )
    if by.key in state.recused:
        objections.add("recused", f"{by.key} was recused and must stay out of this case; another approver decides")


def _object_to_assessment(history: History, state: State, objections: Objections) -> None:
    object_to_missing_sheets(history, state, objections)
    if waiting := state.undecided_late:
        objections.add(
            "late-undecided", f"nobody has decided on the late bids of {listed(sorted(waiting))}; decide first"
        )
    if state.moderated_at < 0:
        objections.add("not-moderated", "no marks are agreed yet; moderate, then award")
    elif any(sheet.index > state.moderated_at for sheet in state.sheets):
        objections.add("not-moderated", "a sheet was signed after the marks were agreed; moderate again, then award")
    elif late := sorted(
        {sheet.evaluator for sheet in state.sheets if state.recused.get(sheet.evaluator, -1) > state.moderated_at}
    ):
        objections.add(
            "not-moderated",
            f"{listed(late)} was recused after the marks were agreed; moderate again without those marks",
        )
    elif state.results.keys() != live_places(state):
        objections.add("not-moderated", "the agreed marks are not those of the live bids; moderate again, then award")


def _object_to_winners(state: State, winners: set[str], places: int, objections: Objections) -> None:
    """Only the best-ranked live bids win (Act, s. 19(1)-(2))."""
    if dead := sorted(winners - state.live.keys()):
        objections.add("not-live", f"the bid of {listed(dead)} is not live; it cannot win", final=True)
    ranks = {name: state.results[bid.place].rank for name, bid in state.live.items() if bid.place in state.results}
    if not ranks:
        return
    best = top(ranks, places)
    if best is None:
        objections.add("tie", "bids share the last winning rank and no published tie-break parts them; end or re-run")
    elif winners != best:
        objections.add(
            "not-top-ranked",
            f"the award was to go to {listed(sorted(winners))}; by the published criteria {listed(sorted(best))} rank first",
        )


def send_summaries(command: SendSummaries, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    sent = {
        bid_of(state, name).place: _summary(summary, procedure.happened_at(command, at))
        for name, summary in sorted(command.bids.items())
    }
    if state.awarded_at < 0:
        objections.add("not-awarded", "no award is decided, so there is nothing to summarise; award first")
    if left := sorted(state.live.keys() - command.bids.keys()):
        objections.add(
            "summary-left-out",
            f"{listed(left)} would get no assessment summary; send every assessed bidder one (Act, s. 50)",
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=SummariesSent(
            **stamp,
            bids={place: SummaryBid(summary=sealed("commercial", sent.get(place))) for place in sorted(state.places)},
        ),
        statement=f"Record that {counted(len(sent), 'bidder was sent its assessment summary', 'bidders were sent their assessment summaries')}.",
        second=second_for(stamp["override"]),
    )


def _summary(came: SentSummary, when: Instant) -> Summary:
    sent_at = when if came.sent_at is None else procedure.an_instant(came.sent_at, "when a summary was sent")
    return Summary(sent_at=sent_at, contains=sorted(set(came.contains)), document=came.document)


def publish_notice(command: PublishNotice, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    reference = command.reference
    ends = command.standstill_ends
    if ends is not None:
        procedure.a_day(ends, "standstill_ends")
        if command.notice != "UK6":
            refuse("standstill", f"a standstill came with a {command.notice}; only a UK6 gives one: leave it out")
    published = day(london_day(procedure.happened_at(command, at)))
    match command.notice:
        case "UK6":
            _object_to_award_notice(state, published, ends, objections)
        case "UK7" | "UK9" | "UK10" | "UK11" if not state.contract:
            objections.add(
                "no-contract", f"a {command.notice} is about a contract, and none is on record; record it first"
            )
        case "UK11" if state.contract is not None and state.contract.ended_on is None:
            objections.add(
                "contract-runs", "a UK11 says that the contract ended, and it runs on the record; record its end first"
            )
        case "UK12" if not state.ended:
            objections.add(
                "not-ended", "a UK12 says that the procurement ended without award; record that decision first"
            )
        case _:
            pass
    stamp = procedure.step(command, history, at, objections)
    until = f" with a standstill until the end of {ends}" if ends else ""
    return Decision(
        event=NoticePublished(
            **stamp,
            notice=command.notice,
            reference=None if reference is None else procedure.code(reference, "the notice's reference"),
            standstill_ends=ends,
            conflicts_confirmed=command.conflicts_confirmed,
        ),
        statement=f"Record the publication of the notice {command.notice}{until}.",
        second=second_for(stamp["override"]),
    )


def _object_to_award_notice(state: State, published: Day, ends: Day | None, objections: Objections) -> None:
    still_open(state, objections)
    if state.awarded_at < 0:
        objections.add("not-awarded", "no award is decided; award, send the summaries, then publish the UK6")
    if summaries_due(state.planned) and (
        left := sorted(n for n, bid in state.live.items() if bid.place not in state.summaries)
    ):
        objections.add(
            "summaries-missing",
            f"{listed(left)} have no assessment summary; send them before the award notice (Act, s. 50(3))",
        )
    least = least_last_day(state, published)
    if ends is None:
        if is_mandatory(state):
            objections.add(
                "standstill-missing",
                "the award notice must give the last day of the standstill of 8 working days (Act, s. 51); published on"
                f" {published}, that is {least} or later",
            )
        return
    if least is not None and ends < least:
        objections.add(
            "standstill-short",
            f"a standstill until {ends} came; published on {published} it lasts at least 8 working days, until {least}",
        )


def end_without_award(command: EndWithoutAward, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if state.awarded_at >= 0:
        objections.add("awarded-already", "an award is decided; withdraw it before the case ends without one")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=EndedWithoutAward(
            **stamp, ground=command.ground, reason=sealed("standstill", words(command.reason, "the reason"))
        ),
        statement=f"End the procurement without award ({command.ground.replace('-', ' ')}).",
        second=second_for(stamp["override"]),
    )


def withdraw_award(command: WithdrawAward, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    if state.awarded_at < 0:
        refuse("not-awarded", "no award is decided, so there is none to withdraw")
    if state.contract:
        objections.add(
            "contract-entered", "the contract is signed; an award decision can no longer be withdrawn", final=True
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=AwardWithdrawn(**stamp, reason=sealed("standstill", words(command.reason, "the reason"))),
        statement="Withdraw the award decision; new summaries and a new UK6 are needed after the next one.",
        second=second_for(stamp["override"]),
    )
