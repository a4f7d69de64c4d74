"""The page that checks a proof: true, false, other, and honest about whose word it is."""

from __future__ import annotations

import base64
from pathlib import Path

import fairplace_verify
from tests.http.conftest import Client
from tests.http.test_pages import text_of
from tests.http.town import Town


def proof(client: Client, index: int) -> bytes:
    return client.get(f"/log/{index}.tlog-proof").content


def uploaded(client: Client, data: bytes) -> str:
    answer = client.post("/verify", files={"file": ("a.tlog-proof", data)}, data={"proof": ""})
    assert answer.status_code == 200
    return text_of(answer.text)


def test_a_proof_is_genuine(town: Town, client: Client) -> None:
    page = uploaded(client, proof(client, town.at["reasons"]))
    assert "Genuine. 5 of 5 checks passed" in page
    assert f"step number {town.at['reasons']}" in page
    assert "This is this server’s word." in page


def test_a_proof_can_be_pasted_with_other_line_ends(town: Town, client: Client) -> None:
    pasted = "\r\n" + proof(client, 3).decode().replace("\n", "\r\n") + "  "
    answer = client.post("/verify", files={"file": ("", b"")}, data={"proof": pasted})
    assert "Genuine." in answer.text


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
        assert "Not genuine, or not of this register" in page
        assert "The check that failed:" in page


def test_every_changed_byte_of_a_proof_is_noticed(client: Client) -> None:
    """Up to the signatures: each of the log's two keys is enough, and a line under a changed key id is a stranger's."""
    good = proof(client, 0)
    for at in range(0, good.index("\n— ".encode()), 23):
        changed = bytearray(good)
        changed[at] ^= 2
        assert "Genuine." not in uploaded(client, bytes(changed)), at


def test_a_proof_of_another_register_is_not_genuine_here(town: Town, client: Client) -> None:
    other = proof(client, 3).replace(b"northcliffe", b"southcliffe")
    assert "Genuine." not in uploaded(client, other)


def test_something_else_is_said_to_be_something_else(client: Client) -> None:
    for other in (b"hello", b"%PDF-1.7", b"\x00\xff\xfe", b"{}", b"<script>alert(1)</script>"):
        page = uploaded(client, other)
        assert "This is not a proof file" in page


def test_nothing_at_all_is_asked_for_again(client: Client) -> None:
    page = uploaded(client, b"")
    assert "There is a problem" in page
    assert "Choose a proof file, or paste its text" in page


def test_a_file_that_no_proof_can_be_is_refused_by_its_size(client: Client) -> None:
    answer = client.post("/verify", files={"file": ("a", b"c2sp.org/tlog-proof@v1\n" + b"a" * 300_000)})
    assert answer.status_code == 413


def test_the_checker_can_be_taken_away(client: Client) -> None:
    assert client.get("/fairplace_verify.py").content == Path(fairplace_verify.__file__).read_bytes()


def test_the_page_gives_the_command_with_the_logs_key(town: Town, client: Client) -> None:
    page = client.get("/verify").text
    assert "python3 fairplace_verify.py" in page
    assert town.register.settings.log[0].vkeys[0] in page.replace("&#43;", "+")
