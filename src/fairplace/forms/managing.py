"""After the signature: the contract is changed, and ends."""

from __future__ import annotations

from fairplace.forms.fields import Field
from fairplace.forms.provider_ids import provider_id
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, to_publish, with_papers
from fairplace.procurement.commands import ChangeContract, EndContract


def _runs(file: File) -> Stage:
    contract = file.state.contract
    return NOW if contract is not None and contract.ended_on is None else AWAY


def _end_stage(file: File) -> Stage:
    contract = file.state.contract
    if contract is None:
        return AWAY
    return NOW if contract.ended_on is None else done()


def _change(file: File) -> list[Field]:
    contract = file.state.contract
    stands = contract.value if contract is not None else None
    planned = file.state.planned
    free = planned is not None and (planned.light_touch or planned.regime != "PA23")
    longest = planned.max_term_days if planned is not None else None
    papers = to_publish(file, "contract")
    return [
        Field(name="kind", label="What changes", kind="choice", public=True, options=options(
            ("modification", "Its terms or scope"), ("extension", "An option to extend is used", "As the contract foresees it"),
            ("price", "The price"), ("supplier", "Who it is with"))),
        Field(name="ground", label="On what ground", kind="choice", public=True, optional=True, options=options(
            ("provided-for", "The contract provides for it", "Schedule 8, paragraph 1: plainly, and in the notice too"),
            ("urgency", "Urgency, to protect life or public order", "Schedule 8, paragraphs 2 and 3"),
            ("unforeseeable", "Unforeseeable circumstances", "Schedule 8, paragraph 4: up to 50 % of the value"),
            ("known-risk", "A known risk came true", "Schedule 8, paragraphs 5 to 7: named in the notice, up to 50 % of the value"),
            ("additional", "More of the same, and another supplier would not fit", "Schedule 8, paragraph 8: up to 50 % of the value"),
            ("restructuring", "The supplier was restructured", "Schedule 8, paragraph 9: always with a notice"),
            ("not-substantial", "It is not substantial", "Section 74(3): the term by at most 10 %, neither scope nor balance"),
            ("below-threshold", "It is below the threshold", "Section 74(4): the value by at most 10 %, for works 15 %"),
            ("light-touch", "It is a light touch contract", "Section 74(2): changed freely")),
            hint="Not needed here" if free else "Procurement Act 2023, section 74 and Schedule 8. Only a report of what has happened may leave it open"),
        Field(name="changed_on", label="From which day on", kind="day", public=True,
              hint="Today or later. Where a contract change notice is due, it is published before this day"),
        Field(name="value_after", label="Value of the contract after the change", kind="money", optional=True,
              hint=f"It stands at £{stands / 100:,.2f}. Leave empty if it stays" if stands is not None else "Leave empty if it stays"),
        Field(name="term_days", label="Days by which the longest term changes", kind="number", public=True, optional=True,
              hint=f"It is {longest} days. Write 30 or -30; an option that is used changes nothing" if longest is not None
              else "Write 30 or -30; an option that is used changes nothing"),
        Field(name="scope_changed", label="Does it change the scope materially?", kind="yes", public=True),
        Field(name="favours_supplier", label="Does it tilt the balance materially to the supplier?", kind="yes", public=True),
        provider_id("new.id", "The new supplier’s id", optional=True, group="If the supplier changes"),
        Field(name="new.name", label="The new supplier’s name", kind="line", optional=True, group="If the supplier changes"),
        Field(name="reason", label="Why", kind="words", hint="Published word for word with the contract. Name no child, school or street."),
        *([Field(name="document", label="The changed contract", kind="choice", optional=True, options=options(*papers),
                 hint="The copy without names; it stays sealed until it is released")] if papers else []),
    ]  # fmt: skip


def _change_members(members: Members, file: File) -> Members:
    """Who it is with from then on goes into the list that the command has."""
    new = members.pop("new", None)
    return with_papers(members | ({"providers": [new]} if new else {}), file, "document")


def _end(_: File) -> list[Field]:
    return [
        Field(name="ended_on", label="Ended on", kind="day", public=True, hint="The last day of the contract"),
        Field(name="how", label="How it ended", kind="choice", public=True, options=options(
            ("expiry", "Its term was over"), ("discharge", "Everything was done, or both sides released each other"),
            ("termination", "One side terminated it"), ("rescission", "It was rescinded"), ("set-aside", "A court set it aside")),
            hint="Procurement Act 2023, section 80(3)"),
        Field(name="cause", label="Why it ended", kind="choice", public=True, options=options(
            ("term-over", "The term was over"), ("performed", "It was performed"), ("agreed", "Both sides agreed"), ("need-ended", "The need ended"),
            ("breach", "A breach of contract", "The notice then says more: Procurement Regulations 2024, regulation 41"), ("insolvency", "Insolvency"),
            ("improper-award-or-change", "Awarded or changed in breach of the Act", "Section 78(2)(a)"),
            ("supplier-excluded", "The supplier came to be excluded or excludable", "Section 78(2)(b)"),
            ("sub-contractor-excluded", "A sub-contractor came to be excluded or excludable", "Section 78(2)(c)"),
            ("court-order", "A court ordered it"), ("other", "Something else"))),
        Field(name="reason", label="Say it in words", kind="words", hint="Published word for word. Name no child, school or street."),
    ]  # fmt: skip


TASKS: tuple[Task, ...] = (
    Task(code="change-contract", any_time=True, title="Change the contract", part="Contract", command=ChangeContract, again=True,
         stage=_runs, fields=_change, members=_change_members,
         lead="From a day on, on a ground. A change that needs a notice is decided first, noticed next, and begins then (Procurement Act 2023, sections 74 and 75)."),
    Task(code="end-contract", any_time=True, title="Record the end of the contract", part="Contract", command=EndContract, stage=_end_stage, fields=_end,
         lead="Whatever ended it: expiry counts. A contract termination notice follows within 30 days (Procurement Act 2023, section 80)."),
)  # fmt: skip
