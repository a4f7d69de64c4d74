"""Buying together: each buyer in a row of its own, and which of them leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fairplace.forms import growing
from fairplace.forms.fields import Field
from fairplace.forms.task import NOW, File, Members, Stage, Task, done, options, waits
from fairplace.procurement.commands import NameBuyers

ROLES = options(
    ("leads", "Leads the procedure", "Just one does"),
    ("buys", "Buys jointly"),
    ("bought-for", "Is bought for", "The others buy on its behalf, and it takes no part in the procedure"),
)
PARTS = ("name", "id", "role")


def _stage(file: File) -> Stage:
    """While a contract runs, too: authorities are merged, and later notices name who buys then."""
    if file.state.planned is None:
        return waits("first plan it")
    return done() if file.state.buyers else NOW


def _fields(file: File) -> list[Field]:
    return [
        field
        for at in growing.rows(file, "b", least=3, spare=2)
        for row, group in [(growing.after_first("b", at), f"Buyer {at + 1}")]
        for field in (
            Field(name=f"b{at}-name", label="The buyer’s name", kind="line", row=row, group=group, hint=growing.EMPTY if at == 1 else ""),
            Field(name=f"b{at}-id", label="Its identifier", kind="line", row=row, group=group, optional=True,
                  hint="As in notices, such as GB-PPON-PABC-1234-DEFG or GB-LAE-BIR. Leave it empty where it is not known"),
            Field(name=f"b{at}-role", label="What it does", kind="choice", beside=True, row=row, group=group, options=ROLES),
        )
    ]  # fmt: skip


def _start(file: File) -> dict[str, list[str]]:
    """The buyers who are named already; before that, whoever the plan says buys."""
    if file.state.buyers is not None:
        named = [(one.name, one.id, one.role) for one in file.state.buyers.buyers.get(())]
    else:
        said = file.state.planned.authority.get() if file.state.planned else None
        named = [(said, None, "leads")] if said else []
    return rows_of(named)


def rows_of(
    buyers: Sequence[tuple[str, str | None, str | None]], written: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> dict[str, list[str]]:
    """The rows of the form for buyers that are known: name, identifier and role of each.

    Each goes into the row that names it already, else into one where nothing is written: no part of one stands beside
    another's.
    """
    there = {at: [" ".join(written.get(f"b{at}-{part}", ())).strip() for part in PARTS] for at in range(growing.MOST)}
    known = {said[0].casefold(): at for at, said in there.items() if said[0]}
    free = (at for at, said in there.items() if not any(said))
    found: dict[str, list[str]] = {}
    for one in buyers:
        at = known.get(one[0].casefold())
        at = next(free, None) if at is None else at
        if at is None:
            break
        found |= {f"b{at}-{part}": [value] for part, value in zip(PARTS, one, strict=True) if value}
    return found


def _members(members: Members, _: File) -> Members:
    rows = [{part: members.pop(f"b{at}-{part}", None) for part in PARTS} for at in range(growing.MOST)]
    return {**members, "buyers": [one for one in rows if one["name"] is not None]}


TASKS: tuple[Task, ...] = (
    Task(code="buyers", title="Name who buys together", part="Plan", command=NameBuyers, stage=_stage, fields=_fields, start=_start,
         members=_members, again=True, any_time=True, grows="buyers",
         lead="Each authority as a party of its own, with its identifier. It becomes public with the notice, and every notice and letter names them all."),
)  # fmt: skip
