"""What has to be done from the plan to the decision: invite, open, check, mark, agree, decide."""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.duties.duty import Duty, Past
from fairplace.formats import clock, named_day
from fairplace.people import roles
from fairplace.people.events import InterestsDeclared
from fairplace.procurement.events import BidsChecked, BidsOpened, ContractEntered
from fairplace.procurement.state import awards_directly, calls_off
from fairplace.terms import LONDON, KeyName, day, london_day, moment


def before_award(past: Past) -> Iterator[Duty]:
    state = past.state
    if state.tender is None:
        yield from _to_publish(past)
        return
    for question in sorted(state.questions.keys() - state.answered):
        if not state.opened:
            yield past.duty("answer", f"Answer question {question}", ["officer"], says="Everybody gets the same answer at the same time.",
                            rule="ET-01", due=None if state.last_deadline is None else day(london_day(state.last_deadline)))  # fmt: skip
    yield from (_marking(past) if state.opened else _bidding(past))


def _to_publish(past: Past) -> Iterator[Duty]:
    state, planned = past.state, past.state.planned
    if awards_directly(planned):
        yield from _directly(past)
        return
    if planned is None:
        return
    blocked = ""
    if calls_off(planned) and state.parent is None:
        blocked = "waits for the name of the framework or dynamic market"
        yield past.duty("parent", "Name the framework or dynamic market", ["officer"],
                        says="What this is called off from, before anything else.", rule="SC-04")  # fmt: skip
    if planned.regime == "PA23" and not state.conflicts_assessed:
        blocked = blocked or "waits for the assessment of conflicts of interest"
        yield past.duty("conflicts", "Assess conflicts of interest", ["officer", "monitoring"],
                        says="Before the tender notice is published.", rule="CI-03")  # fmt: skip
    yield past.duty(
        "tender", "Publish the tender notice", ["officer"], state="waits" if blocked else "now", blocked=blocked
    )


def _directly(past: Past) -> Iterator[Duty]:
    """Nobody bids: the ground is named, the transparency notice says it, and the award is decided."""
    state = past.state
    if state.ground is None:
        yield past.duty("ground", "Name the ground of the direct award", ["officer"],
                        says="To whom, and why without a competition, before it is decided.")  # fmt: skip
    elif state.planned is not None and state.planned.regime == "PA23" and not (
        state.transparent or state.ground.ground == "user-choice"
    ):  # fmt: skip
        yield past.duty("notice", "Publish the transparency notice", ["officer"], says="A UK5, before the award is decided.")  # fmt: skip
    else:
        yield past.duty("award", "Decide the award", ["approver"], says="Its ground is named.", rule="AD-01",
                        people=past.in_role("approver"))  # fmt: skip


def _bidding(past: Past) -> Iterator[Duty]:
    deadline = past.state.last_deadline
    if deadline is None:
        return
    on = day(london_day(deadline))
    when = f"{clock(moment(deadline).astimezone(LONDON))} on {named_day(on, past.today)}"
    if past.now <= deadline:
        yield past.duty("open", "Bids can come in", ["officer"], state="runs", due=on, rule="ET-02",
                        says=f"Until {when}. Nobody sees a bid before all are opened together.")  # fmt: skip
    else:
        yield past.duty("open", "Open the bids", ["officer"], due=on, rule="ET-03",
                        says=f"The deadline passed at {when}. All bids are opened together.")  # fmt: skip


def _marking(past: Past) -> Iterator[Duty]:
    state, history = past.state, past.history
    undeclared = _to_declare_again(past)
    if undeclared:
        yield past.duty("interests", "Declare your interests again", ["officer", "evaluator", "moderator", "approver", "monitoring"],
                        people=frozenset(undeclared), says="Now that you can know who bids.", rule="CI-01")  # fmt: skip
    yield from _correcting(past)
    checked = history.last(BidsChecked) is not None
    if not checked:
        yield past.duty(
            "checks", "Check the bids", ["officer"], says="The same conditions for every bid.", rule="ET-14"
        )
    if state.moderated_at >= 0 and not any(sheet.index > state.moderated_at for sheet in state.sheets):
        yield from _to_decide(past)
        return
    expected = roles.expected_evaluators(history)
    given = {sheet.evaluator for sheet in state.sheets}
    missing = [person for person in expected if person not in given]
    if not given:
        yield past.duty("interests", "Declare your interests", ["evaluator"], people=frozenset(), first=True, rule="CI-01",
                        says="If you are to mark in this case: before you do, also when you have none.")  # fmt: skip
    if missing:
        waits = "" if checked else "waits for the check of the bids"
        yield past.duty("sheet", "Give your marks", ["evaluator"], people=frozenset(missing), state="waits" if waits else "now",
                        says="Alone, with a reason for each mark.", rule="RR-04", blocked=waits)  # fmt: skip
    blocked, whom = "", tuple[KeyName, ...]()
    if not expected:
        blocked = "waits for an evaluator to declare interests"
    elif missing:
        blocked, whom = "waits for the marks of", tuple(missing)
    elif declaring := tuple(person for person in undeclared if person in expected):
        blocked, whom = "waits for the declaration of", declaring
    yield past.duty("moderation", "Agree the marks", ["moderator"], state="waits" if blocked else "now", rule="RR-03",
                    says="Where evaluators differed, with a reason for each agreed mark.", blocked=blocked, waits_for=whom)  # fmt: skip


def _correcting(past: Past) -> Iterator[Duty]:
    """Formal faults that may be put right: until when, and that it is recorded what came."""
    waiting = [
        one.until
        for place, one in past.state.corrections.items()
        if one.faults.invited and place not in past.state.corrected
    ]
    if not waiting:
        return
    until = max(waiting)
    on = day(london_day(until))
    when = f"{clock(moment(until).astimezone(LONDON))} on {named_day(on, past.today)}"
    if past.now <= until:
        yield past.duty("corrections-came", "Formal faults can be put right", ["officer"], state="runs", due=on, rule="ET-09",
                        says=f"Until {when}, for all who were invited.")  # fmt: skip
    else:
        yield past.duty("corrections-came", "Record what was put right", ["officer"], due=on, rule="ET-09",
                        says=f"The time for it passed at {when}. The bids are checked afterwards.")  # fmt: skip


def _to_decide(past: Past) -> Iterator[Duty]:
    yield past.duty("award", "Decide the award", ["approver"], says="Marks are agreed.", rule="AD-01",
                    people=past.in_role("approver") - roles.evaluators(past.history))  # fmt: skip


def _to_declare_again(past: Past) -> list[KeyName]:
    """Who declared while they could not know who bids, and has not since."""
    opened = past.history.last(BidsOpened)
    newest = {recorded.actor: event for recorded, event in past.history.of(InterestsDeclared)}
    if opened is None or past.history.last(ContractEntered) is not None:
        return []
    return [person for person, event in newest.items() if not event.bidders_known and person not in past.out]
