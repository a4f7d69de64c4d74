"""Marking without names: whether, and that a name was seen all the same."""

from __future__ import annotations

from fairplace.bidding.commands import DecideAnonymity, RecordNameSeen
from fairplace.forms.fields import Field
from fairplace.forms.task import AWAY, NOW, File, Stage, Task, done, options
from fairplace.procurement.veil import bid_under


def _decide_stage(file: File) -> Stage:
    if file.state.anonymity is not None:
        return done()
    return NOW if file.state.planned and not file.state.opened and not file.state.ended else AWAY


def _decide(_: File) -> list[Field]:
    return [
        Field(name="arrangements", label="Who takes the names out of what is marked, and how", kind="words", optional=True,
              hint="Such as: the officer puts each written answer in under its letter, once the bids are opened"),
    ]  # fmt: skip


def _seen_stage(file: File) -> Stage:
    return NOW if file.state.anonymity is not None and file.state.opened else AWAY


def _seen(file: File) -> list[Field]:
    places = [place for place, leaf in sorted(file.state.places.items()) if leaf is not None]
    return [
        Field(name="how", label="How did it become known?", kind="choice", public=True, options=options(
            ("answer", "From a written answer"), ("document", "From another document"), ("told", "Somebody said it"),
            ("guessed", "From what else the bid says"), ("other", "In another way"))),
        Field(name="person", label="To whom", kind="choice", public=True, optional=True, options=options(*file.others()),
              hint="Leave it open if it was you"),
        Field(name="bid", label="Which bid", kind="choice", optional=True, options=options(*((place, bid_under(place)) for place in places))),
        Field(name="note", label="What happened", kind="words", optional=True),
    ]  # fmt: skip


DECIDE = Task(code="anonymity", any_time=True, title="Mark bids without names", part="Invite", command=DecideAnonymity, stage=_decide_stage, fields=_decide,
              lead="Before the bids are opened. Whoever marks then sees letters in place of bidders, until marks are agreed.")  # fmt: skip
SEEN = Task(code="name-seen", any_time=True, title="Say that a name became known", part="Evaluate", command=RecordNameSeen, stage=_seen_stage, fields=_seen,
            own=True, again=True, lead="To you or to somebody else who marks. It is no fault to say so; what follows is decided by another.")  # fmt: skip
