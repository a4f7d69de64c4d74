"""The page that checks a file: one of five words, and honest about whose word it is."""

from __future__ import annotations

import base64
import json
import re
from email.message import EmailMessage
from html import escape, unescape
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

import fairplace_verify
from fairplace.http import judged, saved_page, verify
from fairplace.http.app import create_app
from fairplace.ledger import paper
from fairplace.workroom import Workroom
from tests.http.conftest import Client
from tests.http.test_pages import text_of
from tests.http.town import WINNER, Town
from tests.verifier import writer as w


@pytest.fixture
def forgotten(town: Town) -> None:
    """No large file was sent yet."""
    with Workroom(town.register).accounts.database.writing() as connection:
        connection.execute("DELETE FROM attempt WHERE what LIKE 'large file %'")


def proof(client: Client, index: int) -> bytes:
    return client.get(f"/log/{index}.tlog-proof").content


def uploaded(client: Client, data: bytes, **more: str) -> str:
    answer = client.post("/verify", files={"file": ("a.tlog-proof", data)}, data={"proof": ""} | more)
    assert answer.status_code == 200
    return text_of(answer.text)


def key_of(town: Town) -> str:
    return town.register.settings.log[0].vkeys[0]


def test_a_proof_is_genuine_under_a_key_that_the_visitor_brings(town: Town, client: Client) -> None:
    page = uploaded(client, proof(client, town.at["reasons"]), keys=key_of(town))
    assert "Genuine. 5 of 5 checks passed" in page
    assert f"step number {town.at['reasons']}" in page
    assert "This is this server’s word." in page


def test_what_a_proof_opens_stands_in_the_answer_and_nothing_of_a_false_one(town: Town, client: Client) -> None:
    good = proof(client, town.at["reasons"])
    page = unescape(uploaded(client, good))
    assert "What it opens The step is of the kind procurement.awarded/1" in page
    event = town.register.reader.openings(town.at["reasons"], "public")
    assert event, "a step of which something is public"
    for slot, opening in event.items():
        said = opening.value if isinstance(opening.value, str) else msgspec.json.encode(opening.value).decode()
        assert f"{slot} {' '.join(said[: judged.MOST_SHOWN].split())}" in page
    false = good.replace(b"\nindex ", b"\nindex 1", 1)
    assert "What it opens" not in uploaded(client, false)


def test_a_long_or_hostile_value_is_cut_and_stays_text(client: Client) -> None:
    long = "<b>\u202e" + "x" * judged.MOST_SHOWN
    told = judged._opened(fairplace_verify.Opened(1, "a/1", "2026-11-28T09:00:00.000Z", {"/reason": long, "/price": 5}))
    assert told.values == [("/reason", long[: judged.MOST_SHOWN], 4), ("/price", "5", 0)]


def test_without_a_key_of_ones_own_nothing_is_called_genuine(town: Town, client: Client) -> None:
    page = uploaded(client, proof(client, town.at["reasons"]))
    assert "Partly checked. 5 of 5 checks passed" in page
    assert "The key came from this server" in page
    assert "Genuine" not in page


def test_a_record_of_another_log_is_not_called_false_under_the_keys_of_this_one(town: Town, client: Client) -> None:
    """Whoever brings no key brings no trust; this site's own keys say nothing of somebody else's log."""
    page = uploaded(client, w.story().proof(2))
    assert "Partly checked" in page
    assert "Not genuine" not in page
    assert "Genuine" not in page


def test_a_policy_says_whom_one_trusts_as_well(town: Town, client: Client) -> None:
    lines = [f"log {vkey}" for vkey in town.register.settings.log[0].vkeys]
    page = uploaded(client, proof(client, 3), keys="\r\n".join([*lines, "quorum none"]))
    assert "Genuine. 5 of 5 checks passed" in page
    assert "Not a record" not in page
    for bad in ("log nonsense\nquorum none", "nonsense"):
        assert "This is not a record that can be checked here" in uploaded(client, proof(client, 3), keys=bad)


def test_a_key_of_somebody_else_makes_it_not_genuine(town: Town, client: Client) -> None:
    page = uploaded(client, proof(client, 3), keys=town.keys["approver"].vkey.text)
    assert "Not genuine" in page
    assert "is not signed by a key that you gave" in page


def test_a_proof_can_be_pasted_with_other_line_ends(town: Town, client: Client) -> None:
    pasted = "\r\n" + proof(client, 3).decode().replace("\n", "\r\n") + "  "
    answer = client.post("/verify", files={"file": ("", b"")}, data={"proof": pasted})
    assert "5 of 5 checks passed" in answer.text


