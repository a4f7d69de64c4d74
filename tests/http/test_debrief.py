"""A bidder reads its own result by an e-mailed link: nothing of another, nothing before somebody is noted to look."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
import structlog
from httpx import Response
from litestar.testing import TestClient

import fairplace_verify
from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    CarryOutRemedy,
    DecideChallenge,
    TakeChallengeFurther,
    WithdrawChallenge,
)
from fairplace.challenge_notices import ChallengeNotices
from fairplace.cli.serving import log_plainly
from fairplace.formats import date
from fairplace.http import debrief, headers
from fairplace.http.app import HERE
from fairplace.ledger import proof
from fairplace.post.letter import MARK
from fairplace.post.links import LASTS, NO_LINK
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests.filing import made
from tests.http.opened import Client, Desk
from tests.http.test_bids import Market
from tests.office import Office, key_of, open_office
from tests.story import ALDER, APPROVER, BIRCH, CEDAR, ELDER, MONITORING, OFFERS, OFFICER, STANDSTILL_ENDS

FORM = {
    "kind": "complaint",
    "ground": "scoring",
    "words": "Page 9 of our bid was not read <script>alert(1)</script>",
    "remedy": "re-score",
    "name": "Bea Birch, director",
    "once": "a-form-of-its-own",
}
SAME = {"sec-fetch-site": "same-origin"}


class Letterbox:
    """An office whose award is out, and its bidders' letterboxes."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.case = office.case
        self.desk = Desk(office)
        self.room = Workroom(office.register)
        office.register.follow()

    def send(self, **to: str) -> Response:
        officer = self.desk.opened(OFFICER.key, self.case)
        return self.desk.send(officer, f"/desk/cases/{self.case}/debriefs", **to)

    def link(self, provider: Provider) -> str:
        """The path of a fresh link to this provider's result."""
        return f"/debrief/{self.room.links.make(self.case, provider, 'bea@birch.example')}"

    def visitor(self) -> Client:
        return TestClient(self.desk.app, base_url=HERE, raise_server_exceptions=False)

    def opened(self, provider: Provider) -> tuple[Client, str]:
        client, link = self.visitor(), self.link(provider)
        assert client.post(link, headers=SAME, follow_redirects=False).status_code == 303
        return client, link

    def reads(self) -> list[object]:
        reader = self.office.register.reader
        return [one.event for one in reader.recorded(0, reader.size) if one.type == "sealed.read/1"]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Letterbox]:
    with open_office(tmp_path_factory.mktemp("debrief") / "register", until="released", offers=OFFERS[:4]) as office:
        yield Letterbox(office)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debrief, "PER_MINUTE", 10_000)


def test_the_officer_sends_each_bidder_a_link_and_the_message_holds_no_other_secret(box: Letterbox) -> None:
    state = box.desk.opened(OFFICER.key, box.case).get(f"/desk/cases/{box.case}/debriefs").text
    assert "Birch Care" in state
    places = {html.unescape(name): place for place, name in re.findall(r'for="to-(\d\d)">\s*([^<]+?)\s*<', state)}
    assert places.keys() == {"Alder Homes", "Birch Care", "Cedar House", "Dogwood Lodge"}
    wrong = box.send(**{f"to-{places['Birch Care']}": "bea@birch.example", f"to-{places['Cedar House']}": "no address"})
    assert wrong.status_code == 422
    assert "nothing was sent" in wrong.text
    assert 'value="bea@birch.example"' in wrong.text
    assert box.room.outbox.of_case(box.case) == []
    assert box.room.links.of_case(box.case) == []
    assert box.send(**{f"to-{places['Birch Care']}": "bea@birch.example"}).status_code == 303
    again = box.desk.opened(OFFICER.key, box.case).get(f"/desk/cases/{box.case}/debriefs").text
    assert "A link went to bea@birch.example on " in again
    assert 'value="bea@birch.example"' not in again, "pressing the button again sends no second one"
    [message] = box.room.outbox.of_case(box.case)
    assert message.letter.text.count(MARK) == 1
    for secret in ("second", "480", "4,800", "mark 6", "Alder", "Cedar", "https:", "http:"):
        assert secret not in message.letter.text, secret
    taken = box.room.outbox.take()
    assert taken is not None
    box.room.outbox.sent(taken.message)
    answer = box.visitor().get(taken.link.removeprefix(HERE))
    assert answer.status_code == 200
    assert "For Birch Care" in answer.text
    everything = b"".join(path.read_bytes() for path in box.office.folder.glob("post.sqlite*"))
    assert taken.link.rpartition("/")[2].encode() not in everything
    assert b"birch" not in everything.lower()


