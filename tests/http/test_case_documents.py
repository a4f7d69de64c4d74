"""Documents at the desk: put in by who keeps the file, seen by who may, downloaded and never run, destroyed in their time."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from docx import Document
from httpx import Response
from litestar.testing import TestClient

from fairplace.backups import backup
from fairplace.custody.events import HoldReason
from fairplace.filing import kinds
from fairplace.holding import lift_hold, place_hold
from fairplace.http.app import HERE
from fairplace.http.site import Site
from fairplace.on_disk import Register
from fairplace.openness.commands import Release, WithdrawValue
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.procurement.commands import AskQuestion, EndWithoutAward
from fairplace.settings import Settings
from fairplace.terms import Document as Named
from fairplace.terms import moment
from fairplace.workroom import Workroom
from tests.filing import made
from tests.http.opened import Client, Desk
from tests.http.test_pages import text_of
from tests.office import CHAPTERS, open_office, signer
from tests.story import APPROVER, BIRCH, EVALUATORS, MODERATOR, MONITORING, OFFERS, OFFICER, tender

LIMIT = 400_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path / "register", until="published") as office:
        office.register.settings = with_limits(office.register.settings, document=LIMIT)
        yield Desk(office)


def with_limits(settings: Settings, **limits: int) -> Settings:
    return msgspec.structs.replace(settings, limits=msgspec.structs.replace(settings.limits, **limits))


def put(desk: Desk, client: Client, data: bytes, name: str = "pack.pdf", kind: str = "tender-pack") -> Response:
    return desk.send(client, f"{base(desk)}/new", files={"file": (name, data)}, kind=kind)


def base(desk: Desk) -> str:
    return f"/desk/cases/{desk.office.case}/documents"


def address(answer: Response) -> str:
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:3000]
    return answer.headers["location"]


def test_a_document_is_put_in_listed_and_downloaded_as_it_came(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    size = desk.office.register.reader.size
    where = address(put(desk, officer, made.pdf(), "..\\Tender <pack>.exe"))
    page = officer.get(base(desk)).text
    assert "Tender pack.exe.pdf" in page
    assert "Tender pack, PDF" in page
    assert hashlib.sha256(made.pdf()).hexdigest() in officer.get(where).text
    answer = officer.get(f"{where}/file")
    assert answer.content == made.pdf()
    assert answer.headers["content-disposition"].startswith('attachment; filename="Tender pack.exe.pdf"')
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert desk.office.register.reader.size == size, "nothing of a document stands in an entry"


def test_a_document_that_comes_twice_because_its_answer_was_lost_is_kept_once(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    first = address(put(desk, officer, made.pdf(), "a.pdf", "note"))
    assert address(put(desk, officer, made.pdf(), "a.pdf", "note")) == first
    others = {
        address(put(desk, officer, made.pdf(), "b.pdf", "note")),
        address(put(desk, officer, made.pdf(), "a.pdf", "other")),
        address(put(desk, desk.opened(MONITORING.key, desk.office.case), made.pdf(), "a.pdf", "note")),
    }
    assert len(others | {first}) == 4, "another name, another kind or another person makes it another document"


def test_neither_names_nor_words_lie_in_the_clear_on_the_disk(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    put(desk, officer, b"canary words of a note, and nothing else\n", "canary-name.txt", "note")
    digest = hashlib.sha256(b"canary words of a note, and nothing else\n").hexdigest()
    for path in desk.office.folder.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            for canary in (b"canary-name", b"canary words", digest.encode()):
                assert canary not in held, path


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.pdf", "no file came|an empty file"),
        (b"MZ\x90\x00", "pack.pdf", "a program came"),
        (made.changed(made.docx(), {"word/vbaProject.bin": b"x"}), "pack.docx", "macros"),
        (b"<html><script>alert(1)</script>", "note.txt", "web page"),
        (bytes(range(256)), "x.csv", "not known"),
        (b"x" * (LIMIT + 1), "x.txt", f"at most {LIMIT:,} are taken"),
    ],
)
def test_what_is_not_taken_is_said_on_the_form_and_nothing_is_kept(
    desk: Desk, data: bytes, name: str, words: str
) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    answer = put(desk, officer, data, name)
    assert answer.status_code == 400
    assert re.search(words, answer.text, re.IGNORECASE)
    assert "There is a problem" in answer.text
    assert "There are none" in officer.get(base(desk)).text
    assert list((desk.office.folder / "documents").glob("*")) == [] or not (desk.office.folder / "documents").exists()


def test_a_body_past_the_limit_is_cut_off_while_it_comes(desk: Desk) -> None:
    """Whether it says its size beforehand, or not."""
    officer = desk.opened(OFFICER.key, desk.office.case)
    answer = put(desk, officer, b"x" * (LIMIT + 200_000), "x.txt", "note")
    assert answer.status_code == 413
    assert "More was sent than the " in answer.text
    read = 0

    def without_end() -> Iterator[bytes]:
        nonlocal read
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="x.txt"\r\n\r\n'
        for _ in range(1000):
            read += 100_000
            yield b"x" * 100_000

    headers = {"content-type": "multipart/form-data; boundary=b", "sec-fetch-site": "same-origin"}
    answer = officer.post(f"{base(desk)}/new", content=without_end(), headers=headers)
    assert answer.status_code == 413


def test_a_file_larger_than_other_forms_may_be_is_taken(desk: Desk) -> None:
    """`limits.body` bounds forms; `limits.document` bounds this one."""
    desk.office.register.settings = with_limits(desk.office.register.settings, document=3_000_000)
    large = Desk(desk.office)
    officer = large.opened(OFFICER.key, desk.office.case)
    address(put(large, officer, b"word\n" * 400_000, "long.txt", "note"))
    answer = large.send(officer, f"{base(desk)}/destroy", words="x" * 1_200_000)
    assert answer.status_code == 413


def test_a_tender_pack_gets_a_copy_without_names_and_the_original_stays(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, made.docx(), "pack.docx"))
    assert officer.get(f"{where}/file").content == made.docx()
    copy = officer.get(f"{where}/copy").content
    assert made.WHO.encode() in made.docx() or Document(io.BytesIO(made.docx())).core_properties.author == made.WHO
    paper = Document(io.BytesIO(copy))
    assert paper.core_properties.author == ""
    assert paper.paragraphs[0].text == "Tender pack"


def test_what_cannot_be_stripped_says_so_and_has_no_copy(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, made.locked_pdf()))
    assert "protected by a password" in officer.get(where).text
    assert officer.get(f"{where}/copy").status_code == 404
    answer = desk.send(officer, where, do="copy")
    assert answer.status_code in (409, 422)
    assert "No copy for others can be made" in answer.text


def test_what_everybody_is_to_read_is_looked_through_and_somebody_says_that_they_looked(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    desk.send(officer, f"/desk/cases/{desk.office.case}/names", names="Wren Alderley")
    words = "Call 0113 496 0000.\nTyler Brown, 9, takes the bus.\nSo does Wren Alderley.\nThe price is £40."
    where = address(put(desk, officer, words.encode(), "pack.txt"))
    page = text_of(officer.get(where).text)
    assert "“Tyler Brown, 9” gives an age beside a name" in page
    assert "“Wren Alderley” is a name of this case" in page
    assert "0113" not in page, "an authority's own telephone number is no child's"
    assert officer.get(f"{where}/copy").status_code == 404
    assert desk.send(officer, where, do="copy").status_code == 422
    assert address(desk.send(officer, where, do="seen")) == where
    assert officer.get(f"{where}/copy").content == words.encode()
    assert "Looked at by eye" in officer.get(where).text


def test_an_email_is_shown_as_plain_text_and_its_attachment_can_be_kept(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, made.mail(), "question.eml", "email"))
    page = officer.get(where).text
    assert "Are waking nights costed apart?" in page
    assert "=cmd()" in page
    assert "\u202e" not in page
    assert "<script>alert(1)" not in page
    assert "Our question &lt;script&gt;" in page
    assert hashlib.sha256(made.pdf("Rota")).hexdigest() in page
    kept = address(desk.send(officer, where, do="keep", number="0"))
    assert officer.get(f"{kept}/file").content == made.pdf("Rota")
    assert "out of <a" in officer.get(kept).text
    for number in ("1", "-1", "x", "9" * 30, ""):
        assert desk.send(officer, where, do="keep", number=number).status_code in (400, 404)


def test_an_email_of_markup_alone_shows_its_words(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    page = officer.get(address(put(desk, officer, made.mail(markup=True), "m.eml", "email"))).text
    assert "Waking nights?" in page
    assert "p{}" not in page
    assert "alert(1)</script>" not in page


def test_the_panel_reads_the_tender_pack_and_no_notes(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    pack = address(put(desk, officer, made.pdf()))
    note = address(put(desk, officer, b"A note to myself.\n", "canary-note.txt", "note"))
    for key in (EVALUATORS[0].key, MODERATOR.key):
        client = desk.opened(key, desk.office.case)
        page = client.get(base(desk)).text
        assert "pack.pdf" in page
        assert "canary-note" not in page
        assert "Put a document in" not in page
        assert client.get(f"{pack}/file").status_code == 200
        for path in (note, f"{note}/file", f"{note}/copy"):
            assert client.get(path).status_code == 404
        assert put(desk, client, made.pdf()).status_code == 403
        assert desk.send(client, note, do="retain", **{"class": "record"}).status_code == 403
        assert desk.send(client, f"{base(desk)}/destroy").status_code == 403


def test_a_bid_is_kept_by_nobody_before_the_opening_and_read_by_the_panel_after_it(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    answer = put(desk, officer, made.pdf("Bid"), "bid.pdf", "bid")
    assert "a bid is lodged sealed" in answer.text
    assert 'value="bid"' not in officer.get(base(desk)).text
    office = desk.office
    for chapter in ("deposited", "opened"):
        CHAPTERS[chapter](office, OFFERS[:3])
    officer = desk.opened(OFFICER.key, office.case)
    where = address(put(desk, officer, made.pdf("Bid"), "bid.pdf", "bid"))
    assert desk.opened(EVALUATORS[0].key, office.case).get(f"{where}/file").status_code == 200


def test_a_closed_file_shows_no_document(desk: Desk) -> None:
    where = address(put(desk, desk.opened(OFFICER.key, desk.office.case), made.pdf()))
    client = desk.client(OFFICER.key)
    for path in (base(desk), where, f"{where}/file"):
        answer = client.get(path)
        assert "Open this case file" in answer.text
        assert "pack.pdf" not in answer.text
    sent = put(desk, client, made.pdf())
    assert sent.status_code == 403
    assert "Nothing is lost" in sent.text


def test_a_document_of_one_case_has_no_address_in_another(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    name = address(put(desk, officer, made.pdf())).rsplit("/", 1)[-1]
    other = "00000000-0000-4000-8000-000000000000"
    assert officer.get(f"/desk/cases/{other}/documents/{name}/file").status_code in (200, 404)
    assert "%PDF" not in officer.get(f"/desk/cases/{other}/documents/{name}/file").text


def test_who_must_stay_out_of_the_case_sees_no_document(desk: Desk) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, made.pdf()))
    desk.office.do(DecideInterest(id="test", person=OFFICER.key, outcome="recuse", reason="A cousin."), by=MONITORING)
    for path in (base(desk), where, f"{where}/file"):
        assert officer.get(path).status_code == 403
    assert put(desk, officer, made.pdf()).status_code == 403


def later(desk: Desk, monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(Site, "today", lambda _: moment(f"{day}T12:00:00.000Z").date())


def test_a_document_is_kept_for_three_years_after_the_case_and_then_destroyed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Procurement Act 2023, section 98."""
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, b"A note to myself.\n", "note.txt", "note"))
    assert "The case is not over yet" in officer.get(where).text
    desk.office.do(EndWithoutAward(id="test", ground="funding", reason="The grant was withdrawn."), by=APPROVER)
    ended = moment(desk.office.register.store.now())
    assert ended.date().isoformat() == "2026-03-02"
    assert "1 March 2029" in officer.get(where).text
    later(desk, monkeypatch, "2029-03-01")
    desk.send(officer, f"{base(desk)}/destroy")
    assert officer.get(f"{where}/file").status_code == 200, "its last day is not over"
    later(desk, monkeypatch, "2029-03-02")
    assert "Past its day" in officer.get(base(desk)).text
    address(desk.send(officer, f"{base(desk)}/destroy"))
    assert officer.get(where).status_code == 404
    assert officer.get(f"{where}/file").status_code == 404
    page = officer.get(base(desk)).text
    assert "note.txt" not in page
    assert "1 document destroyed" in page
    assert list((desk.office.folder / "documents").glob("[0-9a-f]*")) == []


