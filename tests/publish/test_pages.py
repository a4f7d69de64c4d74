"""The pages of a bundle for people: true to what it holds, and nothing in them that could run, lead away or be taken for more."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fairplace_verify
from fairplace.ledger import paper
from fairplace.publish import book
from tests import story
from tests.http.test_escaping import CORPUS, Page
from tests.http.town import Town, build
from tests.office import ROOT, Office, open_office, signer
from tests.publish.case import LOSERS, WINNER, bundled, opened, proofs
from tests.story import OFFICER


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "a spreadsheet would guess the letters wrong"
    assert data.count(b"\r\n") == data.count(b"\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def court(office: Office) -> dict[str, bytes]:
    return opened(bundled(office.register, office.case, "court")[0])


@pytest.fixture(scope="module")
def public(office: Office) -> dict[str, bytes]:
    return opened(bundled(office.register, office.case, "public")[0])


def test_no_fact_of_the_record_is_blank_and_the_law_is_that_of_the_page(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        office.do(story.plan(light_touch=True))
        office.register.follow()
        told = opened(bundled(office.register, office.case, "public")[0])["record.html"].decode()
    facts = told[told.index('aria-label="The facts of the case"') :]
    facts = facts[: facts.index("</table>")]
    assert not re.findall(r"<th[^>]*>([^<]*)</th><td>\s*</td>", facts)
    assert "Contract signed" not in facts
    assert "Procurement Act 2023, light touch" in facts


def test_the_chronology_has_a_line_for_every_entry_in_the_order_of_what_happened(court: dict[str, bytes]) -> None:
    lines = rows(court["chronology.csv"])
    assert {int(line["Entry"]) for line in lines} == set(proofs(court))
    assert [line["When (UTC)"] for line in lines] == sorted(line["When (UTC)"] for line in lines)
    [award] = [line for line in lines if line["What"] == "The award was decided"]
    assert (award["Who"], award["Done here or reported"]) == ("the approving officer", "act")
    assert award["When (London)"] == "9 April 2026, 10:01am"


def test_the_schedule_names_every_value_that_is_withheld_and_on_what_ground(public: dict[str, bytes]) -> None:
    lines = rows(public["schedule.csv"])
    closed = {
        (index, re.sub(r"(?<=/)[0-9]{2}(?=/)", "*", slot), part.basis)
        for index, read in proofs(public).items()
        for slot, part in read.entry.envelope.sealed.items()
        if slot not in {one.slot for one in read.openings}
    }
    assert {(line["Entry"], line["Slot"]) for line in lines if line["Entry"] != "register"} == {
        (str(index), slot) for index, slot, _ in closed
    }
    assert all(line["Because"] and line["In law"] for line in lines)
    [holders] = [line for line in lines if line["Entry"] == "register"]
    assert holders["What is withheld"] == "Who holds the key"
    assert int(holders["Places"]) == len(proofs(public, "register")) - 3, "all enrolments, but not the log's own keys"


def test_the_index_names_every_entry_with_its_proof(court: dict[str, bytes]) -> None:
    lines = rows(court["index.csv"])
    assert [line["Title"] for line in lines[:4]] == ["Cover", "Index", "Chronology", "The decision record"]
    assert {line["File"] for line in lines if line["Entry"]} == {name for name in court if name.startswith("proofs/")}
    assert {line["Page"] for line in lines} == {""}, "without a PDF there are no pages"


def test_the_record_asks_for_nothing_and_runs_nothing(court: dict[str, bytes]) -> None:
    text = court["record.html"].decode()
    assert not re.search(r"<script|<img|<link|@import|url\(|https?://|src=", text)
    assert "default-src 'none'" in text
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors
    assert not re.search(r'href="(?!#)', text)
    assert text.count("<h1") == 1
    assert '<html lang="en-GB">' in text


def test_marks_points_and_reasons_stand_side_by_side_under_the_bidders_name(court: dict[str, bytes]) -> None:
    text = court["record.html"].decode()
    assert re.search(rf"Bid [0-9]{{2}} \({WINNER.provider.name}\)", text)
    assert '<th scope="col">Mark</th><th scope="col">Points</th><th scope="col">Reason</th>' in text
    assert "£77,000,000.11" in text


def test_a_public_page_does_not_name_who_lost(public: dict[str, bytes]) -> None:
    text = public["record.html"].decode()
    assert f"({WINNER.provider.name})" in text
    assert not [loser for loser in LOSERS if loser.provider.name in text]
    assert "Withheld" in text


def test_free_text_becomes_no_markup(tmp_path: Path) -> None:
    town = build(tmp_path / "register", wrap=lambda text: f"{text[:30]} {CORPUS}")
    try:
        _, made = bundled(town.register, town.cases["contract"], "public")
        for case in (town.cases["contract"], town.cases["standstill"], town.cases["imported"]):
            members = opened(bundled(town.register, case, "public")[0])
            parser = Page()
            text = members["record.html"].decode()
            parser.feed(re.sub(r"<style>.*?</style>", "", text, count=1, flags=re.DOTALL))
            parser.close()
            assert parser.found == []
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
            for name in ("chronology.csv", "schedule.csv", "index.csv"):
                assert not re.search(rb"(?m)^[=+@-]|,[=+@-]", members[name])
        assert made.entries > 20
    finally:
        town.register.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = build(tmp_path / "register")
    yield made
    made.register.close()


def test_a_text_that_was_taken_down_is_closed_and_the_schedule_says_so(town: Town) -> None:
    members = opened(bundled(town.register, town.cases["standstill"], "public")[0])
    [line] = [line for line in rows(members["schedule.csv"]) if line["Since"]]
    assert (line["What is withheld"], line["Since"]) == ("The need", "taken down: it could identify a child")
    assert b"near their school" not in members["record.html"]


def test_a_contested_signature_is_marked_wherever_its_entry_is_told(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="released") as office:
        standing = office.register.reader.register().standings()
        [vkey] = [one.vkey for one in standing if one.vkey.name == OFFICER.key]
        planned = office.at["procurement.planned/1"]
        office.register.key_event(
            "key.compromised/1",
            {"from": planned, "until": planned, "vkey": vkey.text},
            signer(ROOT),
            statement="The key was stolen",
        )
        office.register.follow()
        data, _ = bundled(office.register, office.case, "court")
        report = fairplace_verify.verify_bundle(data, office.register.settings.log[0].vkeys)
    members = opened(data)
    said = members["record.html"].decode()
    assert said.count('class="alert"') == 1
    assert f"The signature with the key {OFFICER.key} is contested" in said
    assert [line["Entry"] for line in rows(members["chronology.csv"]) if line["Signature"]] == [str(planned)]
    assert "1 entries bear a signature that is contested" in members["certificate.txt"].decode()
    assert report.ok


def test_the_cover_bears_the_checkpoint_for_typing(office: Office, court: dict[str, bytes]) -> None:
    published = office.register.store.last_checkpoint(office.register.origin)
    assert published is not None
    assert paper.printed(published.note) in court["record.html"].decode()


def test_what_was_erased_is_named_as_erased_and_not_as_withheld(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="released") as office:
        office.register.follow()
        index = office.at["procurement.question-asked/1"]
        subject = f"entry/{office.register.reader.entry(index).envelope.id}"
        assert office.register.store._vault.keys.destroy([subject], (1 << 40) + index + 1) == 1
        data, made = bundled(office.register, office.case, "court")
        report = fairplace_verify.verify_bundle(data, office.register.settings.log[0].vkeys)
    assert made.withheld == 2
    members = opened(data)
    lines = [line for line in rows(members["schedule.csv"]) if line["Entry"] != "register"]
    assert [(line["Entry"], line["Slot"], line["Since"]) for line in lines] == [
        (str(index), "/asked_by", "erased"),
        (str(index), "/words", "erased"),
    ]
    assert b"Erased: it is not held any more" in members["record.html"]
    assert b"2 of them are not withheld but erased" in members["certificate.txt"]
    assert report.word == "genuine", report.false


def test_the_certificate_says_what_section_9_asks_and_leaves_the_officer_blank(court: dict[str, bytes]) -> None:
    text = court["certificate.txt"].decode()
    assert text.startswith("DRAFT.")
    for words in (
        "section 9 of the Civil Evidence Act 1995",
        "form part of the records",
        "section 9(4)",
        "Name      ____",
    ):
        assert words in text, words
    assert "Nothing that is held of the case is withheld" in text
    for number, title in re.findall(
        r"(?m)^## (\d+)\. (.+)$", (Path(__file__).parents[2] / "docs/known-defects.md").read_text("utf-8")
    ):
        assert f"({number}) {title}." in text
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_the_known_defects_are_numbered_once_and_none_is_empty() -> None:
    text = (Path(__file__).parents[2] / "docs/known-defects.md").read_text("utf-8")
    numbers = [int(number) for number in re.findall(r"(?m)^## (\d+)\. ", text)]
    assert numbers == sorted(set(numbers))
    assert len(re.findall(r"(?m)^   \(\d+\) ", book.known_defects())) == len(numbers) > 0


def test_the_readme_tells_evidence_from_what_is_for_reading(court: dict[str, bytes], public: dict[str, bytes]) -> None:
    text = court["README.txt"].decode()
    assert "HOW TO CHECK IT, IN THREE COMMANDS" in text
    assert "cannot be taken back" in text
    assert "cannot be taken back" not in public["README.txt"].decode()
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_an_imported_notice_is_told_as_what_it_is(town: Town) -> None:
    members = opened(bundled(town.register, town.cases["imported"], "public")[0])
    [line] = [
        line
        for line in rows(members["chronology.csv"])
        if line["What"] == "A notice or an award from elsewhere was taken in"
    ]
    assert line["Done here or reported"] == "report: Taken from a published notice, not witnessed here"
