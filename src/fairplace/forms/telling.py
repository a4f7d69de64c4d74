"""What those who were asked are told meanwhile, who spoke for whom, and what others are told of a decision.

- What one is told, all are told, at one time: nobody is ticked.
"""

from __future__ import annotations

from fairplace import home_words
from fairplace.formats import date_time
from fairplace.forms.fields import Field
from fairplace.forms.lists import areas, invited, market_of, named, search_of, when, worded
from fairplace.forms.seeking import everybody_told
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options
from fairplace.referral.commands import (
    AmendReferral,
    ConsultArea,
    ExtendDeadline,
    GiveChildEdition,
    GiveFeedback,
    NotifyArea,
    RecordApproach,
)
from fairplace.seeking.board import closes


def _is_over(file: File) -> bool:
    search = search_of(file)
    return search.choice is not None or search.started is not None or search.ended_without is not None


def _runs(file: File) -> Stage:
    return AWAY if not search_of(file).published or _is_over(file) else NOW


# Those who were asked


def _untold_version(file: File) -> int | None:
    """The newest version of the need, when those who were asked know an older one alone."""
    search = search_of(file)
    told = [one.event.need_version for one in search.published] + [one.need_version for _, one in search.amendments]
    newest = search.needs[-1][1].version if search.needs else 0
    return newest if told and newest > max(told) else None


def _amend_stage(file: File) -> Stage:
    stage = _runs(file)
    if stage.state == "now" and (version := _untold_version(file)) is not None:
        return Stage("now", f"they do not know version {version} of the need yet")
    return stage


def _amend(file: File) -> list[Field]:
    names = [named(file, one) for one in invited(file)]
    return [
        Field(name="words", label="What has changed, or what you add", kind="words",
              hint=f"Goes to {', '.join(names)}, at one time. Name no child, school or street"),
        Field(name="material", label="Could it change an answer?", kind="yes", public=True,
              hint="Then give more time too: whoever has answered may want to answer anew"),
    ]  # fmt: skip


def _amended(members: Members, file: File) -> Members:
    return {**members, "recipients": everybody_told(members, file)}


def _extend(file: File) -> list[Field]:
    search = search_of(file)
    tiers = {str(one.tier): home_words.TIER[one.tier] for one in search.published}
    ends = [f"{home_words.TIER[one.tier]} until {date_time(end)}" for one in search.published if (end := closes(search, one.tier))]  # fmt: skip
    return [
        Field(name="tier", label="Which tier", kind="choice", public=True, options=worded(tiers), hint=f"Now: {'; '.join(ends)}" if ends else ""),
        Field(name="deadline", label="Until when", kind="moment", hint="The same for everybody in the tier, and later than now"),
        Field(name="reason", label="Why they get more time", kind="words", hint="Name no child, school or street"),
    ]  # fmt: skip


def _extended(members: Members, file: File) -> Members:
    tier, deadline = members.get("tier"), members.pop("deadline", None)
    asked = [one for one in search_of(file).published if one.tier == tier]
    providers = sorted({name for one in asked for name in one.providers or ()})
    return {
        **members,
        "recipients": [{"provider": one, "sent_at": when(members, file), "deadline": deadline} for one in providers],
    }


def _first_tier(file: File) -> dict[str, list[str]]:
    """The tier that was asked last: it is the one whose time can still run."""
    search = search_of(file)
    return {"tier": [search.published[-1].tier]} if search.published else {}


def _has_need(file: File) -> Stage:
    return NOW if search_of(file).needs else AWAY


def _approach(file: File) -> list[Field]:
    market = market_of(file)
    everybody = sorted((one.provider for one in market.providers(market.upto)), key=lambda one: named(file, one))
    return [
        Field(name="provider", label="For which provider", kind="choice", options=options(*((one, named(file, one)) for one in everybody))),
        Field(name="introducer", label="Who spoke for it", kind="choice", options=worded(home_words.INTRODUCER)),
        Field(name="channel", label="How", kind="choice", options=options(
            ("telephone", "By telephone"), ("email", "By e-mail"), ("meeting", "In a meeting"), ("visit", "On a visit"), ("portal", "In a portal"))),
        Field(name="note", label="What was said, and what you answered", kind="words", hint="Name no child, school or street"),
    ]  # fmt: skip


# The authority of the area, the young person, and what each side thought of the other


