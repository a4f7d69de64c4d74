"""Until when questions about a tender can be asked, and where those that a provider asked here stand: all of it public.

- Nothing sealed is opened for it, so the log says nothing of who looks.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairplace.http import case_file
from fairplace.http.site import Site
from fairplace.procurement.events import QuestionAnswered, QuestionAsked
from fairplace.procurement.state import state_of
from fairplace.terms import CaseId, Instant

Closed = Literal["", "passed", "opened", "ended"]


class Window(msgspec.Struct, frozen=True):
    """`until` is null for a tender that names neither this nor a deadline; `closed` says why, empty while it is open."""

    until: Instant | None
    closed: Closed


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was asked here. `answered_at` is null while it is not; `answer` empty while it is not public."""

    place: int
    question: str
    at: Instant
    answered_at: Instant | None
    to_all: bool
    answer: str


def window(site: Site, case: CaseId) -> Window:
    """Can questions be asked now, as everybody may know it?"""
    state = state_of(case_file.in_the_open(site, case))
    until = (state.tender.questions_until if state.tender else None) or state.deadline
    if state.ended or state.contract:
        return Window(until, "ended")
    if state.opened:
        return Window(until, "opened")
    return Window(until, "passed" if until is not None and site.register.store.now() > until else "")


def asked_here(site: Site, case: CaseId, provider: str) -> list[Asked]:
    """The questions that this provider asked in a browser, the newest first."""
    places = {one.place for one in site.lodgings.of(provider, case) if one.kind == "question"}
    past = case_file.in_the_open(site, case)
    answers = {event.question: (recorded, event) for recorded, event in past.of(QuestionAnswered)}
    found = []
    for recorded, event in past.of(QuestionAsked):
        if recorded.index in places:
            answered, answer = answers.get(event.question, (None, None))
            found.append(
                Asked(
                    place=recorded.index,
                    question=event.question,
                    at=recorded.at,
                    answered_at=answered.at if answered else None,
                    to_all=answer is None or answer.audience == "all",
                    answer=(answer.answer.get("") or "") if answer else "",
                )
            )
    return found[::-1]