def test_nothing_is_shown_before_the_log_says_that_somebody_looks(box: Letterbox) -> None:
    client, link = box.visitor(), box.link(BIRCH)
    before = len(box.reads())
    for _ in range(2):
        cover = client.get(link)
        assert "Show our result" in cover.text
        assert "Marks and reasons" not in cover.text
        assert "second" not in cover.text
    for inner in ("/challenge", "/proofs/bid.tlog-proof", "/receipts/1"):
        assert client.get(link + inner).status_code == 404
    assert client.post(f"{link}/ask", data={"words": "Why?", "name": "B"}, headers=SAME).status_code == 403
    assert len(box.reads()) == before
    opened = client.post(link, headers=SAME, follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, link)
    for part in ("httponly", "samesite=lax", "path=/debrief"):
        assert part in opened.headers["set-cookie"].lower()
    assert "Your bid was second of four." in client.get(link).text
    client.post(link, headers=SAME)
    assert len(box.reads()) == before + 1, "one entry for each session"
    read = box.reads()[-1]
    assert read.purpose == "own"  # type: ignore[attr-defined]
    assert read.reader.get().startswith("northbrook.gov.example/link/")  # type: ignore[attr-defined]
    assert '"signed":false' in read.request.get()  # type: ignore[attr-defined]
    assert link.rpartition("/")[2] not in read.request.get()  # type: ignore[attr-defined]
    assert "Show our result" in box.visitor().get(link).text, "another browser has not opened it"


def test_when_the_entry_cannot_be_written_nothing_is_shown(box: Letterbox, monkeypatch: pytest.MonkeyPatch) -> None:
    client, link = box.visitor(), box.link(BIRCH)

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(type(box.office.register.desk), "append", full)
        assert client.post(link, headers=SAME, follow_redirects=False).status_code == 500
    assert "Show our result" in client.get(link).text


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        (ALDER, "Your bid won: it was first of four."),
        (BIRCH, "Your bid was second of four."),
    ],
)
def test_a_bidder_reads_its_own_result_and_of_the_others_how_many_there_were(
    box: Letterbox, provider: Provider, says: str
) -> None:
    client, link = box.opened(provider)
    page = html.unescape(client.get(link).text)
    assert f'<h1 class="govuk-heading-xl fp-break">{says}</h1>' in page
    assert "was one of 4 opened on" in page
    assert "Ask why" in page
    assert "it stops no clock" in page
    assert "30 days" in page
    assert f"the end of {date(STANDSTILL_ENDS)}" in page
    others = {"Alder Homes", "Birch Care", "Cedar House", "Dogwood Lodge"} - {provider.name, "Alder Homes"}
    assert not [name for name in others if name in page]
    for price in ("6,100", "5,555", "4,800" if provider is ALDER else "no such price"):
        assert price not in page, "what another asked"
    assert ("The most advantageous bid" in page) == (provider is not ALDER)
    assert "The standstill ends" in page
    assert "Ask a lawyer soon" in page