@pytest.mark.parametrize("named", ["case:{case}", "entry:{entry}"])
def test_a_hold_keeps_a_document_past_its_day(desk: Desk, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, b"A note to myself.\n", "note.txt", "note"))
    said = {"class": "other", "said-day": "1", "said-month": "4", "said-year": "2026", "reason": "They asked."}
    address(desk.send(officer, where, do="retain", **said))
    later(desk, monkeypatch, "2026-04-02")
    if named.startswith("entry"):
        desk.office.do(AskQuestion(id="test", words="When?", asked_by=BIRCH), by=OFFICER)
    name = named.format(case=desk.office.case, entry=desk.office.register.reader.size - 1)
    reason: HoldReason = "litigation"
    hold = place_hold(desk.office.register, [name], reason, signer(MONITORING.key))
    assert "Held" in officer.get(base(desk)).text
    assert f"Entry {hold.index} holds it: litigation" in officer.get(where).text
    desk.send(officer, f"{base(desk)}/destroy")
    assert officer.get(f"{where}/file").status_code == 200
    lift_hold(desk.office.register, hold.index, "It was settled.", [signer(MONITORING.key), signer(APPROVER.key)])
    address(desk.send(officer, f"{base(desk)}/destroy"))
    assert officer.get(where).status_code == 404


