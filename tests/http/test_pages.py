"""What each page shows, and what it never shows."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

import fairplace_verify
from fairplace.http.app import create_app
from fairplace.http.log import Line, Places, every, together
from fairplace.ledger.note import unb64
from fairplace.ledger.tree import leaf_hash
from fairplace.terms import instant, moment
from tests.http.conftest import Client
from tests.http.town import AUTHORITY, LOSERS, ODD, ORIGIN, START, WINNER, Town


def text_of(page: str) -> str:
    """The words of a page, without its markup."""
    body = re.sub(r"<(head|script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def everything_public(town: Town, client: Client) -> dict[str, str]:
    """Every page, every twin and every published file."""
    found: dict[str, str] = {}
    for address in town.pages().values():
        path, _, query = address.partition("?")
        found[address] = client.get(address, headers={"accept": "text/html"}).text
        twin = ("/index" if path == "/" else path) + ".json" + (f"?{query}" if query else "")
        found[twin] = client.get(twin).text
    for index in range(town.register.reader.size):
        found[f"/log/{index}"] = client.get(f"/log/{index}").text
    return found


def test_every_page_answers_and_says_how_to_check_it(town: Town, client: Client) -> None:
    for name, address in town.pages().items():
        answer = client.get(address, headers={"accept": "text/html"})
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert 'href="/verify"' in answer.text, name
        assert "Not a GOV.UK service" in answer.text, name
        assert answer.text.count("<h1") == 1, name


def test_every_record_says_on_what_it_rests(town: Town, client: Client) -> None:
    addresses = [
        f"/decisions/{town.cases['contract']}",
        f"/challenges/{town.challenges['open']}",
        f"/providers/{WINNER.id}",
    ]
    for address in addresses:
        twin = client.get(f"{address}.json").json()
        page = client.get(address).text
        assert f'href="/log/{twin["index"]}.tlog-proof"' in page
        assert twin["leaf"] in page.replace("&#43;", "+")
        assert twin["size"] == town.register.reader.size


def test_the_twin_is_the_row_with_its_place_in_the_log(town: Town, client: Client) -> None:
    case = town.cases["contract"]
    row = town.register.rows.get("decision-record", case)
    expected = msgspec.to_builtins(row) | {"size": town.register.reader.size, "findings": []}
    answer = client.get(f"/decisions/{case}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    "address",
    [
        "/index.json",
        "/decisions.json",
        "/challenges.json",
        "/rules.json",
        "/rules/ET-01.json",
        "/log.json",
        "/log/3.json",
    ],
)
def test_lists_have_twins_too(town: Town, client: Client, address: str) -> None:
    twin = client.get(address).json()
    assert {"index", "leaf", "size"} <= set(twin)
    assert twin["size"] == town.register.reader.size


def test_a_decision_record_tells_the_whole_story(town: Town, client: Client) -> None:
    words = text_of(client.get(f"/decisions/{town.cases['contract']}").text)
    for said in (
        "FP-NCC [2026] 1",
        "Homes for children near their schools",
        "Contract signed",
        "£8,900,000",
        "Harbour House offered the best care at a fair price.",
        "On quality the winner leads by 8 of 60 points.",
        "All quality (60%)",
        "Bidder B",
        "Read again together: the rota answers the doubt.",
        "May one home have five beds?",
        "Yes, when at least two of the others have three or fewer.",
        "The bids were opened",
        "by the approving officer",
        "Withheld because it would identify a person.",
        "End of record",
    ):
        assert said in words, said


def test_what_bids_that_lost_asked_is_withheld_and_so_is_what_would_tell_it(town: Town, client: Client) -> None:
    """The winner was not the cheapest: its own points for price would tell the lowest price."""
    address = f"/decisions/{town.cases['contract']}"
    row = client.get(f"{address}.json").json()
    assert [(bid["total"], bid["rank"], bid["points"]) for bid in row["bids"]] == 4 * [(None, None, None)]
    assert [bid["price"] for bid in row["bids"]] == [8_900_000_00, None, None, None]
    assert row["bids_count"] == 4
    words = text_of(client.get(address).text)
    assert "Bidder D 24 (4) 16 (4) 6 (3) 46 withheld withheld withheld withheld" in words
    assert "because their prices could be worked out. So are the winner’s points for price" in words
    for address, text in everything_public(town, client).items():
        for told in ("902000000", "864000000", "1040000000", "9,020,000", "8,640,000", "10,400,000", "38.83", "3883"):
            assert not re.search(rf"(?<![0-9a-f]){told}(?![0-9a-f])", text), f"{told} at {address}"  # in no digest


def test_each_check_says_whether_anybody_can_run_it_again(town: Town, client: Client) -> None:
    page = client.get(f"/decisions/{town.cases['contract']}").text
    part = text_of(page[page.index('id="checks"') : page.index('id="challenges"')])
    rules = re.findall(r'href="/rules/([A-Z]+-[0-9]+)"', page[page.index('id="checks"') :])
    assert rules.count("FA-01") == 2, "beside each of the two that are to be answered"
    rules = [rule for rule in rules if rule != "FA-01"]
    assert rules == ["RR-04", "CI-01", "ET-01", "ET-02", "ET-12", "AD-02", "ET-18"], "the gravest first"
    assert part.count("Judged on facts that are not public; the council’s own run, step 28.") == 2
    assert "4 answers rest on public facts alone, as step 29 says." in part
    assert "2 answers rest on facts that are not public, as the council’s own run in step 28 says" in part


def test_reasons_have_numbers_that_a_letter_can_point_at(town: Town, client: Client) -> None:
    page = client.get(f"/decisions/{town.cases['contract']}").text
    assert [number in page for number in ('id="p1"', 'id="p2"', 'id="p3"', 'id="p4"')] == [True, True, True, False]


def test_losing_bidders_are_nowhere(town: Town, client: Client) -> None:
    """Neither by name nor by id, on any page, in any twin or published file: so they cannot be linked across pages."""
    public = everything_public(town, client)
    public |= {
        str(file): file.read_bytes().decode("latin-1") for file in town.register.public.rglob("*") if file.is_file()
    }
    for loser in LOSERS:
        for address, text in public.items():
            assert loser.id not in text, address
            assert loser.name not in text, address
        assert client.get(f"/providers/{loser.id}").status_code == 404


def test_a_case_of_one_person_has_no_page_and_is_in_no_list(town: Town, client: Client) -> None:
    case = town.cases["hidden"]
    assert client.get(f"/decisions/{case}").status_code == 404
    assert client.get(f"/decisions/{case}.json").status_code == 404
    for address, text in everything_public(town, client).items():
        assert "one girl" not in text, address
        if not address.startswith("/log/"):
            assert case not in text, address


def test_bids_cannot_be_counted_or_read_before_they_are_opened(town: Town, client: Client) -> None:
    case = town.cases["open"]
    row = client.get(f"/decisions/{case}.json").json()
    assert (row["bids_count"], row["bids"], row["winners"]) == (None, [], [])
    page = text_of(client.get(f"/decisions/{case}").text)
    assert "700,000" not in page
    assert "A bid was received" not in page


def test_a_text_that_was_taken_down_is_gone_and_its_place_is_labelled(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/decisions/{town.cases['standstill']}").text)
    assert "twelve beds" not in page
    assert "Taken down after it was published, because it could identify a child." in page


def test_what_was_done_against_the_procedure_is_said_openly(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/decisions/{town.cases['standstill']}").text)
    assert "Done against the procedure, openly." in page
    assert "with 1 further signature" in page


def test_a_running_challenge_changes_how_the_page_is_read(town: Town, client: Client) -> None:
    page = client.get(f"/decisions/{town.cases['standstill']}").text
    assert page.index("This decision is being challenged") < page.index("<h1")


def test_when_most_rules_cannot_be_judged_one_sentence_says_so(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/decisions/{town.cases['standstill']}").text)
    assert "Most of the 4 rules cannot be judged from what is on the record so far" in page
    page = text_of(client.get(f"/decisions/{town.cases['contract']}").text)
    assert "An open question is not a verdict" in page
    assert "unlawful" not in page.lower()


def test_a_procurement_that_ended_gives_its_reason(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/decisions/{town.cases['ended']}").text)
    assert "No bid was suitable. Paragraph 1" in page
    assert "No bid met the conditions." in page


def test_a_notice_taken_in_shows_what_it_does_not_say(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/decisions/{town.cases['imported']}").text)
    assert "What stands here was not witnessed by this register." in page
    assert "2 March 2026 1 May 2026 not stated" in page
    assert "The published notices give no reasons." in page


def test_a_challenge_shows_question_answer_and_outcome_but_not_who(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/challenges/{town.challenges['decided']}").text)
    for said in ("Our plan names the night staff", "Page 14 was read.", "Not upheld", "would not change the order"):
        assert said in page
    assert "somebody who is not named" in page
    page = text_of(client.get(f"/challenges/{town.challenges['open']}").text)
    assert "The council has not yet confirmed that it has the challenge." in page
    assert "The words of the challenge are not public." in page


def test_a_provider_has_awards_and_contracts_only(town: Town, client: Client) -> None:
    page = text_of(client.get(f"/providers/{WINNER.id}").text)
    assert "2 awards and contracts" in page
    assert "26 October 2026" in page
    assert "challenged" not in page


def test_an_id_with_odd_letters_has_a_page(town: Town, client: Client) -> None:
    address = town.pages()["provider, odd id"]
    assert ODD.id in client.get(f"{address}.json").json()["provider"]
    assert "Odd &amp; Sons &lt;Ltd&gt;" in client.get(address).text


def test_a_search_finds_by_title_provider_and_citation(client: Client) -> None:
    for words, found in (
        ("schools homes", 1),
        ("harbour", 2),
        ("FP-NCC [2026] 4", 1),
        ("northcliffe", 5),
        ("larchfield", 0),
    ):
        assert client.get("/decisions.json", params={"q": words}).json()["total"] == found, words


def test_a_search_without_hits_names_a_citation_that_exists(client: Client) -> None:
    page = client.get("/decisions?q=zzz").text
    [address] = re.findall(r'href="(/decisions\?q=FP[^"]+)"', page)
    assert client.get(address.replace("?", ".json?")).json()["total"] > 0


def test_a_tender_is_open_until_its_deadline_and_not_longer(town: Town, client: Client) -> None:
    case = town.cases["open"]
    deadline = client.get(f"/decisions/{case}.json").json()["deadline"]
    assert deadline > instant(town.clock.moment)
    for address in (f"/decisions/{case}", "/decisions?state=open"):
        assert "Open for bids" in client.get(address).text
    before = town.clock.moment
    town.clock.moment = moment(deadline) + timedelta(minutes=1)
    try:
        for address in (f"/decisions/{case}", "/decisions?state=open"):
            page = text_of(client.get(address).text)
            assert "Open for bids" not in page
            assert "Closed for bids" in page
            assert re.search("[Bb]ids came until", page)
    finally:
        town.clock.moment = before


def test_a_search_finds_by_the_number_of_a_notice(client: Client) -> None:
    for words, found in (("2026/S 000-081234", True), ("2026/S 000-081235", False)):
        assert (client.get("/decisions.json", params={"q": words}).json()["total"] > 0) is found, words


def test_a_record_leads_to_how_it_is_challenged(town: Town, client: Client) -> None:
    assert 'href="/challenges#how"' in client.get(f"/decisions/{next(iter(town.cases.values()))}").text
    assert 'id="how">How to challenge a decision' in client.get("/challenges").text


def test_a_rule_page_has_its_question_law_and_file(client: Client) -> None:
    page = text_of(client.get("/rules/ET-01").text)
    assert "Did whatever helps to bid reach every bidder" in page
    assert "Procurement Act 2023 s. 12" in page
    assert "equal_treatment.py" in page
    assert re.search(r"\b[0-9a-f]{64}\b", page)


def test_the_log_lists_every_place(town: Town, client: Client) -> None:
    size = town.register.reader.size
    rows = client.get("/log.json?from=0").json()["rows"] + client.get("/log.json?from=50").json()["rows"]
    assert [row["index"] for row in rows] == list(range(size))
    assert client.get("/log.json").json()["rows"][-1]["index"] == size - 1
    assert client.get(f"/log?from={size}").status_code == 200


def test_places_for_bids_share_a_line_of_the_first_page_and_every_step_is_in_what_it_was_made_from() -> None:
    def lines(*types: str) -> list[Line]:
        many = len(types)
        return [Line(index=many - n, leaf=f"leaf {n}", at=instant(START), type=kind, actor="a", signatures=1)
                for n, kind in enumerate(types, start=1)]  # fmt: skip

    bids = ["deposit.received-late/1", "deposit.received/1", "deposit.withdrawn/1"]
    shown = together(lines("procurement.awarded/1", *bids, "value.disclosed/1", *bids[:2]))
    assert [len(one.lines) if isinstance(one, Places) else one.type for one in shown] == [
        "procurement.awarded/1", 3, "value.disclosed/1", *bids[:2],
    ]  # fmt: skip
    assert [line.index for line in every(shown)] == [6, 5, 4, 3, 2, 1, 0]
    assert len(together(lines(*(120 * ["procurement.planned/1"])))) == 50


def test_the_first_page_of_the_log_tells_what_was_done(tmp_path: Path) -> None:
    town = Town(tmp_path / "register")
    case = town.planned("open", "Homes")
    town.invited(case)
    for _ in range(60):
        town.deposit(case, None, None)
    with town.settle() as register, TestClient(create_app(register)) as client:
        page = client.get("/log").text
        words = text_of(page)
        assert "Bids were invited" in words
        assert "60 places for bids (some or all hold nothing, and nobody can tell which)" in words
        first = register.reader.size - 60
        assert f'href="/log?from={first}"' in page
        assert text_of(client.get(f"/log?from={first}").text).count("A bid was received") == 50


def test_the_raw_bytes_of_an_entry_are_the_leaf(town: Town, client: Client) -> None:
    for index in (0, 7, town.at["reasons"], town.register.reader.size - 1):
        raw = client.get(f"/log/{index}.entry")
        assert raw.headers["content-disposition"] == f'attachment; filename="{index}.entry"'
        assert raw.content == town.register.reader.entry(index).raw
        assert leaf_hash(raw.content) == unb64(client.get(f"/log/{index}.json").json()["leaf"], "a leaf")


def test_every_proof_is_true_for_the_independent_checker(town: Town, client: Client) -> None:
    keys = town.register.settings.log[0].vkeys
    for index in range(town.register.reader.size):
        report = fairplace_verify.verify_proof(client.get(f"/log/{index}.tlog-proof").content, keys)
        assert report.verdict.startswith("GENUINE. "), report.verdict
        assert (report.origin, report.size) == (ORIGIN, town.register.reader.size)


def test_no_word_of_the_machine_stands_above_the_fold_of_a_record(town: Town, client: Client) -> None:
    """Above the fold: up to the reasons' heading. A browser test looks at what is really in sight."""
    for name, case in town.cases.items():
        if name == "hidden":
            continue
        page = client.get(f"/decisions/{case}").text
        top = text_of(page[page.index("<main") : page.index('id="reasons"')]).lower()
        for word in ("entry", "leaf", "checkpoint", "sealed", "tile ", "rule code"):
            assert word not in top, (name, word)


