"""Somebody asks why, and somebody challenges, in a made-up search: every text that can be written of it is written."""

from __future__ import annotations

from typing import Any

from fairplace.contest import events as c
from fairplace.event import Event
from fairplace.referral import events as sought
from fairplace.synthesis.region.world import World


def contested(world: World) -> str:
    """The newest search in which somebody was asked and not chosen: they ask why, and challenge. The id of its case.

    Raises LookupError where there is no such search.
    """
    world.book.flush()
    case, firm = _not_chosen(world)
    say, provider = world.words, world.key_of(firm)
    [authority, *_] = world.authorities
    [officer, *_] = world.staff[authority]["officer"]

    def step(event: type[Event], by: str, stream: str, /, **values: Any) -> None:
        world.act(event, by, case=case, stream=stream, seen=world.book.end(case), **values)

    why, challenge = world.book.stream(), world.book.stream()
    step(c.WhyAsked, provider, why, provider=firm, words=say("Which of the needs could our home not meet?"))
    step(c.WhyAnswered, officer, why, answer=say("The need for therapy on site."))
    step(
        c.Lodged, provider, challenge, kind="complaint", ground="scoring", remedy="explanation", provider=firm,
        words=say("The days of our therapist were not counted."),
    )  # fmt: skip
    step(c.Answered, officer, challenge, answer=say("The offer names two days; the need asks for four."))
    step(
        c.Decided, world.monitoring, challenge, outcome="partly-upheld", remedy="explanation",
        reason=say("The days were counted, and the letter did not say so."),
    )  # fmt: skip
    step(c.Remedied, officer, challenge, words=say("Explained criterion by criterion."))
    world.book.flush()
    return case


def _not_chosen(world: World) -> tuple[str, str]:
    reader = world.register.reader
    for case in reversed(reader.cases()):
        events = [recorded.event for recorded in reader.case(case)]
        offers = {one.offer: one.terms.get().provider for one in events if isinstance(one, sought.OfferMade)}
        winners = {offers.get(one.chosen.get().offer) for one in events if isinstance(one, sought.HomeChosen)}
        asked = {
            to.provider for one in events if isinstance(one, sought.ReferralPublished) for to in one.recipients.get()
        }
        if None not in winners and winners and (others := sorted(asked - winners)):
            return case, others[0]
    raise LookupError("in no search was anybody asked and not chosen")
