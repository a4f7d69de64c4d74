"""Planning and inviting: from a need to a tender notice, its changes, and questions answered to all."""

from __future__ import annotations

import re
from typing import Any

from fairplace.forms import growing
from fairplace.forms.fields import Field
from fairplace.forms.provider_ids import provider_id
from fairplace.forms.task import (
    AWAY,
    NOW,
    File,
    Members,
    Stage,
    Task,
    done,
    options,
    over,
    to_publish,
    waits,
    with_papers,
)
from fairplace.procurement.commands import (
    AnswerQuestion,
    AskQuestion,
    AssessConflicts,
    ChangeCriteria,
    ChangeDeadline,
    NameParent,
    Plan,
    PublishTender,
    RecordContact,
)
from fairplace.procurement.state import calls_off

_CASE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

PROVIDER = (
    provider_id("provider.id"),
    Field(name="provider.name", label="The provider’s name", kind="line"),
)


def _planned(file: File) -> Stage:
    return done() if file.state.planned else NOW


def _after_plan(file: File) -> Stage:
    if file.state.ended or file.state.contract:
        return AWAY
    return NOW if file.state.planned else waits("first plan it")


def _plan(_: File) -> list[Field]:
    return [
        Field(name="title", label="What is bought", kind="line", hint="The title of the notice"),
        Field(name="need", label="Why it is needed", kind="words", hint="Published word for word. Name no child, school or street."),
        Field(name="authority", label="Who buys", kind="line", hint="The authority by its name. Where several buy together: the one that leads. The others are named in a step of their own"),
        Field(name="estimated_value", label="Estimated value", kind="money", optional=True,
              hint="The most that may be paid, with VAT, options and extensions (Procurement Act 2023, Schedule 3). Leave empty if it cannot be estimated."),
        Field(name="regime", label="The law that applies", kind="choice", public=True, options=options(
            ("PA23", "Procurement Act 2023"), ("PSR", "Provider Selection Regime"), ("PCR15", "Public Contracts Regulations 2015", "Begun before 24 February 2025"),
            ("BELOW", "Below the threshold"), ("EXEMPT", "Exempt"))),
        Field(name="contract_kind", label="Kind of contract", kind="choice", public=True, options=options(
            ("services", "Services"), ("goods", "Goods"), ("works", "Works"), ("framework", "Framework"), ("concession", "Concession"))),
        Field(name="route", label="Route", kind="choice", public=True, options=options(
            ("open", "Open procedure"), ("flexible", "Competitive flexible procedure"), ("flexible_dm", "Flexible, under a dynamic market"),
            ("framework_calloff", "Call-off from a framework"), ("direct_s41", "Direct award, section 41"), ("direct_s43", "Direct award, section 43"))),
        Field(name="light_touch", label="Is it a light-touch contract?", kind="yes", public=True, hint="Social care and education mostly are"),
        Field(name="cpv", label="CPV codes", kind="lines", public=True, hint="One a line, such as 85311300"),
        Field(name="concerns_one_person", label="Does it concern one person?", kind="yes", public=True, optional=True,
              hint="Then it has no public page. Left open, the service and the route decide."),
        Field(name="max_term_days", label="Longest term in days", kind="number", public=True, optional=True),
        Field(name="related", label="Its other lots, if it has any", kind="lines", public=True, optional=True,
              hint="Each lot is a case of its own. Name those that are planned already, one a line: the number of the case, or the address of its page"),
        Field(name="lots_reason", label="Why there are no lots, if there are none", kind="words", optional=True),
    ]  # fmt: skip


def _plan_members(members: Members, _: File) -> Members:
    """A case is named by its number or by the address of one of its pages; a value that is left out cannot be estimated."""
    related = [found[0] if (found := _CASE.search(line)) else line for line in members.get("related", [])]
    return {**members, "related": related, "value_estimable": "estimated_value" in members}


def _conflicts(_: File) -> list[Field]:
    return [
        Field(name="conflicts", label="Conflicts seen", kind="lines", hint="One a line; write “none known” if so"),
        Field(name="steps", label="Steps taken against them", kind="lines", hint="One a line"),
    ]