def test_the_same_bytes_in_two_documents_go_with_the_last_of_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    one, two = (address(put(desk, officer, b"The same words.\n", f"{name}.txt", "note")) for name in "nm")
    said = {"class": "other", "said-day": "1", "said-month": "4", "said-year": "2026", "reason": "They asked."}
    address(desk.send(officer, one, do="retain", **said))
    later(desk, monkeypatch, "2026-04-02")
    address(desk.send(officer, f"{base(desk)}/destroy"))
    assert officer.get(one).status_code == 404
    assert officer.get(f"{two}/file").content == b"The same words.\n"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"class": "for ever"}, "choose one of the three"),
        ({"class": "other"}, "no day came"),
        ({"class": "other", "said-day": "1", "said-month": "4", "said-year": "2027"}, "needs its reason"),
        ({"class": "contract", "said-day": "31", "said-month": "2", "said-year": "2027"}, "day of the calendar"),
        ({"class": "contract", "said-day": "1", "said-month": "1", "said-year": "20270"}, "calendar|year"),
    ],
)
def test_a_wrong_retention_is_said_and_changes_nothing(desk: Desk, said: dict[str, str], words: str) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, made.pdf()))
    answer = desk.send(officer, where, do="retain", **said)
    assert answer.status_code == 400
    assert re.search(words, answer.text, re.IGNORECASE)
    assert "The case is not over yet" in officer.get(where).text


