"""My work: what waits for whoever is signed in, what blocks it, and what is due when, over all cases.

- It is found in what everybody may know alone, so it shows nothing sealed but the title of a case whose file this session
  has opened: other cases have their public titles here, or their citations.
- Beside those that say who asks, four look-ups make the page, however many cases there are: the head of the log (and what
  is new in it), acts that wait for a signature, names of colleagues, and the titles of the cases on the page.
- Nothing of a case is shown to who must stay out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from fairplace.counted import counted
from fairplace.drafting.acts import Waiting
from fairplace.duties.duty import Duty
from fairplace.duties.table import Work
from fairplace.errors import Missing
from fairplace.formats import listed
from fairplace.forms.tasks import task
from fairplace.http import (
    case_file,
    case_names,
    case_tasks,
    contests,
    living,
    openers,
    our_details,
    recoveries,
    referrals,
)
from fairplace.http.asked import Page
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.people import roles
from fairplace.people.roles import PEOPLE
from fairplace.referral.choosing import CAPACITIES
from fairplace.seeking.board import Line as Search
from fairplace.terms import CaseId, Instant, KeyName, day, london_day

PAGE = 40
"""Lines of one page."""

ANSWER = "answer-finding"
"""The task of whoever answers what rules found: for each case one line, after what the cases themselves wait for."""

MOST_NAMED = 3
"""Rules that such a line names."""

Whose = Annotated[str, QueryParameter(name="whose")]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A duty as the page shows it."""

    duty: Duty
    case: str
    link: str
    overdue: bool
    today: bool
    waits: str


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """An act that waits for a signature."""

    id: str
    title: str
    case: str
    created: str
    second: bool


