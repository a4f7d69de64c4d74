"""The search itself: opened, its criteria declared, our own homes searched, each tier asked, and those who ask answered.

- Whom a tier asks is ticked from the list of those who are to be asked by it; nobody is typed.
- What was said before is not asked again: the need's version, the agreement and the windows come from the record.
"""

from __future__ import annotations

from datetime import timedelta

from fairplace import home_words
from fairplace.formats import date_time
from fairplace.forms.fields import Field
from fairplace.forms.lists import coded, market_of, search_of, when, worded
from fairplace.forms.task import (
    AWAY,
    NOW,
    File,
    Members,
    Stage,
    Task,
    done,
    options,
    to_publish,
    waits,
    with_papers,
)
from fairplace.market.events import Tier
from fairplace.referral.commands import (
    DeclareCriteria,
    DeclareEmergency,
    EndReferral,
    OpenReferral,
    PublishReferral,
    RecordSilence,
    SearchInHouse,
    SettleQuestion,
)
from fairplace.seeking.eligible import Eligible, eligible, tiers
from fairplace.terms import instant, moment

WEIGHTS = (("match", "50"), ("outcomes", "20"), ("locality", "15"), ("price", "15"))
"""What a new search begins with; whoever declares the criteria changes it."""


def _open_stage(file: File) -> Stage:
    if not search_of(file).needs:
        return waits("first assess the need")
    return done() if search_of(file).opened else NOW


def _open(file: File) -> list[Field]:
    return [
        Field(name="urgency", label="How urgent", kind="choice", options=worded(home_words.URGENCY)),
        Field(name="needed_by", label="A home is needed by", kind="day"),
        Field(name="known_on", label="Since when that is known", kind="day"),
        Field(name="area_excluded", label="Areas that are not safe", kind="lines", optional=True, hint="Authorities by their codes, one a line"),
    ]  # fmt: skip


def _criteria_stage(file: File) -> Stage:
    search = search_of(file)
    if search.opened is None:
        return waits("first open the search")
    return done() if search.criteria else NOW


def _criteria(file: File) -> list[Field]:
    market = market_of(file)
    agreements = [
        (one.agreement, f"{one.agreement}, until {one.ends_on}") for _, one in market.agreements(market.upto)
        if one.route in ("framework", "dynamic-market")
    ]  # fmt: skip
    return [
        *[Field(name=f"w-{kind}", label=f"{home_words.CRITERION[kind]}: weight in per cent", kind="number", public=True, group="What offers are judged by",
                hint="Weight × lowest ÷ fee" if kind == "price" else "") for kind, _ in WEIGHTS],
        Field(name="hard", label="What an offer must have at all", kind="several", optional=True, public=True, group="What offers are judged by", options=worded(home_words.HARD)),
        Field(name="agreement", label="Under which agreement", kind="choice", optional=True, public=True, group="Whom it asks",
              hint="Leave open to search off any agreement", options=options(*agreements)),
        *[Field(name=f"window-{tier}", label=f"Hours to answer: {home_words.TIER[tier]}", kind="number", optional=True, public=True, group="Whom it asks")
          for tier in ("IN_HOUSE", "T1", "T2", "T3", "OFF")],
        Field(name="price_cut_off", label="Do offers above a price fall out before they are judged?", kind="yes", public=True, group="Whom it asks"),
    ]  # fmt: skip


def _declared(members: Members, file: File) -> Members:
    criteria = [
        {"id": kind, "kind": kind, "weight": int(weight) * 100}
        for kind, _ in WEIGHTS
        if (weight := members.pop(f"w-{kind}", 0))
    ]
    windows = {
        tier: int(hours)
        for tier in ("IN_HOUSE", "T1", "T2", "T3", "OFF")
        if (hours := members.pop(f"window-{tier}", None)) is not None
    }
    market = market_of(file)
    concluded = market.agreement(members["agreement"], market.upto) if members.get("agreement") else None
    family = search_of(file).family
    authority = search_of(file).authority
    policy = market.in_house_policy(authority, family, market.upto) if authority and family else None
    return {
        **members,
        "criteria": criteria,
        "window_hours": {**(concluded[1].window_hours if concluded else {}), **windows},
        "in_house_policy": policy.policy if policy else None,
    }


def standard(file: File) -> dict[str, list[str]]:
    """What the form of criteria begins with."""
    market = market_of(file)
    family = search_of(file).family
    fits = [
        one.agreement
        for _, one in market.agreements(market.upto)
        if family in one.families and one.route == "framework"
    ]
    return {f"w-{kind}": [weight] for kind, weight in WEIGHTS} | {
        "hard": ["registration", "grade"],
        "price_cut_off": ["no"],
        **({"agreement": fits} if len(fits) == 1 else {}),
    }


def _in_house_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.criteria:
        return waits("first declare the criteria")
    return done() if search.in_house else NOW


