"""Who is asked, what they are told, and until when they may answer: the same for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from fairplace import home_words, procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.market.events import Tier
from fairplace.procedure import Objections, listed, refuse, second_for, words
from fairplace.referral.commands import (
    AmendReferral,
    Asking,
    ExtendDeadline,
    PublishReferral,
    PutQuestion,
    RecordApproach,
    SettleQuestion,
)
from fairplace.referral.events import (
    ContactRecorded,
    DeadlineExtended,
    QuestionPut,
    QuestionSettled,
    ReferralAmended,
    ReferralPublished,
)
from fairplace.referral.footing import everybody, footing, goes_on, is_open, once, speaker, version
from fairplace.referral.need import TIERS
from fairplace.referral.state import Search
from fairplace.referral.values import Recipient, Told
from fairplace.tags import agg, party
from fairplace.terms import Instant, moment

_QUESTION = re.compile(r"Q[0-9]{1,4}")
TOGETHER = timedelta(minutes=5)
"""Messages to many go out one after another; beyond this it was not at one time."""


def decide(command: Asking, history: History, *, at: Instant, by: Actor) -> Decision:
    match command:
        case PublishReferral():
            return _publish(command, history, at)
        case AmendReferral():
            return _amend(command, history, at)
        case ExtendDeadline():
            return _extend(command, history, at)
        case PutQuestion():
            return _question(command, history, at, by)
        case SettleQuestion():
            return _settle(command, history, at)
        case RecordApproach():
            return _approach(command, history, at)


def _check_recipients(recipients: Sequence[Recipient], search: Search, until: Instant) -> None:
    """Registered, each once, sent before now and with time to answer."""
    if not recipients:
        refuse("recipients", "nobody is named; give everybody who was asked in 'recipients'")
    once([one.provider for one in recipients], "the list of recipients")
    for one in recipients:
        procedure.code(one.provider, "a provider's id", procedure.PROVIDER_ID)
        if search.market.provider(one.provider, search.now) is None:
            refuse("unknown-provider", f"the provider {one.provider} is not registered; register it first")
        procedure.an_instant(one.sent_at, "sent_at")
        procedure.an_instant(one.deadline, "the deadline")
        if one.sent_at > until:
            refuse("future", f"sent to {one.provider} at {one.sent_at} came; it is recorded once it is sent")
        if one.deadline <= one.sent_at:
            refuse("no-time", f"{one.provider} got no time to answer: sent at {one.sent_at}, until {one.deadline}")


def _object_to_unequal(recipients: Sequence[Recipient], objections: Objections) -> None:
    sent = sorted(one.sent_at for one in recipients)
    if moment(sent[-1]) - moment(sent[0]) > TOGETHER:
        objections.add("unequal-access", f"it was sent between {sent[0]} and {sent[-1]}; send it to all at one time")
    if len({one.deadline for one in recipients}) > 1:
        objections.add("unequal-deadline", "not all have the same deadline; give everybody the same")


def _publish(command: PublishReferral, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    is_open(search, objections)
    happened = procedure.happened_at(command, at)
    _check_recipients(command.recipients, search, happened)
    for area in command.areas or []:
        procedure.code(area, "an area")
    need_version = version(search, command.need_version, objections)
    _object_to_unequal(command.recipients, objections)
    if search.criteria is None:
        objections.add("no-criteria", "no criteria are declared; say by what offers are judged before anybody is asked")
    if not search.is_emergency(happened):
        _object_to_order(command.tier, search, happened, objections)
        _object_to_window(command, search, objections)
    _object_to_left_out(command, search, objections)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=ReferralPublished(
            **stamp,
            tier=command.tier,
            need_version=need_version,
            areas=party(command.areas),
            recipients=party(list(command.recipients)),
            document=party(command.document),
        ),
        statement=f"Ask {home_words.TIER[command.tier]}: {counted(len(command.recipients), 'provider is', 'providers are')} asked, until"
        f" {max(one.deadline for one in command.recipients)}.",
        unless=frozenset({"referral.ended/1", "referral.published/1"}),
        second=second_for(stamp["override"]),
        not_after=_last_moment(command),
    )


def _last_moment(command: PublishReferral | ExtendDeadline) -> Instant | None:
    """An act that waits for a second signature asks nobody any more whose time to answer is over; a report tells of it."""
    return None if command.is_report else min(one.deadline for one in command.recipients)


def _object_to_order(tier: Tier, search: Search, now: Instant, objections: Objections) -> None:
    """Tiers are opened in their order, each when the time of the one before is over."""
    if tier in search.tiers:
        objections.add(
            "tier-open",
            f"providers {home_words.AMONG[tier]} were asked already; give more time, or amend what was asked",
        )
        return
    if tier != "IN_HOUSE" and search.in_house is None and search.criteria and search.criteria.in_house_policy:
        objections.add(
            "in-house-first", "the declared policy asks own homes first, and they are not searched yet; do that"
        )
    if later := [one for one in search.tiers if TIERS.index(one) > TIERS.index(tier)]:
        objections.add(
            "tier-order",
            f"{listed([home_words.TIER[one] for one in later])} came before {home_words.TIER[tier]}; open tiers in their order",
        )
    tiers = _agreed_tiers(search)
    if skipped := [one for one in tiers if TIERS.index(one) < TIERS.index(tier) and one not in search.tiers]:
        objections.add(
            "tier-order", f"{listed([home_words.TIER[one] for one in skipped])} was left out; open tiers in their order"
        )
    running = [one for one in search.running(now) if one != "IN_HOUSE"]
    if running:
        objections.add(
            "tier-running",
            f"the time of {listed([home_words.TIER[one] for one in running])} is not over; wait until it is",
        )


def _agreed_tiers(search: Search) -> list[Tier]:
    code = search.criteria.agreement if search.criteria else None
    found = search.market.agreement(code, search.now) if code else None
    return sorted(set(found[1].tiers.values()) - {"IN_HOUSE", "OFF"}, key=TIERS.index) if found else []


def _object_to_window(command: PublishReferral, search: Search, objections: Objections) -> None:
    hours = search.criteria.window_hours.get(command.tier) if search.criteria else None
    if hours is None:
        return
    least = min(moment(one.deadline) - moment(one.sent_at) for one in command.recipients)
    if least + TOGETHER < timedelta(hours=hours):
        objections.add(
            "window-short",
            f"{home_words.TIER[command.tier]} has {hours} hours to answer, and less was given; give them",
        )


def _object_to_left_out(command: PublishReferral, search: Search, objections: Objections) -> None:
    """Everybody whom a tier must ask is asked. What cannot be told is not objected to."""
    seeker, authority = search.seeker, search.authority
    if seeker is None or authority is None:
        return
    eligible = search.market.eligible(
        seeker,
        command.tier,
        authority=authority,
        agreement=search.criteria.agreement if search.criteria else None,
        areas=command.areas,
        at=search.now,
    )
    left = sorted((eligible or frozenset()) - {one.provider for one in command.recipients})
    if left:
        objections.add(
            "left-out",
            f"{listed(left)} could take such a child and is not asked; ask everybody in the tier, or say why not",
        )


def _check_told(recipients: Sequence[Told], search: Search, until: Instant) -> None:
    if not recipients:
        refuse("recipients", "nobody is named; give everybody who was told in 'recipients'")
    once([one.provider for one in recipients], "the list of recipients")
    for one in recipients:
        if one.provider not in search.invited:
            refuse("not-invited", f"{one.provider[:100]} was not asked; name those who were")
        procedure.an_instant(one.at, "at")
        if one.at > until:
            refuse("future", f"told {one.provider} at {one.at} came; it is recorded once they are told")


def _object_to_not_together(recipients: Sequence[Told], objections: Objections) -> None:
    told = sorted(one.at for one in recipients)
    if moment(told[-1]) - moment(told[0]) > TOGETHER:
        objections.add("unequal-access", f"they were told between {told[0]} and {told[-1]}; tell all at one time")


def _amend(command: AmendReferral, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    if not search.published:
        refuse("not-published", "nobody was asked yet; publish the referral instead")
    said = words(command.words, "what is changed")
    _check_told(command.recipients, search, procedure.happened_at(command, at))
    _object_to_not_together(command.recipients, objections)
    everybody(search, (one.provider for one in command.recipients), "the change", objections)
    need_version = version(search, command.need_version, objections)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=ReferralAmended(
            **stamp,
            need_version=need_version,
            material=command.material,
            words=party(said),
            recipients=party(list(command.recipients)),
        ),
        statement=f"Tell {counted(len(command.recipients), 'provider')} what changed in the referral.",
        second=second_for(stamp["override"]),
    )


def _extend(command: ExtendDeadline, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    known = search.deadlines.get(command.tier)
    if known is None:
        refuse("not-published", f"nobody was asked {home_words.AMONG[command.tier]}; there is no time to extend")
    _check_recipients(command.recipients, search, procedure.happened_at(command, at))
    given = {one.provider: one.deadline for one in command.recipients}
    if unknown := sorted(given.keys() - known.keys()):
        refuse("not-invited", f"{listed(unknown)} was not asked {home_words.AMONG[command.tier]}; name those who were")
    if len(set(given.values())) > 1 or given.keys() < known.keys():
        objections.add(
            "unequal-deadline", "an extension goes to everybody in the tier, to the same moment; give it to all"
        )
    if any(deadline <= known[provider] for provider, deadline in given.items()):
        objections.add("deadline-shortened", "a new deadline is not later than the one before; time is only extended")
    reason = words(command.reason, "the reason for more time")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=DeadlineExtended(
            **stamp, tier=command.tier, recipients=party(list(command.recipients)), reason=party(reason)
        ),
        statement=f"Give {counted(len(given), 'provider')} of {home_words.TIER[command.tier]} until {max(given.values())}.",
        not_after=_last_moment(command),
        second=second_for(stamp["override"]),
    )


def _question(command: PutQuestion, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    goes_on(search, objections)
    who = speaker(by, command.provider, report=command.is_report)
    if who not in search.invited:
        objections.add("not-invited", f"{who} was not asked; only those who were can ask back")
    question = command.question or f"Q{len(search.questions) + 1}"
    if not _QUESTION.fullmatch(question):
        refuse("question", f"the question {question[:20]!r} came; expected Q and a number, as Q1")
    if question in search.questions:
        refuse("question", f"the question {question} is on record already; leave 'question' out")
    said = words(command.words, "the question")
    objections.weigh()
    return Decision(
        event=QuestionPut(
            **procedure.aside(command, history, at), question=question, provider=party(who), words=party(said)
        ),
        statement=f"Ask the question {question}; its answer goes to everybody.",
        stream="new",
        unless=frozenset({"referral.question-put/1", "referral.ended/1"}),
    )


def _settle(command: SettleQuestion, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    if command.question not in search.questions:
        refuse(
            "question", f"no question {command.question[:20]!r} was put; name one of {listed(list(search.questions))}"
        )
    answer = words(command.answer, "the answer")
    _check_told(command.recipients, search, procedure.happened_at(command, at))
    _object_to_not_together(command.recipients, objections)
    everybody(search, (one.provider for one in command.recipients), "the answer", objections)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=QuestionSettled(
            **stamp, question=command.question, answer=party(answer), recipients=party(list(command.recipients))
        ),
        statement=f"Answer {command.question} to {counted(len(command.recipients), 'provider')}.",
        second=second_for(stamp["override"]),
    )


def _approach(command: RecordApproach, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    objections.weigh()
    if search.market.provider(command.provider, search.now) is None:
        refuse("unknown-provider", f"the provider {command.provider[:100]!r} is not registered; register it first")
    return Decision(
        event=ContactRecorded(
            **procedure.event(command, history, at),
            introducer=agg(command.introducer),
            channel=party(command.channel),
            provider=party(command.provider),
            note=party(words(command.note, "what was said")),
        ),
        statement="Record that somebody spoke for a provider outside the search.",
    )