def test_unknown_expired_revoked_and_foreign_links_get_the_same_answer(box: Letterbox) -> None:
    good = box.link(BIRCH)
    revoked = box.link(BIRCH)
    [newest, *_] = box.room.links.of_case(box.case)
    officer = box.desk.opened(OFFICER.key, box.case)
    ids = {one.id: one for one in box.room.links.of_case(box.case)}
    found = box.room.links.find(revoked.rpartition("/")[2])
    assert found.id in ids
    assert newest.id in ids
    taken_back = box.desk.send(officer, f"/desk/cases/{box.case}/debriefs/{found.id}/revoke")
    assert taken_back.status_code == 303
    invitation = box.desk.accounts.invite(name="x", email="x@y.example", roles=("officer",))
    answers = {}
    client = box.visitor()
    for path in (revoked, f"/debrief/{invitation}", "/debrief/x", f"/debrief/{'A' * 43}", f"/debrief/{'%C3%A9' * 20}"):
        for method in ("GET", "POST"):
            for inner in ("", "/challenge"):
                answer = client.request(method, path + inner, headers={**SAME, "accept": "text/html"})
                answers[answer.status_code, answer.text, tuple(sorted(answer.headers.items()))] = path
    clock = box.office.clock
    assert clock is not None
    then, clock.now = clock.now, clock.now + LASTS + timedelta(days=1)
    try:
        answer = client.get(good, headers={"accept": "text/html"})
        answers[answer.status_code, answer.text, tuple(sorted(answer.headers.items()))] = good
    finally:
        clock.now = then
    assert len(answers) == 1, [text for _, text, _ in answers]
    [(status, text, _)] = answers
    assert status == 404
    assert NO_LINK[1:] in html.unescape(text)
    assert client.get(good).status_code == 200