def _in_house(file: File) -> list[Field]:
    market, search = market_of(file), search_of(file)
    homes = [
        home for one in market.providers(market.upto) if one.authority and one.authority == search.authority
        for home in market.homes_of(one.provider, market.upto) if home.room and home.room.places
    ]  # fmt: skip
    return [
        Field(name="outcome", label="What came of it", kind="choice", options=options(
            ("offer", "One of our own homes offers a place"), ("none_suitable", "There is room, and none suits"), ("no_vacancy", "There is no room"))),
        Field(name="shown_at", label="When our own homes were shown the need", kind="moment", optional=True, hint="Empty: now"),
        *[Field(name=f"not-{home.setting}", label=f"{home.setting} has room. Why it does not suit", kind="choice", optional=True,
                options=coded("unsuitable_reason", file)) for home in homes],
    ]  # fmt: skip


def _searched(members: Members, file: File) -> Members:
    unsuitable = {name.removeprefix("not-"): members.pop(name) for name in list(members) if name.startswith("not-")}
    return {"shown_at": when(members, file), **members, "unsuitable": unsuitable}


def unasked(file: File) -> list[Tier]:
    """The tiers that can still be asked, the next one first: our own homes count as asked once they are searched."""
    search = search_of(file)
    agreement = search.criteria[-1][1].agreement if search.criteria else None
    asked: list[Tier] = [one.tier for one in search.published]
    order = [one for one in tiers(market_of(file), agreement) if one not in asked]
    return sorted(order, key=lambda one: one == "IN_HOUSE" and search.in_house is not None)


def asks(file: File, tier: Tier | None = None) -> Eligible | None:
    """Who is to be asked in a tier (the next), by the list; null where the need is closed to whoever looks."""
    search = search_of(file)
    seeker = search.seeker(search.needs[-1][1].version) if search.needs else None
    wanted = tier or next(iter(unasked(file)), None)
    if seeker is None or search.authority is None or wanted is None:
        return None
    agreement = search.criteria[-1][1].agreement if search.criteria else None
    return eligible(market_of(file), seeker, wanted, authority=search.authority, agreement=agreement)


def _publish_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.criteria:
        return waits("first declare the criteria")
    if search.in_house is None and search.emergency is None:
        return waits("first search our own homes")
    if search.choice is not None:
        return done()
    asked = ", ".join(home_words.TIER[one.tier] for one in search.published)
    after = f"; next comes {home_words.TIER[left[0]]}" if (left := unasked(file)) else ""
    return Stage("now", f"asked so far: {asked}{after}" if asked else "")


def _publish(file: File) -> list[Field]:
    left = unasked(file)
    windows = search_of(file).criteria[-1][1].window_hours if search_of(file).criteria else {}
    fields = [Field(name="tier", label="Which tier", kind="choice", public=True, options=worded({one: home_words.TIER[one] for one in left}))]  # fmt: skip
    for tier in left:
        found = asks(file, tier)
        fields.append(
            Field(name=f"recipients-{tier}", label=f"Who is asked: {home_words.TIER[tier]}", kind="several", optional=True,
                  hint="Everybody whom the list has for this child and this tier. Nobody is left out without a reason",
                  options=options(*((one.provider, f"{one.name} ({one.room})") for one in (found.asked if found else ()))))
        )  # fmt: skip
    papers = to_publish(file, "referral")
    known = "; ".join(f"{home_words.TIER[tier]} {hours} hours" for tier, hours in windows.items() if tier in left)
    return [
        *fields,
        Field(name="deadline", label="Until when all may answer", kind="moment", optional=True,
              hint=f"The same for all. Empty: as declared{f' ({known})' if known else ''}, or a day from now"),
        *([Field(name="document", label="The referral itself", kind="choice", optional=True, options=options(*papers),
                 hint="They download its copy without authors from their own page. Left open, it goes to them outside this register")] if papers else []),
        Field(name="areas", label="In which areas", kind="lines", optional=True, hint="Authorities by their codes, one a line. Empty: anywhere"),
    ]  # fmt: skip


def _asked(members: Members, file: File) -> Members:
    criteria, tier = search_of(file).criteria, str(members.get("tier"))
    window = criteria[-1][1].window_hours.get(tier, 24) if criteria else 24
    sent = when(members, file)
    deadline = members.pop("deadline", None) or instant(moment(sent) + timedelta(hours=window, minutes=GRACE))
    chosen = {one: members.pop(f"recipients-{one}", []) for one in unasked(file)}
    recipients = [{"provider": one, "sent_at": sent, "deadline": deadline} for one in chosen.get(tier, [])]  # type: ignore[call-overload]  # a tier that is none has nobody
    return {**with_papers(members, file, "document"), "recipients": recipients}


GRACE = 15
"""Minutes for a signature: the time to answer is never shorter than was declared."""


