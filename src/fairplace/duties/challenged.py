"""What has to be done about challenges, and by when."""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.challenge.events import Acknowledged, Answered, Decided, Lodged, Remedied, Withdrawn
from fairplace.duties.duty import Duty, Past
from fairplace.formats import named_day
from fairplace.recorded import Recorded

RULE = "RM-04"
"""It asks whether a challenge was acknowledged promptly, and answered while it could still be acted upon."""


def challenged(past: Past) -> Iterator[Duty]:
    for lodged, event in past.history.of(Lodged):
        trail = {type(one.event): one for one in past.history.events if one.stream == lodged.stream}
        if not trail.keys() & {Decided, Withdrawn}:
            yield _next(past, lodged, event, trail)
        ordered = [
            (one, said.remedy) for one, said in past.history.of(Decided) if one.stream == lodged.stream and said.remedy
        ]
        if ordered and Remedied not in trail:
            decided, remedy = ordered[-1]
            yield past.duty("remedy", "Carry out a remedy", ["officer", "monitoring", "approver"], rule="RM-05",
                            due=past.due("RM-05", decided.index), says=f"Decided: {remedy.replace('-', ' ')}.", about=lodged.stream)  # fmt: skip


def _next(past: Past, lodged: Recorded, event: Lodged, trail: dict[type, Recorded]) -> Duty:
    came = f"It came on {named_day(event.happened_at, past.today)}, about {event.ground.replace('-', ' ')}."
    if Acknowledged not in trail:
        due = past.due(RULE, lodged.index, as_of=event.happened_at)
        return past.duty("acknowledge", "Acknowledge a challenge", ["officer", "monitoring"], due=due, rule=RULE,
                         says=came, about=lodged.stream)  # fmt: skip
    if Answered not in trail:
        due = past.due(RULE, lodged.index, as_of=trail[Acknowledged].event.happened_at)
        return past.duty("answer-challenge", "Answer a challenge", ["officer", "monitoring", "approver"], due=due, rule=RULE,
                         says=came + ("" if due else " No standstill runs; answer as soon as you can."), about=lodged.stream)  # fmt: skip
    return past.duty("decide-challenge", "Decide a challenge", ["monitoring", "approver"], rule=RULE,
                     says=came + " It is answered; somebody says whether it is right.", about=lodged.stream)  # fmt: skip
