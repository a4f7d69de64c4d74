"""A notice fills in the forms of planning, naming who buys, inviting and naming a framework: a draft to be read and signed, each value marked as the notice's.

- Nothing is recorded, and what somebody has written themselves stays.
- What the notice does not say exactly is left open, and said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from litestar.params import FromPath

from fairplace.counted import counted
from fairplace.errors import Conflict, Malformed, Missing
from fairplace.formats import listed, money
from fairplace.forms import buying, growing, invitation, origin
from fairplace.forms.origin import Values
from fairplace.forms.task import File, Task
from fairplace.forms.tasks import task
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.recording import begins_with, file_of, may_do, owner_of
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ocds import facts as notices
from fairplace.ocds.facts import Facts
from fairplace.terms import LONDON, Instant, moment

ROOM = 1 << 16
"""Bytes for what a form sends beside its file."""
FORMS = ("plan", "buyers", "tender", "parent")
"""Tasks whose form a notice can fill in."""


_NUMBER = re.compile(r"\d{6}-\d{4}|\d{4}/S \d{3}-\d{6}")
"""A number that Find a Tender gives a notice, now and in its first years."""


class Found(msgspec.Struct, frozen=True):
    """The notices and lots of a file, until one of them is chosen."""

    facts: list[Facts]


@signed_in("/desk/cases/{case:str}/{code:str}/notice")
def notice(site: TheSite, visitor: TheVisitor, case: FromPath[str], code: FromPath[str]) -> Answer:
    """Choose the file of a notice; or, where it has several, which of them."""
    made = file_of(site, visitor, case)
    wanted = _task(code)
    if made is None:
        return closed(site, visitor, case)
    may_do(visitor, wanted)
    return _page(site, visitor, wanted, made)


@acting("/desk/cases/{case:str}/{code:str}/notice", most=notices.MOST_BYTES + ROOM)
def fill_in(site: TheSite, visitor: TheVisitor, case: FromPath[str], code: FromPath[str], sent: TheSent) -> Answer:
    """Take a notice in, and fill in the draft from it."""
    made = file_of(site, visitor, case)
    wanted = _task(code)
    if made is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/{code}/notice", sent)
    may_do(visitor, wanted)
    try:
        if sent.get("do") == "choose":
            found = _read(sent)
            if len(found) > 1:
                _keep(site, visitor, wanted, made, found)
                return see_other(f"/desk/cases/{case}/{code}/notice")
            chosen = found[0]
        elif sent.get("do") == "take":
            chosen = _chosen(site, visitor, wanted, made, sent.get("which"))
        else:
            site.drafts.drop(made.case, _name(wanted), visitor.person.id)
            return see_other(f"/desk/cases/{case}/{code}/notice")
        left = _fill(site, visitor, wanted, made, chosen)
    except (Malformed, Conflict) as error:
        return _page(site, visitor, wanted, made, fault=str(error), status=error.status)
    site.drafts.drop(made.case, _name(wanted), visitor.person.id)
    if not left:
        return see_other(f"/desk/cases/{case}/{code}")
    return _page(site, visitor, wanted, made, left=left, chosen=chosen)


def _read(sent: Sent) -> list[Facts]:
    file = next(iter(sent.files.get("notice", [])), None)
    if file is None:
        raise Malformed("no file came; choose the notice, as OCDS in JSON")
    return notices.read(file.name, file.data)


def plan_values(facts: Facts) -> dict[str, list[str]]:
    """The fields of the plan that a notice fills in."""
    return _given(
        {
            "title": facts.title,
            "need": facts.description,
            "regime": facts.law,
            "contract_kind": facts.kind,
            "route": facts.route,
            "light_touch": None if facts.light_touch is None else "yes" if facts.light_touch else "no",
            "cpv": "\n".join(facts.cpv),
            "estimated_value": None if facts.value is None else money(facts.value).removeprefix("£"),
            "max_term_days": None if facts.term_days is None else str(facts.term_days),
        }
    )


def tender_values(facts: Facts) -> dict[str, list[str]]:
    """The fields of the invitation that a notice fills in."""
    values: dict[str, str | None] = {"notice_reference": facts.notice if _NUMBER.fullmatch(facts.notice) else None}
    for row, one in enumerate(facts.criteria[: growing.MOST]):
        values[f"c{row}-title"], values[f"c{row}-kind"] = one.title, one.kind
        values[f"c{row}-weight"] = None if one.weight is None else f"{one.weight / 100:g}"
    return _given(
        {**values, **_moment("deadline", facts.deadline), **_moment("questions_until", facts.questions_until)}
    )


def parent_values(facts: Facts) -> dict[str, list[str]]:
    """The fields of a call-off's framework: from its own notice, or from one that names it."""
    if (found := facts.framework) is None:
        return {}
    members = "\n".join(f"{one.id} {one.name}" for one in found.members)
    days = [] if found.until is None else found.until.split("-")
    until = {f"until-{part}": str(int(value)) for part, value in zip(("year", "month", "day"), days, strict=False)}
    return _given(
        {
            "where": invitation.ELSEWHERE,
            "reference": found.reference,
            "name": found.name,
            "member-lines": members or None,
            **until,
        }
    )