ELSEWHERE = "elsewhere"


def _parent_stage(file: File) -> Stage:
    if not calls_off(file.state.planned) or file.state.ended or file.state.contract:
        return AWAY
    return done() if file.state.parent else NOW


def _parent(file: File) -> list[Field]:
    ours = tuple(one for one in file.frameworks if one[0] != file.case)
    found = Field(name="where", label="Which framework or dynamic market", kind="choice", public=True,
                  options=options(*ours, (ELSEWHERE, "One that is not in this register", "Give its number below")))  # fmt: skip
    only = "Only for one that is not in this register" if ours else ""
    needed = f"{only}. " if only else ""
    return [
        *([found] if ours else []),
        Field(name="reference", label="Its OCID, or the number of its notice", kind="line", public=True, optional=bool(ours),
              hint=f"{needed}Such as ocds-h6vhtk-04a1b2 or 2026/S 000-012345"),
        Field(name="name", label="What it is called", kind="line", optional=True, hint=only),
        Field(name="until", label="Last day on which it can be called off from", kind="day", public=True, optional=True, hint=only),
        Field(name="member-lines", label="Who stands in it", kind="lines", optional=True,
              hint=f"{needed}One a line, the id first: GB-COH-01234567 Alder Homes"),
    ]  # fmt: skip


def _parent_members(members: Members, _: File) -> Members:
    """A framework of this register is named by its case alone; of another comes what is known of it."""
    where, lines = members.pop("where", ELSEWHERE), members.pop("member-lines", [])
    if where != ELSEWHERE:
        return {**members, "parent": where}
    found = [line.split(maxsplit=1) for line in lines]
    listed = [{"id": one[0], "name": one[1] if len(one) > 1 else ""} for one in found]
    return {**members, **({"members": listed} if listed else {})}


def _described(lines: list[str]) -> str:
    """Each line says which mark it is of."""
    odd = next((line for line in lines if not re.match(r"[0-9]+\s*:", line)), None)
    return (
        ""
        if odd is None
        else f"Begin each line with its mark and a colon, like 5: everything asked; this one does not: {odd[:60]}"
    )


def _criteria_fields(file: File) -> list[Field]:
    kinds = options(("quality", "Quality"), ("price", "Price"))
    rows = [
        field
        for row in growing.rows(file, "c", least=6, spare=3)
        for field in (
            Field(name=f"c{row}-title", label="Criterion", kind="line", hint=growing.EMPTY if row == 1 else "", row=growing.after_first("c", row), group=f"Criterion {row + 1}"),
            Field(name=f"c{row}-kind", label="Judged by", kind="choice", options=kinds, beside=True, row=growing.after_first("c", row), public=True, group=f"Criterion {row + 1}"),
            Field(name=f"c{row}-weight", label="Weight in per cent", kind="decimal", row=growing.after_first("c", row), public=True, group=f"Criterion {row + 1}"),
        )
    ]  # fmt: skip
    return [
        *rows,
        Field(name="highest", label="Highest mark", kind="number", public=True, hint="Marks run from 0 to this, in whole steps"),
        Field(name="descriptors", label="What earns each mark", kind="lines", optional=True, hint="One a line: 5: everything asked, with evidence", check=_described),
        Field(name="price_formula", label="How the price earns its weight", kind="choice", public=True, optional=True, options=options(
            ("lowest-over-price", "Lowest price ÷ price"), ("linear-to-double", "Straight line: nothing at twice the lowest price"))),
    ]  # fmt: skip


def criteria_of(members: Members) -> Members:
    """The criteria, scale and words of the rows."""
    criteria: list[dict[str, Any]] = []
    titles: dict[str, str] = {}
    for row in range(growing.MOST):
        title, kind, weight = (members.pop(f"c{row}-{part}", None) for part in ("title", "kind", "weight"))
        if title is None:
            continue
        name = _slug(title, titles)
        criteria.append({"id": name, "parent": None, "kind": kind, "weight": weight})
        titles[name] = title
    highest = members.pop("highest", 0)
    described = (line.split(":", 1) for line in members.pop("descriptors", []))
    return {
        **members,
        "criteria": criteria,
        "titles": titles,
        "scale": {"lowest": 0, "highest": highest, "step": 1},
        "descriptors": {mark.strip(): words.strip() for mark, words in described},
    }


