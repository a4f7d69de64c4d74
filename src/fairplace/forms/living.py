"""How it goes on once the child has moved in: looked at again, its fee, its outcomes, and its end.

- A place that must be registered and is not is recorded whenever it is used: bad news waits for no step before it.
"""

from __future__ import annotations

from fairplace import home_words
from fairplace.formats import money
from fairplace.forms.fields import Field
from fairplace.forms.lists import coded, in_use, search_of, worded
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, waits
from fairplace.placement.commands import (
    ChangeFee,
    EndPlacement,
    MeasureOutcome,
    RecordAssurance,
    RecordUnregisteredUse,
    ReviewPlacement,
    ReviewUnregisteredUse,
)
from fairplace.referral.values import FeeLine

FRAMES = worded(home_words.FRAME)
ATTAINED = options(("yes", "Yes"), ("partly", "In part"), ("no", "No"))


def _lives_there(file: File) -> Stage:
    search = search_of(file)
    return AWAY if search.started is None else done("the child has left") if search.ended is not None else NOW


def _review_stage(file: File) -> Stage:
    stage = _lives_there(file)
    count = len(search_of(file).reviews)
    return Stage("now", f"{count} so far") if stage.state == "now" and count else stage


def _review(_: File) -> list[Field]:
    return [
        Field(name="reviewed_on", label="On which day", kind="day"),
        Field(name="need_met", label="Is the need met?", kind="choice", options=ATTAINED),
        Field(name="words", label="How it goes", kind="words", hint="Name no child, school or street"),
        Field(name="ratio_day", label="Adults to a child by day", kind="decimal", optional=True, group="The adults there", hint="As you found it: 1.5 for three adults with two children"),
        Field(name="ratio_night", label="Adults to a child by night", kind="decimal", optional=True, group="The adults there"),
        Field(name="added_hours", label="Hours a week beyond what was agreed", kind="number", optional=True, group="The adults there"),
        Field(name="hour_rate", label="Price of such an hour", kind="money", optional=True, group="The adults there", hint="With the hours, or neither"),
    ]  # fmt: skip


def _measure_stage(file: File) -> Stage:
    agreed = search_of(file).agreed
    if agreed is None or not agreed[1].outcomes.get(()):
        return AWAY
    return NOW if search_of(file).started is not None else waits("first record that the child has moved in")


def _measure(file: File) -> list[Field]:
    agreed = search_of(file).agreed
    frames = {one.value: one.label for one in FRAMES}
    outcomes = [
        (one.id, f"{frames[one.frame]}: {' '.join(one.target.split())[:120]}", f"From: {' '.join(one.baseline.split())[:120]}. By {one.tool}, due {one.due_on}")
        for one in (agreed[1].outcomes.get(()) if agreed else ())
    ]  # fmt: skip
    return [
        Field(name="outcome", label="Which outcome", kind="choice", public=True, options=options(*outcomes)),
        Field(name="attained", label="Is it attained?", kind="choice", options=ATTAINED),
        Field(
            name="actual",
            label="What you found",
            kind="words",
            hint="Measured as it was agreed; name no child, school or street",
        ),
    ]


def paid(file: File) -> list[FeeLine]:
    """The lines of the fee as it is now: the last change, else what was agreed."""
    search = search_of(file)
    for _, changed in reversed(search.fees):
        if (fee := changed.fee.get(None)) is not None:
            return list(fee.lines)
    terms = search.agreed[1].terms.get(None) if search.agreed else None
    return list(terms.lines) if terms is not None else []


def _fee_stage(file: File) -> Stage:
    search = search_of(file)
    if search.agreed is None:
        return AWAY
    return done("the child has left") if search.ended is not None else NOW


def _fee(file: File) -> list[Field]:
    now = sum(line.amount for line in paid(file))
    group = "What the fee is made of"
    return [
        Field(name="basis", label="Why it changes", kind="choice", options=worded(home_words.FEE_BASIS)),
        Field(name="fee.from_on", label="From which day", kind="day"),
        Field(name="fee.weekly_fee", label="Fee a week", kind="money", hint=f"Now {money(now)}"),
        *[Field(name=f"fee-{code}", label=label, kind="money", optional=True, group=group, hint="Taken off the others" if code == "discount" else "")
          for code, label in home_words.FEE.items()],
        Field(name="needs", label="Which needs a part answers that is new", kind="line", optional=True, group=group, hint="Their numbers in the need, for example n1, n3"),
        Field(name="words", label="In words", kind="words", hint="The provider reads it; name no child, school or street"),
    ]  # fmt: skip


def _as_paid(file: File) -> dict[str, list[str]]:
    return {f"fee-{line.code}": [f"{abs(line.amount) / 100:.2f}"] for line in paid(file)}