def _moment(name: str, at: Instant | None) -> dict[str, str | None]:
    """A moment as its four fields have it, in London."""
    if at is None:
        return {}
    there = moment(at).astimezone(LONDON)
    parts = {"day": str(there.day), "month": str(there.month), "year": str(there.year), "time": f"{there:%H:%M}"}
    return {f"{name}-{part}": value for part, value in parts.items()}


def buyer_values(facts: Facts, written: Mapping[str, Values]) -> dict[str, list[str]]:
    """The rows of who buys together, beside those that somebody wrote."""
    return buying.rows_of([(one.name, one.id, one.role) for one in facts.buyers], written)


def _given(values: dict[str, str | None]) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items() if value}


_VALUES = {"plan": plan_values, "tender": tender_values, "parent": parent_values}


def _fill(site: Site, visitor: Visitor, wanted: Task, made: File, facts: Facts) -> list[str]:
    """Fill in the draft; what was left open, in a sentence each."""
    source = f"the notice {facts.notice}, {facts.ocid}" + (f", lot {facts.lot}" if facts.lot else "")
    owner = owner_of(visitor, wanted, made)
    draft = site.drafts.get(made.case, wanted.code, owner)
    written = draft.written if draft else {} if wanted.code == "buyers" else begins_with(site, wanted.code, made)
    written = origin.without(written, "the notice ")
    values = buyer_values(facts, written) if wanted.code == "buyers" else _VALUES[wanted.code](facts)
    filled = origin.fill(written, {name: (value, source) for name, value in values.items()})
    version = draft.version if draft else 0
    site.drafts.save(made.case, wanted.code, filled.written, by=visitor.person.id, version=version, owner=owner)
    if wanted.code == "parent":
        left = [] if facts.framework else ["the notice is of no framework, and names none that is called off from"]
    elif wanted.code == "buyers":
        left = _left_of_buyers(facts)
    else:
        left = [one for one in facts.left if ("value" in one) == (wanted.code == "plan")]
    if wanted.code == "tender" and (more := len(facts.criteria) - growing.MOST) > 0:
        left.append(f"the notice has {more} more criteria than the form has room for")
    if filled.left:
        left.append(f"{counted(filled.left, 'field stays as it was', 'fields stay as they were')} written by hand")
    return left


def _left_of_buyers(facts: Facts) -> list[str]:
    left = [] if facts.buyers else ["the notice names nobody as its buyer"]
    if any(one.role is None for one in facts.buyers):
        left.append("the notice does not say which of its buyers leads")
    if unknown := [one.name for one in facts.buyers if one.id is None]:
        left.append(f"the notice gives no identifier of {listed(unknown)}")
    if (more := len(facts.buyers) - growing.MOST) > 0:
        left.append(f"the notice has {more} more buyers than the form has room for")
    return left


def _keep(site: Site, visitor: Visitor, wanted: Task, made: File, found: list[Facts]) -> None:
    draft = site.drafts.get(made.case, _name(wanted), visitor.person.id)
    site.drafts.save(
        made.case,
        _name(wanted),
        msgspec.to_builtins(Found(found)),
        by=visitor.person.id,
        version=draft.version if draft else 0,
        owner=visitor.person.id,
    )


def _kept(site: Site, visitor: Visitor, wanted: Task, made: File) -> list[Facts]:
    draft = site.drafts.get(made.case, _name(wanted), visitor.person.id)
    return [] if draft is None else msgspec.convert(draft.written, Found).facts


def _chosen(site: Site, visitor: Visitor, wanted: Task, made: File, which: str) -> Facts:
    found = _kept(site, visitor, wanted, made)
    if not (which.isascii() and which.isdigit() and len(which) < 5 and int(which) < len(found)):
        raise Malformed("choose one of the notices")
    return found[int(which)]


def _page(
    site: Site,
    visitor: Visitor,
    wanted: Task,
    made: File,
    *,
    left: list[str] | None = None,
    chosen: Facts | None = None,
    fault: str = "",
    status: int = 200,
) -> Answer:
    return site.page(
        "notice.html",
        status=status,
        visitor=visitor,
        task=wanted,
        case=made.case or "new",
        found=_kept(site, visitor, wanted, made),
        left=left,
        chosen=chosen,
        fault=fault,
        largest=notices.MOST_BYTES,
    )


def _task(code: str) -> Task:
    if code not in FORMS:
        raise Missing("no notice fills in this form")
    return task(code)


def _name(wanted: Task) -> str:
    return f"notice:{wanted.code}"


HANDLERS = (notice, fill_in)
