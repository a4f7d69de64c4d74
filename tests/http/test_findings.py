"""What a rule found is shown in its own words, and only what anybody can find again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from fairplace import assess
from fairplace.http.app import create_app
from fairplace.openness import events as o
from fairplace.policy import Case, Finding, Rule
from fairplace.terms import instant
from tests.http.conftest import Client
from tests.http.test_pages import text_of as words_of
from tests.http.town import Town

WORDS = "the deadline was moved for some only"
SECRET = "a sealed price of 8,640,000 gave it away"


def text_of(page: str) -> str:
    """The words of a page, with no room before a stop."""
    return words_of(page).replace(" ,", ",").replace(" .", ".")


class Street(Town):
    """One case with its title public, and rules that say what a test wants."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.case = self.planned("one", "Homes near Ada Lovelace School")
        self.planned_at = self.at[f"{self.case} planned"]
        self.release(self.case, "notice", self.planned_at)

    def judged(
        self, view: Any, *found: Finding, code: str = "ET-02", upto: int | None = None, keep: bool = True
    ) -> str:
        """A run that found this. The digest of its document."""
        rule = Rule(
            code=code,
            name="a-rule",
            question="Was it so?",
            source="The law",
            severity="high",
            blocks=False,
            check=lambda _: found,
        )
        events = self.register.reader.case(self.case, view)
        case = Case(id=self.case, as_of=instant(self.clock.moment), view=view, events=events)
        made = assess.assess(case, (assess.Asked(rule=rule, file="a.py", sha256="e" * 64),))
        if keep:
            self.register.documents.put(made.document, "application/json")
        size = self.register.reader.size if upto is None else upto
        event = assess.assessed_event(
            made, seen=self.leaves[self.planned_at], occasion="request", upto=size, happened_at=case.as_of
        )
        self.say(self.case, event, by="assessor", stream="new")
        return made.sha256

    def take_down_title(self) -> None:
        taken = o.Withdrawn(
            **self.common(self.case),
            ground="child",
            openings=[o.Slots(entry=self.planned_at, slots=["/title"])],
            reason=self.text("A name stood in it.", "personal"),
        )
        self.say(self.case, taken, by="monitoring")

    def shown(self) -> tuple[str, list[dict[str, Any]]]:
        """The page of the case and the findings of its twin."""
        self.settle()
        with TestClient(create_app(self.register)) as client:
            address = f"/decisions/{self.case}"
            return client.get(address).text, client.get(f"{address}.json").json()["findings"]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path / "register")
    yield made
    made.register.close()


def found(text: str = WORDS, outcome: Any = "not-met", evidence: tuple[int, ...] = (3,)) -> Finding:
    return Finding(outcome=outcome, text=text, evidence=evidence)


def test_a_question_to_answer_says_what_was_found_and_where(street: Street) -> None:
    street.judged("public", found(evidence=(3, 5)), found("all is well", "met"))
    page, twin = street.shown()
    part = page[page.index('id="checks"') :]
    assert "The deadline was moved for some only. See steps 3, 5." in text_of(part)
    assert '<a class="govuk-link" href="/log/5">5</a>' in part
    assert twin == [{"rule": "ET-02", "text": WORDS, "evidence": [3, 5]}]
    assert "all is well" not in page, "what was met needs no words"


def test_a_concern_says_its_words_too_and_the_graver_stands_first(street: Street) -> None:
    street.judged("public", found("a doubt", "concern"), found())
    assert [one["text"] for one in street.shown()[1]] == [WORDS, "a doubt"]


def test_the_words_of_the_authoritys_own_run_appear_nowhere(street: Street) -> None:
    """Whatever the public run says beside it."""
    street.judged("authority", found(SECRET))
    for public in ((), (found("not known", "cannot-tell"),), (found("a doubt", "concern"),), (found(),)):
        if public:
            street.judged("public", *public)
        page, twin = street.shown()
        assert SECRET.lower() not in page.lower()
        assert SECRET not in str(twin)
        assert "a question for the council to answer" in page
    assert WORDS in str(twin)


def test_a_public_run_that_names_a_document_of_the_authority_says_nothing(street: Street) -> None:
    digest = street.judged("authority", found(SECRET))
    event = o.Assessed(
        **street.aside(street.case), view="public", occasion="request", upto=street.register.reader.size,
        outcomes={"ET-02": "not-met"}, findings=digest, policies={}, engine="0", holidays="d" * 64,
    )  # fmt: skip
    street.say(street.case, event, by="assessor", stream="new")
    page, twin = street.shown()
    assert (twin, SECRET.lower() in page.lower()) == ([], False)


def test_after_a_take_down_no_words_are_shown_that_could_quote_it(street: Street) -> None:
    street.judged("public", found("the title is Homes near Ada Lovelace School"))
    assert "Ada Lovelace" in str(street.shown()[1])
    street.take_down_title()
    page, twin = street.shown()
    assert (twin, "Ada Lovelace" in page) == ([], False)
    street.judged("public", found())
    assert street.shown()[1][0]["text"] == WORDS, "a run after it has seen nothing of what was taken down"


def test_a_take_down_at_the_very_end_of_what_was_read_counts(street: Street) -> None:
    upto = street.register.reader.size
    street.take_down_title()
    street.judged("public", found(), upto=upto)
    assert street.shown()[1] == []


def test_a_document_that_is_missing_or_changed_says_nothing(street: Street) -> None:
    street.judged("public", found("never kept"), keep=False)
    assert street.shown()[1] == []
    digest = street.judged("public", found())
    assert street.shown()[1]
    before = {path: path.read_bytes() for path in (street.register.folder / "documents").iterdir()}
    assert digest
    for path, data in before.items():
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    page, twin = street.shown()
    assert (twin, "all alike" in page) == ([], False)
    assert "1 question to answer" in text_of(page), "the answer stands in the log"


def test_of_many_findings_a_few_are_shown_and_the_rest_counted(street: Street) -> None:
    street.judged("public", *(found(f"finding number {n}", evidence=tuple(range(n, n + 9))) for n in range(5)))
    page, twin = street.shown()
    said = text_of(page[page.index('id="checks"') :])
    assert said.count("Finding number") == 3
    assert "And 2 more of this kind" in said
    assert "and 3 more." in said
    assert len(twin) == 5


def test_the_words_of_a_rule_are_text_and_no_markup(street: Street) -> None:
    street.judged("public", found("<script>alert(1)</script>"))
    page, _ = street.shown()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_questions_to_answer_are_said_above_the_fold(town: Town, client: Client) -> None:
    page = client.get(f"/decisions/{town.cases['contract']}").text
    top = page[page.index("<main") : page.index('id="reasons"')]
    assert '<a class="govuk-link" href="#checks">1 question to answer</a>' in top
    assert "unlawful" not in page.lower()
    assert "to answer" not in text_of(client.get(f"/decisions/{town.cases['standstill']}").text).split("The facts")[0]
