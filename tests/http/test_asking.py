"""A provider asks about an open tender in a browser: recorded once, answered to everybody, and nobody is told who asked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import msgspec
import pytest

from fairplace import receipts
from fairplace.answer_notices import AnswerNotices
from fairplace.decision import History
from fairplace.errors import Forbidden
from fairplace.http import asking
from fairplace.ledger import proof
from fairplace.openness.commands import Release
from fairplace.procurement.commands import AnswerQuestion, AskQuestion, EndWithoutAward
from fairplace.procurement.events import QuestionAsked, Receipt
from fairplace.recording import ask_signed_in
from fairplace.workroom import Workroom
from tests.http.colleagues import text_of
from tests.http.test_bids import Market
from tests.office import CHAPTERS, key_of, open_office
from tests.story import ALDER, APPROVER, BIRCH, OFFERS, OFFICER, buyers

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
    assert alder.get(f"{market.address}/receipts/{index}").status_code == 404
    receipt = birch.get(f"{market.address}/receipts/{index}")
    assert "Your question is recorded" in text_of(receipt)
    opened = proof.parse(birch.get(f"{market.address}/receipts/{index}.tlog-proof").content).openings
    assert {one.slot: one.value for one in opened} == {"/words": WORDS, "/asked_by": {"id": BIRCH.id, "name": BIRCH.id}}
    by_office = market.office.do(AskQuestion(id="test", question="Q9", words="By telephone?", asked_by=BIRCH)).index
    market.office.register.follow()
    assert proof.parse(receipts.receipt(market.office.register, by_office)).openings == ()
    assert "Lodge a bid" in birch.get(market.address).text, "a question is no bid"
    # After the button Back: other words are another question.
    assert market.fill(birch, "/question", words="And sleeping nights?", once=once).status_code == 303
    assert [one.question for _, one in asked(market)] == ["Q1", "Q9", "Q3"]
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


def test_when_an_answer_is_public_everybody_gets_the_same_message_whoever_asked(market: Market) -> None:
    office, room = market.office, Workroom(market.office.register)
    birch, _ = market.provider(BIRCH), market.provider(ALDER)
    market.fill(birch, "/question", words=WORDS, once="a")
    market.fill(birch, "/question", words="And sleeping nights?", once="a")
    office.register.settings = msgspec.structs.replace(office.register.settings, site="https://records.example")
    notices = AnswerNotices(office.register, room)
    office.do(AnswerQuestion(id="test", question="Q1", answer="Yes, on the second sheet"))
    alone = Receipt(provider=BIRCH, at="2026-03-19T09:00:00.000Z")
    office.do(AnswerQuestion(id="test", question="Q2", answer="No", audience="one", material=False, recipients=[alone]))
    office.register.follow()
    assert notices.tell() == 0, "nothing is public yet"
    office.do(buyers())
    office.do(Release(id="test", occasion="notice"))
    office.register.follow()
    together = "Northbrook Council and Vale Council buy together, on behalf of Vale Children’s Trust too."
    assert together in text_of(birch.get(market.address))
    assert [notices.tell(), notices.tell(), AnswerNotices(office.register, room).tell()] == [2, 0, 0]
    told = room.outbox.of_case(market.case)
    providers = {one.email for one in room.accounts.people() if one.provider is not None}
    assert {one.letter.to for one in told} == providers
    assert len({(one.letter.subject, one.letter.text) for one in told}) == 1
    assert f"https://records.example/decisions/{market.case}#questions" in told[0].letter.text
    for word in ("waking", "second sheet", "Birch", BIRCH.id, "Q1", "Q2"):
        assert word not in told[0].letter.text
    page = market.desk.opened(OFFICER.key, market.case).get(f"/desk/cases/{market.case}/correspondence")
    assert "To everybody who acts for a provider here" in text_of(page)
    assert "2 messages, 0 sent, 2 waiting, 0 failed" in text_of(page)
    assert not [one for one in providers if one in page.text]
    first, second = room.outbox.take(), room.outbox.take()
    assert first is not None
    assert second is not None
    room.outbox.sent(first.message)
    room.outbox.hindered(second.message, "550 no such mailbox", for_good=True)
    page = market.desk.opened(OFFICER.key, market.case).get(f"/desk/cases/{market.case}/correspondence")
    assert "1 sent, 0 waiting, 1 failed" in text_of(page)
    assert f"{second.message.letter.to}: 550 no such mailbox" in page.text
    assert page.text.count("Try again") == 1


def test_after_the_deadline_nobody_is_told_of_an_answer(market: Market) -> None:
    office = market.office
    birch = market.provider(BIRCH)
    market.fill(birch, "/question", words=WORDS, once="a")
    office.do(AnswerQuestion(id="test", question="Q1", answer="Yes"))
    office.wait_until("2026-04-01T12:00:01.000Z")
    office.do(Release(id="test", occasion="notice"))
    office.register.follow()
    assert AnswerNotices(office.register, Workroom(office.register)).tell() == 0


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


def test_nobody_fills_the_log_with_questions_and_the_page_says_when_there_is_room_again(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PER_HOUR", 2)
    birch, alder = market.provider(BIRCH), market.provider(ALDER)
    for words in ("One?", "Two?"):
        assert market.fill(birch, "/question", words=words, once="a").status_code == 303
    assert market.fill(birch, "/question", words="Two?", once="a").status_code == 303, "the same again is no other"
    wrong = market.fill(birch, "/question", words="Three?", once="a")
    assert (wrong.status_code, ">Three?</textarea>" in wrong.text) == (429, True)
    assert "ask again after 19 March 2026" in text_of(wrong)
    assert market.fill(alder, "/question", words="Mine?", once="a").status_code == 303
    market.office.wait_until("2026-03-19T10:30:00.000Z")
    assert market.fill(market.provider(BIRCH), "/question", words="Three?", once="a").status_code == 303
    assert len(asked(market)) == 4


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
