"""Formal faults put right: whom to invite, and what came of it, for all bids on one page."""

from __future__ import annotations

from typing import Any

from fairplace.bidding.commands import InviteCorrections, RecordCorrections
from fairplace.forms.fields import Field
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, waits

KINDS = options(
    ("signature", "A signature is missing"),
    ("form", "A form is missing"),
    ("certificate", "A certificate is missing"),
    ("other", "Another formal fault"),
)


def _invite_stage(file: File) -> Stage:
    if not file.state.opened:
        return waits("first open the bids")
    return AWAY if file.state.contract or file.state.ended else NOW


def _invite(file: File) -> list[Field]:
    fields = [
        Field(name="until", label="Until when", kind="moment", public=True, hint="One moment for all. Give them at least 24 hours"),
    ]  # fmt: skip
    for row, (name, bid) in enumerate(file.bids.items()):
        path, group = ("bids", name), bid.provider.name
        fields += [
            Field(name=f"f{row}-kinds", path=(*path, "kinds"), label="What is formally wrong", kind="several", group=group, options=KINDS,
                  optional=True, hint="Choose nothing if nothing is"),
            Field(name=f"f{row}-invited", path=(*path, "invited"), label="May it be put right?", kind="yes", group=group, optional=True,
                  hint="Left open, yes. The same for all with the same kind of fault"),
            Field(name=f"f{row}-note", path=(*path, "note"), label="What exactly is missing, or why it may not be put right", kind="words",
                  group=group, optional=True),
        ]  # fmt: skip
    return fields


def _invited(members: Members, _: File) -> Members:
    """A bid of which nothing was said has no formal fault."""
    bids = {name: {"kinds": [], **bid} for name, bid in members.get("bids", {}).items()}
    return {**members, "bids": bids}


def _waiting(file: File) -> list[str]:
    """Providers who were invited, and of whom the record does not say what came."""
    return [
        name
        for name, bid in file.bids.items()
        if (one := file.state.corrections.get(bid.place)) is not None
        and one.faults.invited
        and bid.place not in file.state.corrected
    ]


def _came_stage(file: File) -> Stage:
    if waiting := _waiting(file):
        return Stage("now", f"{len(waiting)} invited")
    return done() if file.state.corrected else AWAY


def _came(file: File) -> list[Field]:
    waiting = _waiting(file)
    fields = []
    # Whoever was invited comes first; a field is named by the place of its bid among all, so that no draft slips.
    for row, (name, bid) in sorted(enumerate(file.bids.items()), key=lambda one: one[1][0] not in waiting):
        if bid.place in file.state.corrected:
            continue
        invited = name in waiting
        path, group = ("bids", name), bid.provider.name + ("" if invited else " (not invited)")
        fields += [
            Field(name=f"c{row}-what", path=(*path, "what"), label="What came", kind="choice", group=group, optional=not invited,
                  hint="" if invited else "Leave it open if nothing came", options=options(
                ("nothing", "Nothing"), ("accepted", "A correction, and it is accepted"), ("refused", "A correction, and it is not accepted"))),
            Field(name=f"c{row}-at", path=(*path, "came_at"), label="When it came", kind="moment", group=group, optional=True),
            Field(name=f"c{row}-changed", path=(*path, "changed_offer"), label="Does it change what is offered, or the price?", kind="yes",
                  group=group, optional=True, hint="Left open, no. A correction never improves a bid"),
            Field(name=f"c{row}-reason", path=(*path, "reason"), label="Why it is not accepted", kind="words", group=group, optional=True),
        ]  # fmt: skip
    return fields


def _recorded(members: Members, _: File) -> Members:
    bids: dict[str, Any] = {}
    for name, bid in members.get("bids", {}).items():
        what = bid.pop("what", None)
        bids[name] = {**bid, "accepted": what == "accepted"}
    return {**members, "bids": bids}


TASKS: tuple[Task, ...] = (
    Task(code="corrections", any_time=True, title="Let formal faults be put right", part="Open the bids", command=InviteCorrections, stage=_invite_stage, fields=_invite,
         members=_invited, again=True, lead="What is offered to one is offered to all with the same kind of fault, until one moment. What is offered and its price stay as they are."),
    Task(code="corrections-came", title="Record what was put right", part="Open the bids", command=RecordCorrections, stage=_came_stage, fields=_came,
         members=_recorded, again=True, lead="All together, once the time is over. What comes late is not accepted, for nobody."),
)  # fmt: skip
