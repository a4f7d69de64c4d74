"""A direct award: on which ground of the Act, to whom, and why, before it is decided."""

from __future__ import annotations

from fairplace.forms.fields import Field
from fairplace.forms.invitation import PROVIDER
from fairplace.forms.task import AWAY, NOW, File, Stage, Task, done, options
from fairplace.procurement.commands import NameGround
from fairplace.procurement.state import awards_directly

OF_A_COMPETITION = frozenset(
    [
        "tender",
        "criteria",
        "deadline",
        "question",
        "answer",
        "anonymity",
        "open",
        "late",
        "prices",
        "corrections",
        "corrections-came",
        "secrets",
        "secrets-decided",
        "sheet",
        "moderation",
        "name-seen",
        "summaries",
    ]
)
"""Tasks that a direct award does not have, by code."""
AFTER_A_COMPETITION = options(
    ("no-suitable-tender", "A competition brought no suitable bid", "Section 43: no bid came, or none could be taken"),
)
GROUNDS = options(
    ("prototype", "A prototype, or research", "Schedule 5, paragraphs 2 and 3"),
    ("art", "A unique work of art or performance", "Paragraph 4"),
    ("exclusive-rights", "Only this supplier has the rights", "Paragraph 5"),
    ("technical", "Only this supplier can do it, for technical reasons", "Paragraph 6"),
    ("additional", "It adds to what stands, and another supplier would not fit", "Paragraph 7"),
    ("repeat", "It repeats what was bought by competition", "Paragraph 8: within five years, as the first notice foresaw"),
    ("commodity", "It is bought on a commodity market", "Paragraph 10"),
    ("insolvency", "A supplier is insolvent, and the terms are good", "Paragraph 11"),
    ("urgency", "It is extremely and unavoidably urgent", "Paragraphs 13 and 14: nothing that we brought about ourselves"),
    ("user-choice", "The person it is for, or their carer, chose the supplier", "Paragraphs 15 to 17: light touch, and needs no transparency notice"),
    ("protect-life", "It protects life or public order", "Section 42: where regulations say so"),
)  # fmt: skip


def _stage(file: File) -> Stage:
    if not awards_directly(file.state.planned) or file.state.ended or file.state.contract:
        return AWAY
    return done() if file.state.ground else NOW


def _fields(file: File) -> list[Field]:
    after = file.state.planned is not None and file.state.planned.route == "direct_s43"
    return [
        Field(name="ground", label="On what ground", kind="choice", public=True, options=AFTER_A_COMPETITION if after else GROUNDS,
              hint="Best value, a good working relationship and an internal waiver are none"),
        *PROVIDER,
        Field(name="reason", label="Why it applies", kind="words", hint="The facts that the ground asks for. Published word for word. Name no child, school or street."),
    ]  # fmt: skip


TASKS: tuple[Task, ...] = (
    Task(code="ground", title="Name the ground of the direct award", part="Plan", command=NameGround, stage=_stage, fields=_fields, again=True,
         lead="Without a competition, and why. A transparency notice (UK5) says the same before the award is decided (Procurement Act 2023, sections 41 to 44)."),
)  # fmt: skip