@signed_in("/desk")
def work(site: TheSite, visitor: TheVisitor, whose: Whose = "", page: Page = 1) -> Answer:
    """What waits for them."""
    now = site.now()
    everything = site.duties.at(now) if visitor.staff else {}
    all_mine = sorted(_of(everything, visitor, wide=whose == "all"), key=lambda one: one.order)
    acts = _acts(site, visitor)
    running = [one for one in recoveries.under_way(site, visitor) if one.own or _recovers(visitor)]
    todo = [one for one in all_mine if one.state == "now" and one.task != ANSWER]
    answers = together((one for one in all_mine if one.state == "now" and one.task == ANSWER), site.rulebook.question)
    later = [one for one in all_mine if one.state != "now"]
    every = [*todo, *answers, *later]
    shown = every[(page - 1) * PAGE : page * PAGE]
    called = case_names.names(site, visitor, [one.case for one in shown] + [act.case for act in acts if act.case])
    names = case_file.colleagues(site) if any(one.waits_for for one in shown) else {}
    searches = _searches(site, visitor, now)
    owed = living.owed(site, visitor)
    challenged = contests.owed(site, visitor)
    answering = referrals.to_answer(site, visitor) if site.seeks else []
    opening, keys_wait = openers.to_open(site, visitor), openers.to_confirm(site, visitor)
    out = our_details.ran_out(site, visitor)
    asked = site.accounts.requests() if visitor.heads else []
    asking = list(recoveries.asked(site, visitor)) if _recovers(visitor) else []
    today = day(london_day(now))
    lines = [_line(one, called, names, today, visitor) for one in shown]
    return site.page(
        "work.html",
        visitor=visitor,
        to_sign=[_signing(act, called) for act in acts],
        todo=[line for line in lines if line.duty.state == "now" and line.duty.task != ANSWER],
        answers=[line for line in lines if line.duty.task == ANSWER],
        waits=[line for line in lines if line.duty.state == "waits"],
        runs=[line for line in lines if line.duty.state == "runs"],
        asked=asked,
        keys_wait=keys_wait,
        opening=opening,
        lost=asking,
        recoveries=running,
        reasons=recoveries.REASONS,
        nothing=not todo
        and not answers
        and not acts
        and not searches
        and not owed
        and not challenged
        and not answering
        and not out
        and not opening
        and not keys_wait
        and not asked
        and not any(one.own for one in running)
        and all(one.own for one in asking),
        searches=searches,
        owed=owed,
        challenged=challenged,
        referrals=answering,
        ran_out=out,
        overdue=sum(one.is_overdue(today) for one in (*todo, *answers)),
        whose=whose if whose == "all" else "",
        page=page,
        pages=max(1, -(-len(every) // PAGE)),
    )


def _of(everything: dict[CaseId, Work], visitor: Visitor, *, wide: bool) -> Iterator[Duty]:
    """What is theirs: where they act already, or where nobody with their role does. `wide`: all that their roles may."""
    keys = {key.name for key in visitor.keys}
    for found in everything.values():
        if keys & found.out:
            continue
        for duty in found.duties:
            if duty.first and keys & found.acted:
                continue
            if keys & duty.people or (visitor.roles & duty.who and (wide or not duty.people)):
                yield duty


def together(answers: Iterable[Duty], question: Callable[[str], str]) -> list[Duty]:
    """What is to be answered in one case, as one duty of its earliest day, with what its rules ask. The earliest first."""
    found: dict[CaseId, list[Duty]] = {}
    for one in answers:
        found.setdefault(one.case, []).append(one)
    return [
        msgspec.structs.replace(some[0], title=_to_answer(some), says=_asked(some, question)) for some in found.values()
    ]


def _asked(some: list[Duty], question: Callable[[str], str]) -> str:
    rules = sorted(one.about for one in some)
    more = f" And {counted(len(rules) - MOST_NAMED, 'more rule')}." if len(rules) > MOST_NAMED else ""
    return " ".join(filter(None, map(question, rules[:MOST_NAMED]))) + more


def _to_answer(some: list[Duty]) -> str:
    rules = sorted(one.about for one in some)
    if len(rules) > MOST_NAMED:
        return f"Answer what {counted(len(rules), 'rule')} found"
    return f"Answer what {listed(rules)} found"


def _searches(site: Site, visitor: Visitor, now: Instant) -> list[Search]:
    """The searches in which it is for them to take the next step."""
    if not site.seeks or visitor.roles.isdisjoint(case_file.SEEKERS):
        return []
    out = site.duties.closed_to({key.name for key in visitor.keys})
    return [one for one in next_for(site, visitor.roles, now) if one.case not in out][:PAGE]


def next_for(site: Site, held: AbstractSet[str], now: Instant) -> Iterator[Search]:
    """The searches whose next step somebody with these roles can take."""
    for one in site.searches.lines(now):
        step = one.step
        if step is None or not roles.may(held, task(step.code).command.gives):
            continue
        # A director may approve the match as well; it waits for whoever has no other reason to look.
        if not step.waits or case_tasks.approves(held - WHERE, step.approvals):
            yield one
        elif step.approvals and held & WHERE:
            yield msgspec.structs.replace(one, step=msgspec.structs.replace(step, title=SEE))


WHERE = frozenset().union(*(CAPACITIES[one] for one in case_tasks.BY_PLACE.values()))
SEE = "See whether this needs your approval"
"""Where a home lies is the child's own: no list says it, so whoever approves because of it looks into the file."""


def _recovers(visitor: Visitor) -> bool:
    """May they confirm that a colleague lost a key?"""
    return not visitor.roles.isdisjoint(PEOPLE)


def _acts(site: Site, visitor: Visitor) -> list[Waiting]:
    keys = [key.name for key in visitor.keys]
    out = site.duties.closed_to(set(keys))
    own = {recoveries.task_of(key) for key in keys}
    return [act for act in site.acts.waiting_for(keys, visitor.roles) if act.case not in out and act.task not in own]


def _line(duty: Duty, called: dict[CaseId, str], names: dict[KeyName, str], today: str, visitor: Visitor) -> Line:
    own = {key.name for key in visitor.keys}
    place = f"/desk/cases/{duty.case}" + (f"/{duty.task}" if duty.task and duty.state == "now" else "")
    return Line(
        duty=duty,
        case=called[duty.case],
        link=place,
        overdue=duty.is_overdue(today),
        today=duty.due == today,
        waits=duty.waits(names, own),
    )


OTHERS = {
    "rotate-key": "Put a new key in the place of an old one",
    "recover-key": "Let a new key take the place of a lost one",
    "revoke-key": "Revoke a key",
    "report-stolen": "Report a key stolen",
    "stop-recovery": "Stop the recovery of a key",
    "urgent": "Record what was bought at once",
    "request": "Sign second what was signed on another machine",
    "tonight": "Record a home for tonight",
    "make-offer": "Offer a home",
    "decline-referral": "Decline a referral",
    "put-question": "Ask a question",
    "withdraw-offer": "Take an offer back",
    "declare-vacancy": "Declare room",
    "withdraw-vacancy": "Say that room is gone",
    "dispute-entry": "Correct the list",
    "ask-why": "Ask why",
    "lodge-contest": "Challenge the search",
    "withdraw-contest": "Withdraw a challenge",
    "give-feedback": "Say how it was with the authority",
    "register-authority": "Enter an authority",
    "declare-in-house-policy": "Declare that own homes are asked first",
    "register-provider": "Enter a provider",
    "declare-ownership": "Say who owns a provider",
    "register-setting": "Enter a home",
    "change-setting": "Change what the list says of a home",
    "rate-setting": "Record a grade",
    "evidence-capability": "Record what a home can do",
    "declare-full-cost": "Declare what a home costs in full",
    "conclude-agreement": "Record an agreement",
    "record-occupancy": "Record the nights of a block",
    "decide-uplift": "Decide on a rise of fees",
}
"""Acts that are no task of a case's file."""


def _signing(act: Waiting, called: dict[CaseId, str]) -> Signing:
    try:
        title = task(act.task).title
    except Missing:
        title = OTHERS.get(act.task.partition(":")[0], "Let a key act")
    case = "" if not act.case or act.task in case_names.BEGINS else called[act.case]
    return Signing(id=act.id, title=title, case=case, created=act.created, second=act.second)


HANDLERS = (work,)