def test_a_debrief_is_in_no_cache_and_no_index_and_its_address_in_no_log(
    box: Letterbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, link = box.opened(BIRCH)
    for path in (link, f"{link}/challenge", "/debrief/unknown"):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex, nofollow">' in client.get(link).text

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a canary")

    monkeypatch.setattr(type(box.room.notes), "of_case", broken)
    log_plainly()
    try:
        assert client.get(link).status_code == 500
    finally:
        structlog.reset_defaults()
    told = "".join(capsys.readouterr())
    assert "/debrief/…" in told
    assert link.rpartition("/")[2] not in told
    assert headers.without_secret("/welcome/abc") == "/welcome/…"
    assert headers.without_secret("/log/1") == "/log/1"


def test_too_many_requests_are_stopped_for_a_while(box: Letterbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debrief, "PER_MINUTE", 3)
    monkeypatch.setattr(debrief, "whence", lambda _: "192.0.2.7")
    codes = [box.visitor().get("/debrief/guess").status_code for _ in range(5)]
    assert codes == [404, 404, 404, 429, 429]


@pytest.mark.parametrize("form", ["ask", "challenge"])
def test_what_was_typed_comes_back_when_the_page_closed_meanwhile(box: Letterbox, form: str) -> None:
    """Twelve hours went by, or the server began anew: the page asks to be opened again, and no word is lost."""
    client, link = box.visitor(), box.link(BIRCH)
    page = client.post(f"{link}/{form}", data=FORM, headers=SAME)
    assert page.status_code == 403
    assert "This page was closed" in page.text
    assert "Sign in" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert f'href="{link}"' in page.text
    assert "<script>alert" not in page.text
    [(address, inputs)] = re.findall(r'<form action="([^"]+)" method="post">(.*?)</form>', page.text, re.DOTALL)
    sent = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', inputs)}
    assert sent.items() >= FORM.items()
    assert client.post(link, headers=SAME, follow_redirects=False).status_code == 303
    done = client.post(address, data=sent, headers=SAME, follow_redirects=False)
    assert done.headers["location"].startswith(f"{link}#asked" if form == "ask" else f"{link}/receipts/")


def test_the_proofs_say_that_the_bid_was_opened_with_the_others_and_open_nothing_of_theirs(box: Letterbox) -> None:
    client, link = box.opened(BIRCH)
    bid = proof.parse(client.get(f"{link}/proofs/bid.tlog-proof").content)
    opening = proof.parse(client.get(f"{link}/proofs/opening.tlog-proof").content)
    assert {one.slot: one.value for one in bid.openings}["/provider"]["name"] == "Birch Care"
    [place] = opening.openings
    assert re.fullmatch(r"/bids/\d\d/deposit", place.slot)
    assert place.value == bid.entry.leaf_text
    [vkey, *_] = [key.text for key in box.office.register.log_vkeys()]
    for name in ("bid", "opening"):
        data = client.get(f"{link}/proofs/{name}.tlog-proof").content
        report = fairplace_verify.verify_proof(data, [vkey])
        assert report.word == "genuine", report
    assert client.get(f"{link}/proofs/bid.txt").text.startswith("RECEIPT")
    for name in ("others.tlog-proof", "1.tlog-proof", "bid"):
        assert client.get(f"{link}/proofs/{name}").status_code == 404, name


def test_to_ask_is_private_and_is_answered_by_another_link(box: Letterbox) -> None:
    client, link = box.opened(BIRCH)
    size = box.office.register.reader.size
    empty = client.post(f"{link}/ask", data={"words": "", "name": "Bea"}, headers=SAME)
    assert empty.status_code == 422
    assert 'value="Bea"' in empty.text
    for words in ("x" * 20_001, "a\x00b"):
        assert client.post(f"{link}/ask", data={"words": words, "name": "B"}, headers=SAME).status_code in {400, 422}
    asked = client.post(
        f"{link}/ask", data={"words": "Why 6 and not 8? <b>", "name": "Bea"}, headers=SAME, follow_redirects=False
    )
    assert asked.status_code == 303
    assert box.office.register.reader.size == size, "nothing is recorded"
    again = client.post(
        f"{link}/ask", data={"words": " Why 6 and not 8? <b>\r\n", "name": "Bea"}, headers=SAME, follow_redirects=False
    )
    assert again.status_code == 303
    assert client.get(link).text.count("Why 6 and not 8? &lt;b&gt;") == 1, "a page that is sent again asks nothing new"
    other, others = box.opened(CEDAR)
    assert "Why 6 and not 8?" not in other.get(others).text

    officer = box.desk.opened(OFFICER.key, box.case)
    address = f"/desk/cases/{box.case}/correspondence"
    page = officer.get(address).text
    assert "Why 6 and not 8? &lt;b&gt;" in page
    note = re.search(rf"{address}/([0-9a-f-]+)/answer", page)
    assert note is not None
    for words, says in (("", "Nothing was written"), ("Ask at BS3 4QT", "Look at these words once more")):
        again = box.desk.send(officer, f"{address}/{note[1]}/answer", words=words)
        assert again.status_code in (400, 422)
        assert says in again.text
        assert f"{words}</textarea>" in again.text
    answer = box.desk.send(officer, f"{address}/{note[1]}/answer", words="The canary of an answer: page 4.")
    assert answer.status_code == 303
    assert "canary of an answer" in officer.get(address).text
    assert "canary of an answer" in client.get(link).text
    message = next(one for one in box.room.outbox.of_case(box.case) if one.cause == "answer")
    assert (message.letter.to, "canary" in message.letter.text) == ("bea@birch.example", False)
    taken = box.room.outbox.take()
    assert taken is not None
    assert "Show our result" in box.visitor().get(taken.link.removeprefix(HERE)).text
    assert box.desk.send(officer, f"{address}/nothing/answer", words="x").status_code == 404


def test_words_that_may_tell_of_a_child_are_shown_once_more_before_they_are_sent(box: Letterbox) -> None:
    client, link = box.opened(BIRCH)
    words = "Jamie Smith, aged 9, lives at 12 Acacia Avenue, ST4 1AB <i>"
    form = {"words": words, "name": "Bea"}
    first = client.post(f"{link}/ask", data=form, headers=SAME, follow_redirects=False)
    assert first.status_code == 422
    assert "Look at these words once more" in first.text
    assert "looks like a postcode" in first.text
    assert "ST4 1AB &lt;i&gt;" in first.text, "what was typed is still there"
    seen = re.search(r'name="seen-warnings" value="([0-9a-f]{16})"', first.text)
    assert seen is not None
    other = client.post(
        f"{link}/ask", data={**form, "words": f"{words} 01782 400100", "seen-warnings": seen[1]}, headers=SAME
    )
    assert other.status_code == 422, "another warning is another look"
    again = client.post(f"{link}/ask", data={**form, "seen-warnings": seen[1]}, headers=SAME, follow_redirects=False)
    assert again.status_code == 303
    challenge = {
        "kind": "complaint", "ground": "scoring", "remedy": "re-score", "words": words, "name": "Bea", "once": "x" * 22,
    }  # fmt: skip
    size = box.office.register.reader.size
    looked = client.post(f"{link}/challenge", data=challenge, headers=SAME, follow_redirects=False)
    assert (looked.status_code, box.office.register.reader.size) == (422, size)
    assert "Look at these words once more" in looked.text


def test_a_challenge_by_link_is_recorded_as_what_it_is_and_its_words_are_sealed(box: Letterbox) -> None:
    client, link = box.opened(BIRCH)
    form = client.get(f"{link}/challenge")
    assert "You have not signed in" in form.text
    assert "no claim in court" in form.text
    size = box.office.register.reader.size
    for name in FORM:
        if name != "once":
            faulty = client.post(f"{link}/challenge", data={**FORM, name: ""}, headers=SAME)
            assert faulty.status_code == 422, name
            assert name == "words" or "Page 9 of our bid" in faulty.text
    evidence = {"evidence": ("rota.pdf", b"%PDF-1.7 a canary of a document", "application/pdf")}
    for wrong in (
        ("x.exe", b"MZ"),
        ("x.pdf", b"MZ"),
        ("x.pdf", b""),
        ("x.docm", b"PK\x03\x04"),
        ("x.csv", b"\xff\xfe"),
        ("x.docx", made.changed(made.docx(), {"word/vbaProject.bin": b"x"})),
        ("x.xlsx", made.docx()[:200]),
    ):
        refused = client.post(f"{link}/challenge", data=FORM, files={"evidence": wrong}, headers=SAME)
        assert refused.status_code == 422, wrong
    assert box.office.register.reader.size == size
    lodged = client.post(f"{link}/challenge", data=FORM, files=evidence, headers=SAME, follow_redirects=False)
    assert lodged.status_code == 303, lodged.text
    again = client.post(f"{link}/challenge", data=FORM, files=evidence, headers=SAME, follow_redirects=False)
    assert again.headers["location"] == lodged.headers["location"], "sent twice, lodged once"
    for other in ({"words": "Page 11 was not read either"}, {"remedy": "re-run"}):  # after the button Back
        said = client.post(f"{link}/challenge", data={**FORM, **other}, files=evidence, headers=SAME)
        assert said.status_code == 409
        assert "what stands here now is not recorded" in said.text
        assert f'value="{FORM["once"]}"' not in said.text, "pressed again, it is lodged as well"
    index = int(lodged.headers["location"].rpartition("/")[2])
    assert box.office.register.reader.size == size + 1
    entry = box.office.register.reader.entry(index)
    assert entry.envelope.type == "challenge.lodged/1"
    assert entry.envelope.body["evidence"] == "sent-by-link"
    assert entry.envelope.actor.endswith("/service/receiver")
    assert "Birch" not in entry.raw.decode()
    assert "Page 9" not in entry.raw.decode()
    openings = {slot: one.value for slot, one in box.office.register.reader.openings(index).items()}
    assert openings["/challenger"] == {"id": BIRCH.id, "name": BIRCH.name}
    assert openings["/challenger_signature"] is None
    digest = hashlib.sha256(b"%PDF-1.7 a canary of a document").hexdigest()
    assert f"SHA-256 {digest}" in openings["/words"]
    assert "Written by Bea Birch, director." in openings["/words"]

    receipt = f"{link}/receipts/{index}"
    assert "load this page again" in client.get(receipt).text
    box.office.register.follow()
    page = client.get(receipt).text
    assert "Your challenge is recorded" in page
    assert client.get(f"{receipt}.txt").text.startswith("RECEIPT")
    opened = proof.parse(client.get(f"{receipt}.tlog-proof").content)
    assert {one.slot for one in opened.openings} >= {"/words", "/challenger"}
    for foreign in (0, 1, box.office.at["procurement.awarded/1"], 10**6):
        assert client.get(f"{link}/receipts/{foreign}").status_code == 404, foreign
        assert client.get(f"{link}/receipts/{foreign}.tlog-proof").status_code == 404, foreign
    other, others = box.opened(CEDAR)
    assert other.get(f"{others}/receipts/{index}").status_code == 404
    assert "Page 9" not in other.get(others).text
    public = box.visitor().get("/challenges").text
    assert "Birch" not in public

    officer = box.desk.opened(OFFICER.key, box.case)
    shown = officer.get(f"/desk/cases/{box.case}/correspondence").text
    assert "<bdi>Birch Care</bdi> challenged" in shown
    assert "<script>alert" not in shown
    file = re.search(r'href="(/desk/cases/[^"]+/correspondence/[0-9a-f-]+/[0-9a-f]{64})"', shown)
    assert file is not None
    document = officer.get(file[1])
    assert document.content == b"%PDF-1.7 a canary of a document"
    assert document.headers["content-disposition"].startswith("attachment")
    assert box.visitor().get(file[1], headers={"accept": "application/json"}).status_code == 401

    stream = entry.envelope.stream
    box.office.do(AcknowledgeChallenge(id="test", challenge=stream))
    box.office.do(AnswerChallenge(id="test", challenge=stream, answer="It was read."), by=MONITORING)
    box.office.do(
        DecideChallenge(
            id="test", challenge=stream, outcome="not-upheld", reason="The mark stands.", remedy="explanation"
        ),
        by=APPROVER,
    )
    page = client.get(link).text
    said = ("It was read.", "The mark stands.", "Decided", "not upheld", "What follows: an explanation.")
    assert [words for words in (*said, "not on record as carried out") if words not in page] == []
    assert "The mark stands." not in other.get(others).text
    notices, before = ChallengeNotices(box.office.register, box.room), len(box.room.outbox.of_case(box.case))
    assert notices.tell() == 2, "the answer and the decision"
    assert ChallengeNotices(box.office.register, box.room).tell() == 0, "each once, whoever tells it"
    told = box.room.outbox.of_case(box.case)[: len(box.room.outbox.of_case(box.case)) - before]
    assert {one.letter.subject for one in told} == {"Your challenge: there is something new"}
    for word in ("upheld", "It was read", "http", MARK, "scoring"):
        assert not [one for one in told if word in one.letter.text], word
    box.office.do(CarryOutRemedy(id="test", challenge=stream, words="We met on Monday."))
    further = {"challenge": stream, "to": "court", "taken_on": "2026-04-13", "reference": "HT-2026-000123"}
    box.office.do(msgspec.convert({"do": "take-challenge-further", "id": "test", **further}, TakeChallengeFurther))
    page = client.get(link).text
    assert "We met on Monday." in page
    assert re.search(r"Taken further on <time[^>]*>13 April 2026</time>, to: a court, reference HT-2026-000123", page)
    assert "HT-2026-000123" in officer.get(f"/desk/cases/{box.case}/challenges/{stream}").text
    box.office.register.follow()
    public = client.get(f"/challenges/{stream}").text
    assert re.search(r"It was taken further on <time[^>]*>13 April 2026</time>, to: a court\.", public)
    assert "HT-2026-000123" not in public, "it may lead to who challenges"
    let_go = {"challenge": stream, "evidence": "stated-by-officer", "happened_at": box.office.register.store.now()}
    box.office.do(msgspec.convert({"do": "withdraw-challenge", "id": "test", **let_go}, WithdrawChallenge))
    assert notices.tell() == 2, "what was carried out, and that somebody said that it was let go"
    assert "It is on record that you let it go" in client.get(link).text


def test_a_provider_with_an_account_asks_for_its_own_link(box: Letterbox) -> None:
    market = Market(box.office)
    client = market.provider(BIRCH)
    assert "E-mail me the link" in client.get(market.address).text
    before = {one.id for one in box.room.outbox.of_case(box.case)}
    asked = market.fill(client, "/result")
    assert asked.status_code == 303
    assert "on its way to bea@birch.example" in client.get(asked.headers["location"]).text
    [message] = [one for one in box.room.outbox.of_case(box.case) if one.id not in before]
    assert message.letter.to == "bea@birch.example"
    [link, *_] = box.room.links.of_case(box.case)
    assert link.provider == BIRCH
    stranger = market.provider(ELDER)
    refused = market.fill(stranger, "/result")
    assert refused.status_code == 422
    assert "No result was sent to you" in refused.text
    codes = [market.fill(client, "/result").status_code for _ in range(6)]
    assert codes[-1] == 429


def test_nobody_else_can_say_that_something_came_by_a_link(box: Letterbox) -> None:
    from fairplace.challenge.commands import LodgeChallenge
    from fairplace.errors import Forbidden, Refused
    from fairplace.procurement.commands import EndWithoutAward

    came = {"evidence": "sent-by-link", "happened_at": "2026-04-01T09:00:00.000Z"}
    challenge = LodgeChallenge(id="test", kind="complaint", ground="award", remedy="other", words="x", **came)
    with pytest.raises(Forbidden, match="only the register itself"):
        box.office.do(challenge)
    ended = EndWithoutAward(id="test", case=box.case, as_=APPROVER.key, ground="other", reason="x", **came)
    with pytest.raises(Refused, match="only a challenge comes by a link"):
        box.office.register.desk.prepare(ended)


def test_without_a_summary_there_is_nothing_to_send_or_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_office(tmp_path_factory.mktemp("early") / "register", until="awarded") as office:
        early = Letterbox(office)
        officer = early.desk.opened(OFFICER.key, early.case)
        assert "No assessment summary is recorded" in officer.get(f"/desk/cases/{early.case}/debriefs").text
        assert early.send(**{"to-01": "bea@birch.example"}).status_code == 422
        client, link = early.opened(BIRCH)
        page = client.get(link, headers={"accept": "text/html"})
        assert page.status_code == 404
        for word in ("second", "Alder", "marks"):
            assert word not in page.text
        assert "was taken back" in page.text
        client, link = early.opened(ELDER)  # as after its bid was erased
        assert "othing of a bid of yours is kept" in client.get(link, headers={"accept": "text/html"}).text


def test_a_provider_and_an_evaluator_come_to_no_page_of_the_officers(box: Letterbox) -> None:
    for key in (key_of(CEDAR), "northbrook.gov.example/officer/e1aa"):
        client = box.desk.client(key)
        for path in ("debriefs", "correspondence"):
            assert client.get(f"/desk/cases/{box.case}/{path}").status_code == 403


def test_days_that_have_passed_are_told_as_such(box: Letterbox) -> None:
    box.office.wait_until("2026-05-13T09:00:00.000Z")  # the last test of this file: no other finds a later day
    client, link = box.opened(BIRCH)
    page = client.get(link).text
    assert "The standstill ended" in page
    assert "That day has passed" in page
    assert "Ask a lawyer soon" not in page
