"""A provider asks about an open tender in a browser: recorded once, answered to everybody, and nobody is told who asked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from fairplace.decision import History
from fairplace.errors import Forbidden
from fairplace.http import asking
from fairplace.openness.commands import Release
from fairplace.procurement.commands import AnswerQuestion, AskQuestion, EndWithoutAward
from fairplace.procurement.events import QuestionAsked
from fairplace.recording import ask_signed_in
from tests.http.colleagues import text_of
from tests.http.test_bids import Market
from tests.office import CHAPTERS, key_of, open_office
from tests.story import ALDER, APPROVER, BIRCH, OFFERS, OFFICER

WORDS = "Are waking nights costed apart? <script>alert(1)</script>"
UNTIL = "20 March 2026"


@pytest.fixture
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with open_office(tmp_path_factory.mktemp("asking") / "register", until="published") as office:
        office.wait_until("2026-03-19T09:00:00.000Z")
        yield Market(office)


def asked(market: Market) -> list[tuple[int, QuestionAsked]]:
    market.office.register.follow()
    past = History(case=market.case, events=market.office.register.reader.case(market.case))
    return [(recorded.index, event) for recorded, event in past.of(QuestionAsked)]


def test_a_question_is_recorded_once_and_nobody_sees_who_asked(market: Market) -> None:
    birch, alder = market.provider(BIRCH), market.provider(ALDER)
    assert f'href="{market.address}/question"' in birch.get(market.address).text
    page = birch.get(f"{market.address}/question").text
    assert UNTIL in page
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    done = market.fill(birch, "/question", words=WORDS, once=once)
    assert done.status_code == 303, done.text
    assert market.fill(birch, "/question", words=WORDS, once=once).headers["location"] == done.headers["location"]
    [(index, event)] = asked(market)
    assert (event.words.get(), event.asked_by.get().id) == (WORDS, BIRCH.id)  # type: ignore[union-attr]
    entry = market.office.register.reader.entry(index)
    assert entry.envelope.actor.endswith("/service/receiver")
    assert BIRCH.id.encode() not in entry.raw
    assert key_of(BIRCH).encode() not in entry.raw
    after = text_of(birch.get(done.headers["location"]))
    for says in ("Your question is recorded", "answers to everybody at once", "Not answered yet", f"entry {index}"):
        assert says in after
    assert "Not answered yet" not in alder.get(f"{market.address}/question?asked={index}").text
    assert "What you lodged" not in alder.get(market.address).text
    assert birch.get(f"{market.address}/receipts/{index}").status_code == 404
    assert "Lodge a bid" in birch.get(market.address).text, "a question is no bid"
    # After the button Back: other words are another question.
    assert market.fill(birch, "/question", words="And sleeping nights?", once=once).status_code == 303
    assert [one.question for _, one in asked(market)] == ["Q1", "Q2"]
    market.office.do(AnswerQuestion(id="test", question="Q1", answer="Yes, on the second sheet"))
    market.office.do(Release(id="test", occasion="notice"))
    market.office.register.follow()
    after = text_of(birch.get(f"{market.address}/question"))
    assert "read the answer to Q1" in after
    assert "Not answered yet" in after
    case = market.desk.opened(OFFICER.key, market.case).get(f"/desk/cases/{market.case}").text
    assert BIRCH.id not in case
    assert "Birch" not in case
    assert "Where it stands" in birch.get("/desk/bids").text


def test_nothing_typed_is_lost(market: Market) -> None:
    birch, size = market.provider(BIRCH), market.office.register.reader.size
    for words, says in (
        ("", "Write your question"),
        ("x" * 20_001, "20,000 characters"),
        ("Was this about Maya Osei, born 4 March 2012? \u202e</textarea>", "everybody will read them"),
    ):
        wrong = market.fill(birch, "/question", words=words, once="a")
        assert wrong.status_code == 422
        assert says in text_of(wrong)
        assert f">{html.escape(words)}</textarea>" in wrong.text
        assert market.office.register.reader.size == size
    [seen] = re.findall(r'name="seen-warnings" value="(\w+)"', wrong.text)
    sent = market.fill(birch, "/question", words=words, once="a", **{"seen-warnings": seen})
    assert sent.status_code == 303, text_of(sent)
    assert len(asked(market)) == 1


def test_nobody_fills_the_log_with_questions(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PER_HOUR", 2)
    birch = market.provider(BIRCH)
    codes = [market.fill(birch, "/question", words=f"Question {number}?", once=str(number)) for number in range(3)]
    assert [one.status_code for one in codes] == [303, 303, 429]
    assert "wait an hour" in codes[-1].text
    assert ">Question 2?</textarea>" in codes[-1].text
    assert market.fill(market.provider(ALDER), "/question", words="Ours?", once="a").status_code == 303


@pytest.mark.parametrize("why", ["late", "opened", "withdrawn"])
def test_after_it_the_page_says_until_when_and_gives_the_words_back(market: Market, why: str) -> None:
    office = market.office
    if why == "withdrawn":
        office.do(EndWithoutAward(id="test", ground="need-changed", reason="No need"), by=APPROVER)
    else:
        office.wait_until("2026-03-20T12:00:01.000Z")
    if why == "opened":
        CHAPTERS["deposited"](office, OFFERS[:2])
        CHAPTERS["opened"](office, OFFERS[:2])
    office.register.follow()
    birch = market.provider(BIRCH)  # no session lasts as long
    for page in (birch.get(market.address), birch.get(f"{market.address}/question")):
        assert ("come to its end" if why == "withdrawn" else UNTIL) in page.text
    assert "<textarea" not in birch.get(f"{market.address}/question").text
    late = market.fill(birch, "/question", words=WORDS, once="a")
    assert late.status_code == 422, late.text
    assert html.escape(WORDS) in late.text
    assert "2026-03-20T" not in text_of(late)
    assert asked(market) == []


def test_a_key_asks_for_its_own_provider_alone(market: Market) -> None:
    for name, asker in ((key_of(BIRCH), ALDER), (key_of(BIRCH), None), (OFFICER.key, BIRCH)):
        question = AskQuestion(id="other", as_=name, case=market.case, words="Why?", asked_by=asker)
        with pytest.raises(Forbidden, match="cannot ask for this provider"):
            ask_signed_in(market.office.register, question)