def test_a_changed_proof_is_not_genuine(client: Client) -> None:
    good = proof(client, 12).decode()
    lines = good.split("\n")
    entry = bytearray(base64.b64decode(lines[1].removeprefix("extra ")))
    entry[200] ^= 1
    changed = "\n".join([lines[0], "extra " + base64.b64encode(bytes(entry)).decode(), *lines[2:]])
    moved = good.replace("\nindex 12\n", "\nindex 13\n")
    unsigned = good[: good.index("\n— ") + 1]
    for bad in (changed, moved, unsigned):
        page = uploaded(client, bad.encode())
        assert "Not genuine" in page
        assert "The check that failed:" in page


def test_every_changed_byte_of_a_proof_is_noticed(town: Town, client: Client) -> None:
    """Up to the signatures: each of the log's two keys is enough, and a line under a changed key id is a stranger's."""
    good = proof(client, 0)
    assert "Genuine." in uploaded(client, good, keys=key_of(town))
    for at in range(0, good.index("\n— ".encode()), 23):
        changed = bytearray(good)
        changed[at] ^= 2
        assert "Genuine." not in uploaded(client, bytes(changed), keys=key_of(town)), at


def test_a_proof_of_another_register_is_not_genuine_here(town: Town, client: Client) -> None:
    other = proof(client, 3).replace(b"northcliffe", b"southcliffe")
    assert "Genuine." not in uploaded(client, other, keys=key_of(town))


def test_something_else_is_said_to_be_something_else(client: Client) -> None:
    for other in (
        b"hello",
        b"%PDF-1.7",
        b"\x00\xff\xfe",
        b"{}",
        b"<script>alert(1)</script>",
        b"<html>",
        b"MIME-Version: 1.0\n\n",
    ):
        page = uploaded(client, other)
        assert "This is not a record that can be checked here" in page


def test_nothing_at_all_is_asked_for_again(client: Client) -> None:
    page = uploaded(client, b"")
    assert "There is a problem" in page
    assert "Choose a file, or paste its text" in page


def test_what_is_no_bundle_is_bounded_like_any_form_and_says_what_to_do(
    town: Town, client: Client, forgotten: None
) -> None:
    sent = b"c2sp.org/tlog-proof@v1\n" + b"a" * town.register.settings.limits.body
    answer = client.post("/verify", files={"file": ("a", sent)})
    assert answer.status_code == 413
    assert "only a bundle may have more than 1.0 MB here; a browser that runs the script" in answer.json()["detail"]
    text = client.post(
        "/verify", files={"file": ("", b"")}, data={"proof": "a" * (town.register.settings.limits.body + 1)}
    )
    assert text.status_code == 413
    page = client.post("/verify", files={"file": ("a", sent)}, headers={"accept": "text/html"})
    assert "and so does the program that the page gives" in text_of(page.text)


def test_a_bundle_as_large_as_a_real_one_is_checked_without_a_script(client: Client, forgotten: None) -> None:
    """Its documents, its pages for people and its proofs are far more than a form may have."""
    story = w.story([w.LOG])
    data = story.fpbundle("court", more={"record.html": b"a" * 9_000_000})
    assert len(data) > 9_000_000
    assert "Genuine. 7 of 7 checks passed" in uploaded(client, data, keys=w.LOG.vkey)
    assert "Not genuine" in uploaded(client, data[:-1], keys=w.LOG.vkey)


def test_what_is_larger_than_the_limit_is_refused_before_it_is_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = msgspec.structs.replace(town.register.settings.limits, bundle=2_000_000)
    monkeypatch.setattr(town.register, "settings", msgspec.structs.replace(town.register.settings, limits=small))
    with TestClient(create_app(town.register)) as own:
        answer = own.post("/verify", files={"file": ("a", b"PK" + b"a" * 2_100_000)})
        assert answer.status_code == 413
        assert "more was sent than the 2.1 MB that are taken here; a browser that runs" in answer.json()["detail"]


def test_large_files_come_one_at_a_time_and_a_few_a_minute(client: Client, forgotten: None) -> None:
    large = b"PK" + b"a" * 1_100_000
    with verify._one_large:
        busy = client.post("/verify", files={"file": ("a", large)})
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
        assert "another large file is being checked" in busy.json()["detail"]
        assert "Genuine" in uploaded(client, w.story([w.LOG]).fpbundle("court"), keys=w.LOG.vkey), "a small one is"
    codes = [client.post("/verify", files={"file": ("a", large)}).status_code for _ in range(verify.LARGE_PER_MINUTE)]
    assert codes == [200] * (verify.LARGE_PER_MINUTE - 1) + [429]
    assert not verify._one_large.locked()


def test_a_bundle_of_more_steps_than_one_visitor_may_ask_for_goes_to_the_program(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged, "MOST_OF_BUNDLE", 3)
    page = uploaded(client, w.story([w.LOG]).fpbundle("court"), keys=w.LOG.vkey)
    assert "This is not a record that can be checked here" in page
    assert "and so does the program" in page