def _standing(file: File) -> dict[str, list[str]]:
    """The rows of the form for criteria that stand already, with their scale and formula."""
    state = file.state
    rows = {"highest": [str(state.scale.highest)]} if state.scale else {}
    if file.scale:
        rows["descriptors"] = ["\n".join(f"{mark}: {words}" for mark, words in file.scale.items())]
    if state.price_formula:
        rows["price_formula"] = [state.price_formula]
    for row, one in enumerate(state.criteria):
        rows[f"c{row}-title"] = [file.named(one.id)]
        rows[f"c{row}-kind"] = [one.kind]
        rows[f"c{row}-weight"] = [f"{one.weight / 100:g}"]
    return rows


def _slug(title: str, taken: dict[str, str]) -> str:
    """A short name for a criterion, from its words: it stands in the open."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:24].strip("-") or "criterion"
    names = [base, *(f"{base}-{number}" for number in range(2, growing.MOST + 2))]
    return next(name for name in names if name not in taken)


def _tender(file: File) -> list[Field]:
    packs = to_publish(file, "tender-pack")
    return [
        *_criteria_fields(file),
        Field(name="deadline", label="Deadline for bids", kind="moment", public=True),
        Field(name="questions_until", label="Questions until", kind="moment", public=True, optional=True),
        Field(name="conditions", label="Conditions of participation", kind="lines", public=True, optional=True, hint="Short codes, one a line, such as registration"),
        Field(name="tie_break", label="If bids tie", kind="choice", public=True, optional=True, hint="Left open, a tie ends without an award", options=options(
            ("highest-quality", "The higher quality score wins"), ("lowest-price", "The lower price wins"))),
        Field(name="winners", label="How many may win", kind="number", public=True, hint="1 for a contract, more for a framework"),
        Field(name="late_policy", label="Late bids", kind="choice", public=True, options=options(
            ("reject", "Are rejected"), ("discretion", "May be admitted, with a reason and two signatures"))),
        Field(name="notice_reference", label="Number of the notice", kind="line", public=True, optional=True, hint="From Find a Tender, such as 2026/S 000-012345"),
        *([Field(name="documents", label="The tender documents", kind="several", optional=True, options=options(*packs),
                 hint="The copies without names: they are published with the notice")] if packs else []),
    ]  # fmt: skip


def _tender_stage(file: File) -> Stage:
    return done() if file.state.tender else _after_plan(file)


def _changeable(file: File) -> Stage:
    if file.state.tender is None:
        return waits("first publish the tender notice")
    return over("the bids are opened: criteria, deadline and answers stand as they are") if file.state.opened else NOW


def _deadline(_: File) -> list[Field]:
    return [
        Field(name="deadline", label="New deadline", kind="moment", public=True),
        Field(name="reason", label="Why", kind="words", hint="It goes to everybody who may bid"),
        Field(name="audience", label="For whom", kind="choice", public=True, options=options(
            ("all", "For everybody"), ("some", "For some only", "That is unequal treatment, and will show"), ("one", "For one only", "As above"))),
    ]  # fmt: skip


def _ask(_: File) -> list[Field]:
    return [
        Field(name="words", label="The question", kind="words", hint="Take out whatever tells who asks"),
        provider_id("asked_by.id", "Who asked: the provider’s id", hint="Such as GB-COH-01234567. Stays sealed", optional=True),
        Field(name="asked_by.name", label="Who asked: the provider’s name", kind="line", optional=True, hint="Stays sealed"),
    ]  # fmt: skip


def _answer(file: File) -> list[Field]:
    open_ = [
        (name, f"{name}: {words[:80]}")
        for name, words in file.state.questions.items()
        if name not in file.state.answered
    ]
    return [
        Field(name="question", label="Which question", kind="choice", public=True, options=options(*open_)),
        Field(name="answer", label="The answer", kind="words", hint="The same words go to everybody at the same time"),
        Field(name="material", label="Does it help to bid?", kind="yes", public=True),
    ]  # fmt: skip


def _answerable(file: File) -> Stage:
    waiting = len(file.state.questions.keys() - file.state.answered)
    return Stage("now", f"{waiting} to answer") if waiting else AWAY


def _contact(_: File) -> list[Field]:
    return [
        *PROVIDER,
        Field(name="handling.channel", label="How they came", kind="choice", options=options(
            ("portal", "Portal"), ("email", "E-mail"), ("telephone", "Telephone"), ("meeting", "Meeting"), ("visit", "Visit"))),
        Field(name="handling.introduced_by", label="Who introduced them", kind="choice", options=options(
            ("nobody", "Nobody"), ("member", "A councillor"), ("senior-officer", "A senior officer"),
            ("member-of-parliament", "A member of parliament"), ("other-official", "Another official"))),
        Field(name="handling.priority", label="Were they dealt with first?", kind="yes"),
        Field(name="handling.priority_basis", label="If so, on what ground", kind="choice", optional=True, options=options(
            ("volume", "Volume"), ("urgency", "Urgency"), ("registration", "Registration"), ("location", "Location"), ("price", "Price"))),
        Field(name="handling.first_response_minutes", label="Minutes until the first answer", kind="number", optional=True),
        Field(name="handling.interest_noted", label="Was an interest of whoever introduced them noted?", kind="yes"),
        Field(name="note", label="What was said", kind="words"),
    ]  # fmt: skip


def _contact_members(members: Members, _: File) -> Members:
    handling = {"priority_basis": None, "first_response_minutes": None, **members["handling"]}
    return {**members, "handling": handling}


TASKS: tuple[Task, ...] = (
    Task(code="plan", title="Plan what is bought", part="Plan", command=Plan, stage=_planned, fields=_plan, members=_plan_members,
         lead="A need, and the route to meet it. This opens the case."),
    Task(code="parent", title="Name the framework or dynamic market", part="Plan", command=NameParent, stage=_parent_stage, fields=_parent,
         members=_parent_members, again=True,
         lead="What this is called off from. Who stands in it, and until when, is read there if it is in this register (Procurement Act 2023, sections 34 and 45)."),
    Task(code="conflicts", title="Assess conflicts of interest", part="Plan", command=AssessConflicts, fields=_conflicts, again=True,
         stage=lambda file: done() if file.state.conflicts_assessed else _after_plan(file),
         lead="What conflicts are seen, and what is done about them (Procurement Act 2023, section 83)."),
    Task(code="tender", title="Publish the tender notice", part="Invite", command=PublishTender, stage=_tender_stage, fields=_tender, grows="criteria",
         members=lambda members, file: with_papers(criteria_of(members), file, "documents"),
         lead="What is asked, how bids will be judged, and until when. Bids are judged by this and nothing else."),
    Task(code="criteria", any_time=True, title="Change the criteria", part="Invite", command=ChangeCriteria, stage=_changeable, again=True, start=_standing, grows="criteria",
         fields=lambda file: [*_criteria_fields(file), Field(name="reason", label="Why", kind="words")],
         members=lambda members, _: criteria_of(members),
         lead="Before bids are opened only. Everybody is told, and needs enough time."),
    Task(code="deadline", any_time=True, title="Move the deadline", part="Invite", command=ChangeDeadline, stage=_changeable, fields=_deadline, again=True,
         lead="For everybody alike."),
    Task(code="question", any_time=True, title="Record a question", part="Invite", command=AskQuestion, fields=_ask, again=True,
         stage=_changeable, lead="A question that a provider put. Who asked stays sealed."),
    Task(code="answer", title="Answer a question", part="Invite", command=AnswerQuestion, stage=_answerable, fields=_answer, again=True,
         lead="To everybody, in the same words, at the same time."),
    Task(code="contact", any_time=True, title="Record a contact", part="Invite", command=RecordContact, stage=_after_plan, fields=_contact, again=True,
         members=_contact_members, lead="Somebody spoke to a provider, or about one, outside the questions and answers."),
)  # fmt: skip