def test_a_release_names_the_steps_and_their_parts_in_words(town: Town, client: Client) -> None:
    page = client.get(f"/log/{town.at['first release']}").text
    planned = town.at[f"{town.cases['contract']} planned"]
    said = text_of(page)
    assert f'<a class="govuk-link" href="/log/{planned}">step {planned}</a>: ' in page
    assert "the council’s name" in said[said.index("What was made public") :]
    signed = said.index("The signed text, as it stands")
    assert '"slots"' not in said[:signed]
    assert "openings" not in said[:signed].lower()
    assert "value.disclosed/1" not in said[: said.index("Take it away")]
    assert "Kind, as the log names it value.disclosed/1" in said


def test_a_take_down_names_what_was_taken_down_in_words(town: Town, client: Client) -> None:
    planned = town.at[f"{town.cases['standstill']} planned"]
    said = text_of(client.get(f"/log/{town.at['take-down']}").text)
    assert f"What was taken down Of step {planned} : the need" in said
    assert "it could identify a child" in said


def test_a_challenge_says_by_when_it_is_to_be_answered(town: Town, client: Client) -> None:
    due = "It is due by the end of 31 December 2099 , when the standstill ends"
    assert due in text_of(client.get(f"/challenges/{town.challenges['open']}").text)
    assert "It is due" not in client.get(f"/challenges/{town.challenges['decided']}").text, "it was answered"


def test_the_chart_says_that_price_is_missing_from_it(town: Town, client: Client) -> None:
    said = text_of(client.get(f"/decisions/{town.cases['contract']}").text)
    assert "The points for price of bids that lost are missing from the bars" in said


def test_the_authority_stands_on_every_page(town: Town, client: Client) -> None:
    assert f"– {AUTHORITY}</title>" in client.get("/about").text
    assert f"– {AUTHORITY}</title>" in client.get("/nothing", headers={"accept": "text/html"}).text
