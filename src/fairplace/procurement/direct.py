"""Awarding without a competition: on which ground of the Act, to whom, and why (Procurement Act 2023, ss. 41 to 43).

- A direct award whose ground is not named is not decided; nothing overrides that.
- Whoever is named stands in the one place of the case, so that they are checked for exclusion like any bidder (s. 41(1)).
- A transparency notice comes before the decision (s. 44), unless the person or their carer chose (Schedule 5, paragraph 15).
"""

from __future__ import annotations

from fairplace import procedure
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, refuse, second_for, words
from fairplace.procurement.commands import NameGround
from fairplace.procurement.events import DirectGround, GroundNamed, Planned
from fairplace.procurement.footing import footing, still_open
from fairplace.procurement.state import State, awards_directly
from fairplace.terms import Instant

AFTER_A_COMPETITION: DirectGround = "no-suitable-tender"
CHOSEN_BY_THE_PERSON: DirectGround = "user-choice"


def name_ground(command: NameGround, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if not awards_directly(state.planned):
        route = state.planned.route if state.planned is not None else "none"
        refuse("no-direct-award", f"the case is bought by the route {route}; only a direct award has such a ground")
    if state.awarded_at >= 0:  # in a report, too: it would change to whom the award went
        refuse(
            "awarded-already",
            "the award is decided, and its ground is named before it; take the award back before you name another, or"
            " correct the words of the ground",
        )
    _object_to_ground(command.ground, state.planned, objections)
    provider = procedure.provider(command.provider)
    reason = words(command.reason, "why the ground applies")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=GroundNamed(
            **stamp,
            ground=command.ground,
            provider=sealed("commercial", provider),
            reason=sealed("standstill", reason),
        ),
        statement=f"Name the ground of a direct award to {provider.name}: {command.ground}.",
        second=second_for(stamp["override"]),
    )


def ground_of(state: State) -> GroundNamed:
    if state.ground is None:
        refuse(
            "no-ground",
            "a direct award needs its ground, whom it goes to and why (Act, ss. 41 and 43); name the ground first",
        )
    return state.ground


def object_without_notice(state: State, ground: GroundNamed, objections: Objections) -> None:
    planned = state.planned
    if (
        planned is not None
        and planned.regime == "PA23"
        and ground.ground != CHOSEN_BY_THE_PERSON
        and not state.transparent
    ):
        objections.add(
            "no-transparency-notice",
            "no transparency notice (UK5) of this ground and supplier is on record, and it comes before a direct award"
            " (Act, s. 44); publish it first",
        )


def _object_to_ground(ground: DirectGround, planned: Planned | None, objections: Objections) -> None:
    assert planned is not None
    if (ground == AFTER_A_COMPETITION) != (planned.route == "direct_s43"):
        objections.add(
            "other-section",
            f"the case is planned as {planned.route}, and the ground {ground} is one of the other section; name one of it,"
            " or plan anew",
        )
    if ground == CHOSEN_BY_THE_PERSON and not planned.light_touch:
        objections.add(
            "not-light-touch",
            "only a light touch contract goes to whom a person or their carer chose (Act, Sch. 5 para 15); name another ground",
        )
