"""What follows when a provider asks why or challenges, and when it is answered: one event, or a refusal.

- Whoever was not chosen, or not asked, may; whose home was chosen has nothing to challenge.
- Nothing of it stops a step of the search: no agreement, no start. What was wrong is put right by steps of their own.
"""

from __future__ import annotations

from fairplace import home_words, procedure
from fairplace.contest.commands import (
    AnswerContest,
    AnswerWhy,
    AnyCommand,
    AskWhy,
    DecideContest,
    Later,
    LodgeContest,
    RemedyContest,
    WithdrawContest,
)
from fairplace.contest.events import Answered, Decided, Lodged, Remedied, WhyAnswered, WhyAsked, Withdrawn
from fairplace.contest.known import Contest, contests
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Missing
from fairplace.people import roles
from fairplace.procedure import Objections, refuse, words
from fairplace.referral.footing import footing, speaker
from fairplace.referral.state import Search
from fairplace.tags import agg, party
from fairplace.terms import Instant


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives.

    Raises Forbidden (the person's role), Refused (procedure or integrity), Malformed (a value) or Missing (the case).
    """
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case AskWhy():
            return _ask(command, history, at, by)
        case LodgeContest():
            return _lodge(command, history, at, by)
        case AnswerWhy(contest=contest):
            stamp = _stamp(command, history, at, by)
            answer = party(words(command.answer, "the answer"))
            return Decision(
                event=WhyAnswered(**stamp, answer=answer),
                statement="Tell the provider why; it alone is answered.",
                stream=contest,
            )
        case AnswerContest(contest=contest):
            stamp = _stamp(command, history, at, by)
            answer = party(words(command.answer, "the answer to the challenge"))
            return Decision(
                event=Answered(**stamp, answer=answer),
                statement="Answer the challenge; whoever lodged it reads the answer.",
                stream=contest,
            )
        case DecideContest():
            return _decide(command, history, at, by)
        case RemedyContest(contest=contest):
            stamp = _stamp(command, history, at, by)
            return Decision(
                event=Remedied(**stamp, words=party(words(command.words, "what was done"))),
                statement="Record that the remedy was carried out.",
                stream=contest,
            )
        case WithdrawContest(contest=contest):
            return Decision(
                event=Withdrawn(**_stamp(command, history, at, by)),
                statement="Withdraw the challenge.",
                stream=contest,
            )


def _ask(command: AskWhy, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    who = speaker(by, command.provider, report=command.is_report)
    _concerned(search, who, objections)
    if who in search.invited and search.choice is None and search.ended is None:
        objections.add(
            "not-decided", "the search is not decided yet; ask a question about it, which is answered to everybody"
        )
    objections.weigh()
    return Decision(
        event=WhyAsked(
            **procedure.aside(command, history, at),
            provider=party(who),
            words=party(words(command.words, "the question")),
        ),
        statement="Ask why. It has no effect but that it is answered, and it is no challenge.",
        stream="new",
    )


def _lodge(command: LodgeContest, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    who = speaker(by, command.provider, report=command.is_report)
    _concerned(search, who, objections)
    objections.weigh()
    return Decision(
        event=Lodged(
            **procedure.aside(command, history, at),
            kind=agg(command.kind),
            ground=agg(command.ground),
            remedy=party(command.remedy),
            provider=party(who),
            words=party(words(command.words, "the challenge")),
        ),
        statement=f"Lodge a challenge on the ground that {home_words.GROUND[command.ground]}. It stops no step by itself.",
        stream="new",
    )


def _concerned(search: Search, who: str, objections: Objections) -> None:
    """Was this provider not chosen, or not asked although it has such homes?"""
    if search.market.provider(who, search.now) is None:
        refuse("unknown-provider", f"{who} is not on the list of homes; name a provider by its number there")
    if not search.published and search.choice is None and search.ended is None:
        objections.add("nothing-asked", "nobody was asked yet and nothing is decided; there is nothing to challenge")
    chosen = search.chosen
    if chosen is not None and chosen.terms is not None and chosen.terms.provider == who:
        objections.add("chosen", f"the home of {who} was chosen; this is for those not chosen, or not asked")
    family = search.seeker.family if search.seeker is not None else None
    if who not in search.invited and family is not None:
        own = {one.terms.provider for one in search.offers.values() if one.terms is not None}
        homes = search.market.homes_of(who, search.now)
        if who not in own and all(home.family != family for home in homes):
            objections.add("not-concerned", f"{who} has no home of the kind that was sought, so it could not be asked")


def _decide(command: DecideContest, history: History, at: Instant, by: Actor) -> Decision:
    stamp = _stamp(command, history, at, by)
    return Decision(
        event=Decided(
            **stamp,
            outcome=agg(command.outcome),
            remedy=party(command.remedy),
            reason=party(words(command.reason, "the reason for the decision on the challenge")),
        ),
        statement=f"Decide on the challenge: {home_words.OUTCOME[command.outcome]}; what follows:"
        f" {home_words.REMEDY[command.remedy] if command.remedy else 'nothing'}.",
        stream=command.contest,
    )


def _stamp(command: Later, history: History, at: Instant, by: Actor) -> procedure.AsideStamp:
    """The stamp of a later step, once it may be taken."""
    search, objections = footing(command, history, overridable=False)
    found = next((one for one in contests(history) if one.stream == command.contest), None)
    if found is None:
        raise Missing(f"there is no challenge {command.contest[:60]} in this case; name one by the id of its stream")
    if (found.about == "why") != isinstance(command, AnswerWhy):
        refuse(
            "ask-or-challenge",
            "a question why was named; it is answered and no more"
            if found.about == "why"
            else "a challenge was named; it is answered and decided as a challenge",
        )
    _in_turn(command, found, objections)
    if isinstance(command, DecideContest) and by.key in {
        *search.choosers,
        *(who for who, _ in search.approvals.values()),
    }:
        # A report as well: else they would decide it by saying that it was decided elsewhere.
        refuse(
            "own-decision",
            "whoever chose or approved the home neither decides whether that was right nor records that it was decided; ask"
            " a colleague",
        )
    if isinstance(command, WithdrawContest) and found.provider is not None:
        procedure.own(by, found.provider, report=command.is_report)
    objections.weigh()
    return procedure.aside(command, history, at)


def _in_turn(command: Later, found: Contest, objections: Objections) -> None:
    match command:
        case RemedyContest():
            if found.state != "owed":
                objections.add("no-remedy", "no remedy is owed in this challenge, so none can be carried out")
        case AnswerWhy() if found.state == "over":
            objections.add("answered-already", "the question was answered already; the provider can ask again")
        case _ if found.state in ("owed", "over"):
            objections.add("contest-closed", "the challenge was decided already; a new one can be lodged")
        case _ if found.state == "withdrawn":
            objections.add("contest-closed", "the challenge was withdrawn; a new one can be lodged")
        case AnswerContest() if found.state == "answered":
            objections.add("answered-already", "the challenge was answered already; decide it")
        case DecideContest() if found.state == "lodged":
            objections.add("not-answered", "the challenge was not answered yet; answer it, then decide")
        case _:
            pass