def test_a_bundle_is_checked(client: Client) -> None:
    story = w.story([w.LOG])
    assert "Genuine. 7 of 7 checks passed" in uploaded(client, story.fpbundle("court"), keys=w.LOG.vkey)
    public = uploaded(client, story.fpbundle("public"), keys=w.LOG.vkey)
    assert "are not opened in this edition" in public
    assert "from a bundle alone: hold it beside the register, with the program" in public
    assert "Not genuine" in uploaded(client, story.fpbundle().replace(b"for people", b"For people", 1), keys=w.LOG.vkey)
    assert "Not genuine" in uploaded(client, b"PK\3\4")


def test_evidence_of_two_histories_is_recognised(client: Client) -> None:
    story = w.story([w.LOG])
    texts = (story.head(5), f"{w.ORIGIN}\n5\n{w.b64(b'x' * 32)}\n".encode(), story.head(6))
    one, other, later = (text + b"\n" + w.LOG.note(text) for text in texts)
    assert "Genuine. 3 of 3 checks passed" in uploaded(client, one + b"--\n" + other, keys=w.LOG.vkey)
    assert "Partly checked" in uploaded(client, one + b"--\n" + later, keys=w.LOG.vkey)
    assert "by themselves they prove nothing" in uploaded(client, one + b"--\n" + later, keys=w.LOG.vkey)
    for false in (one + b"--\n" + one, one + b"--\n" + texts[1] + b"\n" + w.NEW_LOG.note(texts[1])):
        assert "Not genuine" in uploaded(client, false, keys=w.LOG.vkey)
    for broken in (b"\n--\n", one + b"--\n", one + b"--\nhello"):
        assert "Not genuine" in uploaded(client, broken, keys=w.LOG.vkey)


def test_a_state_on_paper_vouches_for_a_proof(town: Town, client: Client) -> None:
    origin, size, root = client.get("/checkpoint").text.split("\n")[:3]
    good = proof(client, 3)
    for typed in (paper.lines(origin, int(size), base64.b64decode(root)), f"{origin}\n{size}\n{root}\n"):
        assert "Genuine. 6 of 6 checks passed" in uploaded(client, good, paper=typed)
    leaves = [base64.b64decode(client.get(f"/log/{i}.json").json()["leaf"]) for i in range(7)]
    assert "Genuine. 6 of 6" in uploaded(client, good, paper=paper.lines(origin, 7, w.root_of(leaves)))
    for wrong in (paper.lines(origin, 7, b"x" * 32), paper.lines(origin, int(size), b"x" * 32)):
        assert "one of the two histories was changed" in uploaded(client, good, paper=wrong)
    assert "the paper is of the log" in uploaded(client, good, paper=paper.lines("log.example/other", 7, b"x" * 32))
    assert "cannot be tied together here" in uploaded(client, good, paper=paper.lines(origin, 10**6, b"x" * 32))
    assert "This is not a record that can be checked here" in uploaded(client, good, paper="hello")


# Saved pages


def saved(town: Town, client: Client, name: str = "decision, contract") -> str:
    return client.get(town.pages()[name]).text


def steps_of(page: str) -> str:
    found = re.search(r'data-made-from="([^"]*)"', page)
    assert found
    return unescape(found[1])


def saying(page: str, said: str) -> str:
    """The page, with another statement of what it was made from."""
    return re.sub(r'data-made-from="[^"]*"', lambda _: f'data-made-from="{escape(said)}"', page)


def mhtml(page: str) -> bytes:
    """The page in one file, as some browsers write it."""
    message = EmailMessage()
    message.make_related()
    part = EmailMessage()
    part.set_content(page, subtype="html", charset="utf-8", cte="quoted-printable")
    message.attach(part)
    return b"MIME-Version: 1.0\r\n" + message.as_bytes().replace(b"MIME-Version: 1.0\n", b"").replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"<!---->" * 500,
        b"<!doctype html>" + b"<a " * 20_000,
        b"<!doctype html>" + b"<p a='" * 20_000,
        b"<!doctype html>" + b"<p data-from=/x>" * 20_000,
        b"<!doctype html>" + b"<p>" * 20_000 + b"</q>" * 20_000,
        b"<!doctype html>&#" + b"1" * 5000 + b";",
        b"MIME-Version: 1.0\r\nContent-Type: text/html; " + b"(" * 5000 + b"\r\n\r\n<p>",
        b"MIME-Version: 1.0\r\nContent-Type: text/html; " + b"a=b; " * 100_000 + b"\r\n\r\n<p>",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000,
        b"MIME-Version: 1.0\r\n" + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000)
        ),
    ],
    ids=["comments", "tags", "quotes", "marks", "ends", "letter", "brackets", "words", "parts", "within"],
)  # fmt: skip
def test_a_page_that_was_made_to_hold_the_server_up_is_no_record(client: Client, data: bytes) -> None:
    """Anybody may send one. The library's own readers take minutes over each, or fall over it."""
    assert "This is not a record that can be checked here" in uploaded(client, data)


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"<!DOCTYPE html><p>", True),
        (b"\xef\xbb\xbf\n<!-- saved --> <!---->\r\n<HTML lang=en>", True),
        (b"<body>", True),
        (b"MIME-Version: 1.0\r\n", True),
        (b"<p>", False),
        (b"words <html>", False),
        (b"<!-- <html>", False),
        (b"", False),
    ],
)
def test_a_page_is_known_by_how_it_begins(data: bytes, is_one: bool) -> None:
    assert saved_page.is_page(data) is is_one