def test_a_contract_is_kept_six_years_after_its_end(desk: Desk) -> None:
    """Limitation Act 1980, section 5."""
    officer = desk.opened(OFFICER.key, desk.office.case)
    where = address(put(desk, officer, made.pdf()))
    said = {"class": "contract", "said-day": "31", "said-month": "3", "said-year": "2030"}
    address(desk.send(officer, where, do="retain", **said))
    assert "31 March 2036" in officer.get(where).text


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fsecrets", "%00", "x" * 3000])
def test_a_made_up_address_has_no_document(desk: Desk, name: str) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    for path in (f"{base(desk)}/{name}", f"{base(desk)}/{name}/file"):
        assert officer.get(path).status_code in (400, 404)


@pytest.fixture
def planned(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path / "register", until="planned") as office:
        office.register.follow()
        yield Desk(office)


TENDER = {
    "c0-title": "Quality of care", "c0-kind": "quality", "c0-weight": "100", "highest": "5", "winners": "1", "late_policy": "reject",
    "deadline-day": "1", "deadline-month": "4", "deadline-year": "2026", "deadline-time": "12:00", "do": "sign", "version": "0",
}  # fmt: skip


def test_the_tender_form_offers_the_pack_and_names_the_copy_without_names(planned: Desk) -> None:
    officer = planned.opened(OFFICER.key, planned.office.case)
    where = address(put(planned, officer, made.docx(), "pack <b>.docx"))
    original = hashlib.sha256(made.docx()).hexdigest()
    copy = hashlib.sha256(officer.get(f"{where}/copy").content).hexdigest()
    form = f"/desk/cases/{planned.office.case}/tender"
    page = officer.get(form).text
    assert f'value="{copy}"' in page
    assert "pack b.docx" in page
    signed = planned.send(officer, form, **TENDER, evidence="signed-by-party", documents=copy)
    shown = officer.get(address(signed)).text
    assert copy in shown
    assert original not in shown
    forged = planned.send(officer, form, **{**TENDER, "version": "1"}, evidence="signed-by-party", documents="a" * 64)
    assert forged.status_code == 422
    assert "Choose from the answers" in forged.text


