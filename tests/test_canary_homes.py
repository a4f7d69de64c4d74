"""Children, schools, streets and days that exist nowhere else stand in every text of a register of placements.

Nobody outside may find one of them: not in a published file, a page, a release in any form, a log, a message, or in
what a search looks through. They are looked for as they are, and in whatever is base64 of something.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from fairplace import issuing, shelf
from fairplace.cli import main
from fairplace.cli.keys import keyring
from fairplace.http import numbers_folder
from fairplace.http.app import create_app
from fairplace.ledger.disclosure import opened
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.synthesis.region.made_up import CANARIES
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.register import CANARY_FILE, build
from fairplace.workroom import Workroom
from tests.test_canary import ENCODED, LINK, decoded

REGISTER = msgspec.structs.replace(preset("tiny"), referrals=60)
UNTIL = ("2025-03-31", "2025-09-30", "2026-03-31")
COUNTED = ("decisions", "answers", "endings")
"""The plans of which something comes out; nobody introduced a provider in this region."""
ALL = (*CANARIES, *sorted({word for one in CANARIES[:8] for word in one.split() if len(word) > 7}))
"""Whole, and each long word of a name by itself: short ones stand by chance in what is random."""


def found(data: bytes) -> list[str]:
    text = b"\n".join([data, *(decoded(run) for run in ENCODED.findall(data))]).decode("utf-8", "replace").casefold()
    return [one for one in ALL if one.casefold() in text or quote(one).casefold() in text]


def signers(register: Register, folder: Path) -> list[Signer]:
    """An officer and an approver of the made-up authority."""
    keys = keyring(folder)
    known = register.reader.register()
    by_role = {
        role: name
        for name in keys.names()
        for role in known.roles_of(name, keys=known.head_leaf, index=known.head_index + 1)
    }
    return [keys.signer(by_role[role]) for role in ("officer", "approver")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty searches, and the releases of their numbers: one of each plan and half-year, the first taken back."""
    folder = tmp_path_factory.mktemp("canaries") / "register"
    build(folder, REGISTER, seed=6, canaries=True)
    with Register.open(folder) as register:
        two = signers(register, folder)
        for until in UNTIL:
            for plan in COUNTED:
                test = "Weighed: no home can be told." if plan == "decisions" else None
                issuing.sign(register, issuing.draft(register, plan, until, public_interest_test=test), two)
        issuing.withdraw(register, "decisions", 1, "Some homes were counted twice", two[0])
        register.follow()
    return folder


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[Litestar]:
    with Register.open(folder) as register:
        yield create_app(register)


def texts(value: object) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield from [value] if isinstance(value, str) else [text for item in inner for text in texts(item)]


def test_they_stand_in_every_text_that_people_wrote(folder: Path) -> None:
    with Register.open(folder) as register:
        planted = {
            (recorded.type, slot, canary)
            for recorded in register.reader.recorded(0, register.reader.size)
            for slot, value in opened(recorded.event).items()
            for text in texts(value)
            for canary in CANARIES
            if canary in text
        }
    assert {canary for _, _, canary in planted} == set(CANARIES)
    assert len({(kind, slot) for kind, slot, _ in planted}) >= 15
    assert {(kind, slot) for kind, slot, _ in planted if kind.startswith("contest.")} == {
        ("contest.why-asked/1", "/words"),
        ("contest.why-answered/1", "/answer"),
        ("contest.lodged/1", "/words"),
        ("contest.answered/1", "/answer"),
        ("contest.decided/1", "/reason"),
        ("contest.remedied/1", "/words"),
    }
    assert found("für Zephyrine".encode())
    assert found(b"Wm9lIFplcGh5cmluZSBRdWlsbGZlYXRoZXIu")


def test_no_file_of_the_register_holds_one_in_the_clear(folder: Path) -> None:
    """What is published least of all; and what is kept within is encrypted."""
    held = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    del held[CANARY_FILE]
    assert any(name.startswith("public/") for name in held)
    assert {name: found(path.read_bytes()) for name, path in held.items() if found(path.read_bytes())} == {}
    assert [name for name in held if found(name.encode())] == []


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged, but for what the visitor's own client says of its addresses."""
    return "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))


def public_addresses(app: Litestar) -> Iterator[str]:
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.route_handler_map:
            handler, _ = route.route_handler_map["GET"]
            if handler.opt.get("audience") == "public":
                yield route.path


def test_no_public_address_says_one_to_anybody(
    app: Litestar, folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with Register.open(folder) as register:
        cases, size = register.reader.cases(), register.reader.size
    caplog.set_level(logging.DEBUG)
    waiting = {"/", "/index.json", "/robots.txt", "/nothing", "/homes/feed.json"}
    for path in public_addresses(app):
        for value in ("1", str(size - 1), cases[-1], "decisions-2", quote(CANARIES[0])):
            waiting.add(re.sub(r"\{[^}]*\}", value, path))
    waiting |= {f"/homes/{plan}-{number}{suffix}" for plan in COUNTED for number in (1, 2, 3)
                for suffix in ("", ".json", ".csv", ".tlog-proof")}  # fmt: skip
    seen, told = set(waiting), 0
    with TestClient(app) as client:
        while waiting:
            address = waiting.pop()
            answer = client.get(address, headers={"accept": "text/html"})
            assert answer.status_code < 500, address
            told += len(answer.content)
            # What a visitor typed may be said to that visitor again.
            typed = quote(CANARIES[0]) in address
            said = found(repr(sorted(answer.headers.items())).encode() + answer.content)
            assert typed or not said, (address, said)
            for link in LINK.findall(answer.text):
                path = link.replace("&amp;", "&")
                if path not in seen and not path.startswith(("/static", "/scripts")):
                    seen.add(path)
                    waiting.add(path)
    assert told > 500_000
    out, err = capfd.readouterr()
    assert found(f"{out}\n{err}\n{logged(caplog)}".encode()) == []


def test_no_release_holds_one_nor_says_one_at_the_command_line(
    folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Register.open(folder) as register:
        kept = [register.documents.get(one.document.sha256) for one in issuing.issued(register)]
        rows = [register.documents.get(one.rows.sha256) for one in issuing.issued(register) if one.rows]
    assert len(kept) == len(rows) == len(COUNTED) * len(UNTIL)
    assert [found(data) for data in (*kept, *rows)] == [[]] * (len(kept) + len(rows))
    for arguments in (["release", "make", folder, "--dry-run"], ["release", "list", folder], ["doctor", folder]):
        main([str(one) for one in arguments])
    out, err = capfd.readouterr()
    assert "decisions" in out
    assert found(f"{out}\n{err}\n{logged(caplog)}".encode()) == []


def test_no_file_of_the_folder_for_a_web_server_holds_one(folder: Path, tmp_path: Path) -> None:
    with Register.open(folder) as register:
        assert numbers_folder.write(register, shelf.root("web"), tmp_path / "out") == len(COUNTED) * len(UNTIL)
    held = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert len(held) > 4 * len(COUNTED) * len(UNTIL)
    assert {name: found(data) for name, data in held.items() if found(data)} == {}


def test_no_message_is_on_its_way_about_a_child(folder: Path) -> None:
    with Register.open(folder) as register:
        outbox = Workroom(register).outbox
        assert [one for case in ("", *register.reader.cases()) for one in outbox.of_case(case)] == []
