"""The tasks of a case as its file lists them: who may do each, what it waits for, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from fairplace.duties.duty import Duty
from fairplace.formats import lower_first
from fairplace.forms.direct import OF_A_COMPETITION
from fairplace.forms.task import PARTS, File, Part, Stage, Task, waits
from fairplace.forms.tasks import SEARCH, TASKS
from fairplace.http.case_file import colleagues
from fairplace.http.guard import Visitor
from fairplace.http.site import Site
from fairplace.people import roles
from fairplace.procurement.state import awards_directly
from fairplace.referral.choosing import CAPACITIES
from fairplace.seeking.board import missing_approvals
from fairplace.terms import CaseId, Day, Instant, KeyName, day, london_day


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A task in the list of a case. `mine`: whoever looks may do it; `report`: they may record that it happened.

    `due` is its last day, in London, where a rule sets one.
    """

    task: Task
    stage: Stage
    mine: bool
    report: bool
    who: str
    drafted: Instant | None
    due: Day | None
    overdue: bool
    asked: str = ""  # why it is asked for now, though it can be done at any time


AFTER_DECLARING = frozenset({"sheet", "moderation", "award"})
"""What nobody does here before they have declared their interests."""


BOUGHT = frozenset({"decide-urgency", "answer-finding", "release", "correct", "take-down"})
"""What can be done in the case of an urgent purchase."""


APPROVE, RELEASE = "approve-home", "release"


def approves(held: AbstractSet[str], capacities: Iterable[str]) -> bool:
    """May somebody with these roles approve in one of these capacities?"""
    return any(held & CAPACITIES[one] for one in capacities)


BY_PLACE = {"ADJ": "nominated_officer", "DIST": "director", "OUTSIDE_ENGLAND": "director"}
"""Who approves, besides practice and budget, because of where the home lies (2010 Regulations, reg. 11)."""


def has_to_declare(made: File, visitor: Visitor, task: Task) -> bool:
    """Is this theirs to do, once they have declared their interests?"""
    return not made.declared and task.code in AFTER_DECLARING and roles.may(visitor.roles, task.command.gives)


def _missing(made: File) -> list[str]:
    """In which capacities the home that was chosen is still to be approved."""
    search = made.search
    if search is None:
        return []
    by_place = BY_PLACE.get((search.winner and search.winner.boundary) or "")
    given = {event.capacity for _, event in search.approvals if event.approved}
    return [*missing_approvals(search), *([by_place] if by_place and by_place not in given else [])]


def _next(site: Site, case: CaseId) -> dict[str, Duty]:
    """What is to be done in a case, or has to wait, by its task: of several that can be done the one that is due first.

    A clock without an end, as that of a court, is nothing to wait for: whoever records its end knows of it.
    """
    found: dict[str, Duty] = {}
    for one in sorted(site.duties.of(case, site.now()), key=lambda one: (one.state != "now", one.order)):
        if one.state != "runs" or one.due:
            found.setdefault(one.task, one)
    return found


def _waits(duty: Duty, names: Mapping[KeyName, str], own: AbstractSet[KeyName]) -> str:
    """What a task waits for, and until when."""
    if duty.state == "runs":
        return f"{lower_first(duty.title)} {lower_first(duty.says.removesuffix('.'))}"
    return ". ".join(one for one in (duty.waits(names, own), duty.says.removesuffix(".")) if one)


def rows(site: Site, made: File, visitor: Visitor) -> dict[Part, list[Row]]:
    """The tasks of a case, by part; those that are not asked here are left out."""
    drafts = site.drafts.of(made.case, visitor.person.id)
    duties = _next(site, made.case)
    own = {key.name for key in visitor.keys}
    names = colleagues(site) if any(one.waits_for for one in duties.values()) else {}
    today = day(london_day(site.now()))
    found: dict[Part, list[Row]] = {part: [] for part in PARTS}
    for task in TASKS if made.search is None or made.purchase is not None else SEARCH:
        stage = task.stage(made)
        if stage.state == "away" or (made.purchase is not None and task.code not in BOUGHT):
            continue
        if made.listed and task.part not in ("Challenges", "The public record"):
            continue
        if task.code in OF_A_COMPETITION and awards_directly(made.state.planned):
            continue
        duty = duties.get(task.code) if stage.state == "now" else None
        if duty is not None and duty.state != "now":
            stage = waits(_waits(duty, names, own))
        gives = task.command.gives
        if stage.state == "now" and has_to_declare(made, visitor, task):
            stage = waits("first declare your interests")
        theirs = task.code != APPROVE or stage.state != "now" or approves(visitor.roles, _missing(made))
        found[task.part].append(
            Row(
                task=task,
                stage=stage,
                mine=theirs and (roles.may(visitor.roles, gives) or roles.may_ask(visitor.roles, gives)),
                report=roles.may(visitor.roles, gives, report=True) or roles.may_ask(visitor.roles, gives, report=True),
                who=roles.who_may(gives),
                drafted=drafts.get(task.code),
                due=duty.due if duty is not None and duty.state != "runs" else None,
                overdue=duty is not None and duty.is_overdue(today),
                asked=duty.says if duty is not None and task.code == RELEASE else "",
            )
        )
    return {part: rows for part, rows in found.items() if rows}