def test_what_a_step_names_is_public_once_it_is_released_and_until_it_is_taken_down(planned: Desk) -> None:
    office, officer = planned.office, planned.opened(OFFICER.key, planned.office.case)
    where = address(put(planned, officer, made.docx(), "pack.docx"))
    copy = officer.get(f"{where}/copy").content
    named = Named(sha256=hashlib.sha256(copy).hexdigest(), bytes=len(copy), media=kinds.DOCX)
    visitor, page = TestClient(planned.app, base_url=HERE), f"/decisions/{office.case}"
    at = f"{page}/documents/{named.sha256}"
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(tender(documents=[named]))
    office.register.follow()
    assert visitor.get(at).status_code == 404, "it is sealed"
    office.do(Release(id="test", occasion="notice"))
    office.register.follow()
    shown = visitor.get(page).text
    assert f'href="{at}" download>Document 1</a> (Word file, ' in shown
    found = visitor.get(at)
    assert found.content == copy
    assert found.headers["content-disposition"] == f'attachment; filename="{named.sha256[:12]}.docx"'
    original = hashlib.sha256(made.docx()).hexdigest()
    for other in (
        f"{page}/documents/{original}",
        f"/decisions/{original[:8]}-0000-4000-8000-{'0' * 12}/documents/{named.sha256}",
    ):
        assert visitor.get(other).status_code == 404, other
    step = office.at["procurement.tender-published/1"]
    office.do(
        WithdrawValue(id="test", entry=step, slots=["/documents"], ground="child", reason="A name"), by=MONITORING
    )
    office.register.follow()
    assert visitor.get(at).status_code == 404
    assert "Document 1" not in visitor.get(page).text


def test_a_report_rests_on_a_document_of_the_case(planned: Desk) -> None:
    officer = planned.opened(OFFICER.key, planned.office.case)
    form = f"/desk/cases/{planned.office.case}/tender"
    assert "What shows it?" not in officer.get(form).text
    address(put(planned, officer, made.pdf("Export"), "export.pdf", "note"))
    digest = hashlib.sha256(made.pdf("Export")).hexdigest()
    assert "What shows it?" in officer.get(form).text
    when = {"happened_at-day": "1", "happened_at-month": "3", "happened_at-year": "2026", "happened_at-time": "9:00"}
    answer = planned.send(officer, form, **TENDER, **when, evidence="portal-export", exhibit=digest)
    assert digest in officer.get(address(answer)).text


def test_a_document_that_a_step_names_goes_with_that_step(planned: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = planned.opened(OFFICER.key, planned.office.case)
    where = address(put(planned, officer, made.pdf()))
    data = officer.get(f"{where}/copy").content
    named = Named(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), media="application/pdf")
    planned.office.do(DeclareInterests(id="test", acting_as="officer"))
    planned.office.do(tender(documents=[named]))
    said = {"class": "other", "said-day": "1", "said-month": "4", "said-year": "2026", "reason": "They asked."}
    address(planned.send(officer, where, do="retain", **said))
    later(planned, monkeypatch, "2026-04-02")
    answer = planned.send(officer, f"{base(planned)}/destroy")
    assert answer.status_code == 422
    assert "a step of the record names this document" in answer.text
    assert officer.get(f"{where}/file").status_code == 200


def test_a_backup_of_records_has_the_list_of_documents_and_opens_with_the_keys(desk: Desk, tmp_path: Path) -> None:
    officer = desk.opened(OFFICER.key, desk.office.case)
    address(put(desk, officer, b"A note to myself.\n", "note.txt", "note"))
    records, keys = (backup(desk.office.register, what, tmp_path / what) for what in ("records", "keys"))
    both = tmp_path / "both"
    shutil.copytree(records, both)
    shutil.copytree(keys, both, dirs_exist_ok=True)
    with Register.open(both) as restored:
        [kept] = Workroom(restored).cabinet.of(desk.office.case)
        assert Workroom(restored).cabinet.bytes_of(kept) == b"A note to myself.\n"