def test_a_saved_page_names_no_more_places_than_the_server_looks_up(
    town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairplace.http.saved_page.MOST_PLACES", 3)
    page = saved(town, client)
    assert "at most" in uploaded(client, page.encode())
    monkeypatch.setattr("fairplace.http.saved_page.MOST_LETTERS", 100)
    assert "at most: give a proof instead" in uploaded(client, page.encode())


def test_a_saved_page_is_checked_step_by_step_and_word_by_word(town: Town, client: Client) -> None:
    page = saved(town, client)
    for data in (page.encode(), b"\xef\xbb\xbf" + page.encode(), mhtml(page)):
        answer = uploaded(client, data, keys=key_of(town))
        assert "Genuine. 3 of 3 checks passed" in answer
        assert "the site writes these itself" in answer


def test_every_page_that_names_its_steps_can_be_checked(town: Town, client: Client) -> None:
    checked = 0
    for name, address in town.pages().items():
        page = client.get(address).text
        if "data-made-from" in page:
            assert "Genuine. 3 of 3 checks passed" in uploaded(client, page.encode(), keys=key_of(town)), name
            checked += 1
    assert checked >= 16


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (WINNER.name, "Larchfield Homes CIC", "the page says “LarchfieldHomesCIC” where the record says"),
        ("£9,600,000", "£1", ""),
        ("Children chose the furniture", "Nobody chose the furniture", "where the record says"),
        ("a place near their school", "a place far from their school", "where the record says"),
    ],
)
def test_a_saved_page_with_another_word_is_not_genuine(
    town: Town, client: Client, old: str, new: str, why: str
) -> None:
    page = saved(town, client)
    assert old in page
    answer = uploaded(client, page.replace(old, new).encode(), keys=key_of(town))
    assert ("Not genuine" in answer) is bool(why)
    assert why in answer


def test_a_saved_page_of_steps_that_the_log_does_not_have_is_not_genuine(town: Town, client: Client) -> None:
    page = saved(town, client)
    said = steps_of(page)
    made = json.loads(said)
    leaf = made["steps"][3][1]
    changes = {
        "fingerprint": said.replace(leaf, made["steps"][4][1]),
        "log has no such step": said.replace('"steps":[', f'"steps":[[9000,"{leaf}"],'),
        "state that was never published": said.replace(made["checkpoint"].split("\n")[2], leaf),
    }
    for why, changed in changes.items():
        assert changed != said
        answer = uploaded(client, saying(page, changed).encode(), keys=key_of(town))
        assert "Not genuine" in answer, why
        assert why in answer


@pytest.mark.parametrize(
    "changed",
    ["{}", "[]", "", "\ud83d", '{"checkpoint":"","format":"fairplace/page/2","page":"/","steps":[]}', "[" * 2000],
)
def test_a_page_that_does_not_say_its_steps_cannot_be_checked(town: Town, client: Client, changed: str) -> None:
    page = saved(town, client)
    answer = uploaded(client, saying(page, changed).encode("utf-8", "replace"))
    assert "This is not a record that can be checked here" in answer


def test_a_page_of_another_register_is_sent_to_its_own_site(town: Town, client: Client) -> None:
    page = saved(town, client).replace("northcliffe.example/commissioning", "southcliffe.example/commissioning")
    assert "can be checked on the site of that register" in uploaded(client, page.encode())


def test_the_checker_can_be_taken_away(client: Client) -> None:
    assert client.get("/fairplace_verify.py").content == Path(fairplace_verify.__file__).read_bytes()


def test_the_page_gives_the_command_with_the_logs_key(town: Town, client: Client) -> None:
    page = client.get("/verify").text
    assert "python3 fairplace_verify.py" in page
    assert key_of(town) in page.replace("&#43;", "+")


def test_where_the_key_register_stands_is_a_list_of_places(town: Town, client: Client) -> None:
    found = client.get("/log/register.json").json()
    entries = [client.get(f"/log/{i}.json").json()["envelope"] for i in range(found["size"])]
    assert found["indexes"] == [i for i, one in enumerate(entries) if one["stream"] == entries[0]["stream"]]
    assert len(found["indexes"]) > 8
