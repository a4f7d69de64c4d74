"""Tells providers by e-mail that questions about a tender are answered, once the answers are public and while bids can be made.

- Everybody who acts for any provider here gets the same message, whoever asked: who is written to says nothing, nor does
  a message that comes back, nor who reads the mail on its way.
- A message holds no word of a question or an answer, and no secret: it leads to the public page.
- It stands in the correspondence of the case. One release is told once, however many answers are in it.
"""

from __future__ import annotations

from fairplace import shelf
from fairplace.accounts.model import Person
from fairplace.decision import History
from fairplace.errors import Malformed
from fairplace.news import News
from fairplace.on_disk import Register
from fairplace.openness.events import Disclosed
from fairplace.post.letter import Letter, letter
from fairplace.procurement.events import Planned, QuestionAnswered
from fairplace.procurement.state import state_of
from fairplace.templating import environment
from fairplace.terms import CaseId, Text
from fairplace.workroom import Workroom

_CAUSE = "answers-"


def release_of(cause: str) -> str | None:
    """What the messages about one release share in what they are called; null for a message about anything else."""
    return cause.partition(":")[0] if cause.startswith(_CAUSE) else None


class AnswerNotices:
    """Of one register."""

    def __init__(self, register: Register, room: Workroom) -> None:
        self._register = register
        self._room = room
        self._page = environment(shelf.root("web") / "templates").get_template("mail/answers.txt")
        self._news = News(register, ["value.disclosed/1"])

    def tell(self) -> int:
        """Queue a message to everybody for each release of answers that is not told yet; how many."""
        return sum(self._of_release(index, case) for index, case, _ in self._news.fresh())

    def _of_release(self, index: int, case: CaseId) -> int:
        past = History(case=case, events=self._register.reader.case(case, "public"))
        if not _answers(past, index):
            return 0
        planned = past.last(Planned)
        title = planned[1].title.get() if planned else None
        queued = 0
        for person in self._room.accounts.people():
            if person.provider is not None and person.barred is None and (made := self._written(case, title, person)):
                queued += self._room.outbox.put_once(f"{_CAUSE}{index}:{person.id}", made, case)
        return queued

    def _written(self, case: CaseId, title: Text | None, person: Person) -> Letter | None:
        """Null for somebody whose address cannot be written to."""
        settings = self._register.settings
        whole = self._page.render(authority=settings.authority, site=settings.site, case=case, title=title)
        try:
            return letter(person.email, whole)
        except Malformed:
            return None


def _answers(past: History, index: int) -> bool:
    """Did this release publish an answer that was given to all, and can bids still be made?"""
    state = state_of(past)
    to_all = {recorded.index for recorded, event in past.of(QuestionAnswered) if event.audience == "all"}
    for recorded, event in past.of(Disclosed):
        if recorded.index == index:
            published = any(one.entry in to_all and "/answer" in one.slots for one in event.openings)
            in_time = state.deadline is not None and recorded.at < state.deadline
            return published and in_time and not (state.opened or state.ended)
    return False