def ticked(file: File) -> dict[str, list[str]]:
    """Everybody who is to be asked, ticked, and the tier that comes next."""
    left = unasked(file)
    found = {tier: asks(file, tier) for tier in left}
    papers = to_publish(file, "referral")
    document = {"document": [papers[0][0]]} if len(papers) == 1 else {}
    return {"tier": [str(one) for one in left[:1]], **document} | {
        f"recipients-{tier}": [one.provider for one in them.asked] if them else [] for tier, them in found.items()
    }


def _unanswered(file: File) -> list[tuple[str, str]]:
    search = search_of(file)
    settled = {event.question for _, event in search.answers}
    return [
        (event.question, f"{event.question}: {event.words.get('')}")
        for _, event in search.questions
        if event.question not in settled
    ]


def _settle_stage(file: File) -> Stage:
    if not search_of(file).questions:
        return AWAY
    return NOW if _unanswered(file) else done()


def _settle(file: File) -> list[Field]:
    return [
        Field(name="question", label="Which question", kind="choice", public=True, options=options(*_unanswered(file))),
        Field(name="answer", label="The answer", kind="words",
              hint="It goes to everybody who was asked, at one time. Say the question again, and name nobody"),
    ]  # fmt: skip


def _settled(members: Members, file: File) -> Members:
    return {**members, "recipients": everybody_told(members, file)}


def everybody_told(members: Members, file: File) -> list[dict[str, str]]:
    """Everybody who was asked, told at one time."""
    return [{"provider": one, "at": when(members, file)} for one in sorted(search_of(file).invited or ())]


def _silence_stage(file: File) -> Stage:
    search = search_of(file)
    return AWAY if not search.published or search.choice is not None else NOW


def _silence(file: File) -> list[Field]:
    tiers = {str(one.tier): home_words.TIER[one.tier] for one in search_of(file).published}
    return [
        Field(name="tier", label="Of which tier the time is over", kind="choice", public=True, options=worded(tiers))
    ]


def _emergency_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.needs:
        return AWAY
    if search.emergency is not None:
        return done(f"until {date_time(search.emergency[1].expires_at)}")
    return NOW if search.choice is None else AWAY


def _emergency(file: File) -> list[Field]:
    return [
        Field(name="reason", label="Why it cannot wait", kind="choice", options=worded(home_words.EMERGENCY)),
        Field(name="hours", label="For how many hours", kind="number", hint="At most 72; then it ends by itself"),
    ]  # fmt: skip


def _declared_emergency(members: Members, file: File) -> Members:
    hours = max(0, min(int(members.pop("hours", 0)), 10_000))
    return {**members, "expires_at": instant(moment(when(members, file)) + timedelta(hours=hours))}


def _end_stage(file: File) -> Stage:
    search = search_of(file)
    if search.ended_without is not None:
        return done()
    return NOW if search.opened is not None and search.choice is None else AWAY


def _end(file: File) -> list[Field]:
    return [
        Field(name="how", label="How it ends", kind="choice", options=worded(home_words.ENDED)),
        Field(name="cause", label="Why none was found", kind="choice", optional=True, options=worded(home_words.CAUSE)),
        Field(name="reason", label="In words", kind="words", hint="Name no child, school or street"),
    ]  # fmt: skip


TASKS: tuple[Task, ...] = (
    Task(code="open-referral", title="Open the search", part="The search", command=OpenReferral, stage=_open_stage, fields=_open,
         lead="From here the clocks run."),
    Task(code="criteria-of-search", title="Declare the criteria", part="The search", command=DeclareCriteria, stage=_criteria_stage, fields=_criteria,
         start=standard, members=_declared, again=True, lead="By what offers are judged, before anybody is asked. The weights come to 100."),
    Task(code="emergency", title="Declare an emergency", part="The search", command=DeclareEmergency, stage=_emergency_stage, fields=_emergency,
         members=_declared_emergency, any_time=True, lead="The order changes, the rules stay, and it is approved before it ends."),
    Task(code="search-in-house", title="Search our own homes", part="The search", command=SearchInHouse, stage=_in_house_stage, fields=_in_house,
         members=_searched, lead="By the same need and the same criteria as everybody’s."),
    Task(code="publish-referral", title="Ask a tier", part="The search", command=PublishReferral, stage=_publish_stage, fields=_publish, start=ticked, members=_asked,
         again=True, lead="Everybody who is to be asked, at one time, with one closing time."),
    Task(code="settle-question", title="Answer a question", part="The answers", command=SettleQuestion, stage=_settle_stage, fields=_settle,
         members=_settled, again=True, lead="To everybody who was asked, at one time."),
    Task(code="record-silence", title="Record who has not answered", part="The answers", command=RecordSilence, stage=_silence_stage, fields=_silence,
         again=True, any_time=True, lead="Once the time is over. Who is silent follows from the record."),
    Task(code="end-referral", title="End the search without a home", part="The search", command=EndReferral, stage=_end_stage, fields=_end,
         any_time=True, lead="Everybody who was asked sees that it ended."),
)  # fmt: skip