def _changed(members: Members, file: File) -> Members:
    """Each part keeps its payer and the needs that it answers; a new one is paid by children's social care."""
    before = {str(line.code): line for line in paid(file)}
    needs = [one.strip() for one in str(members.pop("needs", "") or "").split(",") if one.strip()]
    lines = []
    for code in home_words.FEE:
        amount = members.pop(f"fee-{code}", None)
        if amount:
            known = before.get(code)
            lines.append(
                {
                    "code": code,
                    "amount": -amount if code == "discount" else amount,
                    "payer": known.payer if known else "care",
                    "needs": list(known.needs) if known else needs,
                }
            )
    return {**members, "fee": {**members.get("fee", {}), "lines": lines}}


def _assurance(_: File) -> list[Field]:
    return [
        Field(name="kind", label="What was it?", kind="choice", public=True, options=worded(home_words.ASSURANCE)),
        Field(name="words", label="What was seen, and what follows for this child", kind="words", hint="Name no child, school or street"),
        Field(name="follow_up_due_on", label="By when is it looked at again?", kind="day", optional=True),
    ]  # fmt: skip


# A place that must be registered and is not


def _use_stage(file: File) -> Stage:
    search = search_of(file)
    return AWAY if not search.needs or search.ended is not None else done("in use") if in_use(file) else NOW


def _use(_: File) -> list[Field]:
    return [
        Field(name="use.began_on", label="Since when the child is there", kind="day"),
        Field(name="reason", label="Why", kind="choice", options=worded(home_words.UNREGISTERED)),
        Field(name="approved_by", label="Who approved it", kind="choice", public=True, options=options(
            ("director", "The director"), ("head_of_service", "A head of service"), ("nobody", "Nobody yet"))),
        Field(name="use.weekly_cost", label="Cost a week", kind="money"),
        Field(name="use.review_due_on", label="When it is looked at again", kind="day", hint="Within 7 days"),
        Field(name="use.registration_applied", label="Has it applied to be registered?", kind="yes"),
        Field(name="use.court", label="Has a court decided on it?", kind="choice", options=options(
            ("none", "No"), ("deprivation_of_liberty", "Yes, on a deprivation of liberty"), ("other", "Yes, on something else"))),
    ]  # fmt: skip


def _use_again(_: File) -> list[Field]:
    return [
        Field(name="reviewed_on", label="On which day", kind="day"),
        Field(name="goes_on", label="Does the child stay there?", kind="yes", public=True),
        Field(
            name="next_on", label="When it is looked at next, if so", kind="day", optional=True, hint="Within 7 days"
        ),
    ]


def _end(file: File) -> list[Field]:
    return [
        Field(name="ending.ended_on", label="The day on which the child left", kind="day"),
        Field(name="reason", label="Why", kind="choice", options=coded("placement_change", file, with_code=True)),
        Field(name="ending.rec", label="Why the episode ends", kind="choice", options=coded("episode_end", file, with_code=True)),
        Field(name="planned", label="Was it planned?", kind="yes"),
        Field(name="ending.reviewed_first", label="Was it reviewed before?", kind="yes"),
        Field(name="ending.immediate_risk", label="Was there an immediate risk?", kind="yes"),
        Field(name="ending.notice_given_on", label="Notice was given on", kind="day", optional=True),
    ]  # fmt: skip


def _ended(members: Members, _: File) -> Members:
    return {**members, "ending": {"notice_given_on": None, **members.get("ending", {})}}


TASKS: tuple[Task, ...] = (
    Task(code="review-placement", title="Review how it goes", part="How it goes on", command=ReviewPlacement, stage=_review_stage, fields=_review, again=True,
         lead="Whether the need is met, and what is there of what is paid for."),
    Task(code="measure-outcome", title="Look at an outcome again", part="How it goes on", command=MeasureOutcome, stage=_measure_stage, fields=_measure,
         again=True, any_time=True, lead="One of those that were agreed, measured as it was agreed."),
    Task(code="record-assurance", title="Record a visit or a report on the home", part="How it goes on", command=RecordAssurance, stage=_lives_there,
         fields=_assurance, again=True, any_time=True, lead="And what follows from it for this child."),
    Task(code="change-fee", title="Change the fee", part="How it goes on", command=ChangeFee, stage=_fee_stage, fields=_fee, start=_as_paid, members=_changed,
         again=True, any_time=True, lead="From a day on. Its parts add up to it, as they did."),
    Task(code="record-unregistered-use", title="Record the use of a place that is not registered", part="How it goes on", command=RecordUnregisteredUse,
         stage=_use_stage, fields=_use, again=True, any_time=True, lead="Where it must be, and is not. It is looked at again within 7 days."),
    Task(code="review-unregistered-use", title="Look at that use again", part="How it goes on", command=ReviewUnregisteredUse,
         stage=lambda file: NOW if in_use(file) else AWAY, fields=_use_again, again=True, lead="Say when it is looked at next; or that it has ended."),
    Task(code="end-placement", title="Record that the child has left", part="How it goes on", command=EndPlacement, stage=_lives_there, fields=_end,
         members=_ended, any_time=True, lead="When, and why. Another search, if one is needed, begins anew."),
)  # fmt: skip