def _far(file: File) -> str | None:
    """The area of the chosen home when it lies at a distance; null when that is not known, or it does not."""
    search = search_of(file)
    winner = search.winner
    if winner is None or winner.setting is None or winner.boundary not in ("DIST", "OUTSIDE_ENGLAND"):
        return None
    home = market_of(file).home(winner.setting, market_of(file).upto)
    return home.area if home is not None else None


def _consult_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.published and search.choice is None:
        return AWAY
    asked = {one.area.get(None) for _, one in search.consulted}
    far = _far(file)
    if far is not None and far not in asked:
        return Stage("now", "the chosen home lies at a distance: before the child moves in")
    return done() if asked else NOW


def _consult(file: File) -> list[Field]:
    return [
        Field(name="area", label="Which authority did you ask?", kind="choice", options=areas(file)),
        Field(name="care_plan_given", label="Did it get the care plan?", kind="yes", public=True),
    ]


def _notify_stage(file: File) -> Stage:
    if search_of(file).choice is None:
        return AWAY
    return done() if search_of(file).notified else NOW


def _notify(file: File) -> list[Field]:
    return [
        Field(name="area", label="Which authority did you tell?", kind="choice", options=areas(file)),
        Field(name="notified_on", label="On which day, in writing", kind="day"),
        Field(name="with_assessment", label="With the assessment of the child’s needs?", kind="yes", public=True),
    ]


def _of_winner(file: File) -> dict[str, list[str]]:
    far = _far(file)
    return {"area": [far]} if far is not None else {}


FORMATS = worded(home_words.EDITION)


def _edition_stage(file: File) -> Stage:
    search = search_of(file)
    if search.choice is None:
        return AWAY
    return done() if search.editions else NOW


def _edition(_: File) -> list[Field]:
    return [
        Field(name="format", label="In which words did they get it?", kind="choice", options=FORMATS,
              hint="The file of the search has each of them to print or to send"),
    ]  # fmt: skip


MARKS = options(("5", "5: very good"), ("4", "4: good"), ("3", "3: neither"), ("2", "2: not good"), ("1", "1: poor"))


def feedback(_: File | None = None) -> list[Field]:
    return [
        Field(name="mark", label="How was it with them?", kind="choice", options=MARKS),
        Field(name="words", label="In words", kind="words", optional=True, hint="Name no child, school or street"),
    ]


def marked(members: Members, _: File | None = None) -> Members:
    return {**members, "mark": int(members.get("mark", 0))}


TASKS: tuple[Task, ...] = (
    Task(code="amend-referral", title="Tell everybody what has changed", part="The answers", command=AmendReferral, stage=_amend_stage, fields=_amend,
         members=_amended, again=True, any_time=True, lead="What one provider learns, all learn."),
    Task(code="extend-deadline", title="Give more time to answer", part="The answers", command=ExtendDeadline, stage=_runs, fields=_extend, start=_first_tier,
         members=_extended, again=True, any_time=True, lead="To everybody in the tier, to the same moment."),
    Task(code="record-approach", title="Record that somebody spoke for a provider", part="The answers", command=RecordApproach, stage=_has_need,
         fields=_approach, again=True, any_time=True, lead="Outside the search, whoever it was. To write it down protects you and them."),
    Task(code="consult-area", title="Record that the other authority was asked", part="The decision", command=ConsultArea, stage=_consult_stage,
         fields=_consult, start=_of_winner, again=True, any_time=True, lead="Before a child is placed at a distance (2010 Regulations, reg. 11(2)(d))."),
    Task(code="notify-area", title="Record that the other authority was told", part="The decision", command=NotifyArea, stage=_notify_stage, fields=_notify,
         start=_of_winner, again=True, any_time=True, lead="In writing, when a child is placed in its area (2010 Regulations, reg. 13)."),
    Task(code="give-child-edition", title="Give the young person the decision", part="The decision", command=GiveChildEdition, stage=_edition_stage,
         fields=_edition, again=True, lead="In words of their own: where, why, and what they can do if they do not agree."),
    Task(code="give-feedback", title="Say how it was with the provider", part="How it goes on", command=GiveFeedback,
         stage=lambda file: NOW if search_of(file).started is not None else AWAY, fields=feedback, members=marked, again=True, any_time=True,
         lead="They say the same of you."),
)  # fmt: skip
