"""A register is read from a web site, from any web server or the program's own, and a hostile one gets nothing by it."""

from __future__ import annotations

import functools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uvicorn

import fairplace_verify
from fairplace.http.app import create_app
from fairplace.on_disk import Register
from fairplace_verify import Site, Unreadable, main, verify_proof, verify_register
from tests.office import open_office
from tests.verifier.writer import LOG, Writer, planned, story

STORY = story([LOG])
FILES = STORY.files()
Answering = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairplace_verify, "PATIENCE", 0)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler] | functools.partial[SimpleHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def answering(answer: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def giving(files: Mapping[str, bytes]) -> Answering:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        data = files.get(asked.path[1:])
        asked.send_response(404 if data is None else 200)
        asked.send_header("content-length", str(len(data or b"")))
        asked.end_headers()
        asked.wfile.write(data or b"")

    return answer


def said(answer: Answering) -> str:
    with serving(answering(answer)) as address, pytest.raises(Unreadable) as caught:
        verify_register(address, [LOG.vkey])
    return str(caught.value)


# what is there


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_published_folder_behind_a_plain_web_server_is_genuine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, data in FILES.items():
        (tmp_path / "log" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / name).write_bytes(data)
    with serving(functools.partial(Quiet, directory=str(tmp_path))) as address:
        assert main([f"{address}/log/", "--key", LOG.vkey]) == 0
        out = capsys.readouterr().out
        assert "GENUINE. " in out
        assert "lists no files: checkpoints before the newest, and files that do not belong there, were not" in out
        (tmp_path / "a.tlog-proof").write_bytes(STORY.proof(13))
        assert main([str(tmp_path / "a.tlog-proof"), "--key", LOG.vkey, "--register", f"{address}/log"]) == 0
        assert main([address, "--key", LOG.vkey]) == 2
        assert "NOT A RECORD. " in capsys.readouterr().out


@contextmanager
def served(register: Register) -> Iterator[str]:
    """The address of a register's site, while the program's own server gives it out."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # who connects before the program is ready waits
    server = uvicorn.Server(uvicorn.Config(create_app(register), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_the_program_s_own_server_gives_out_a_register_that_is_genuine(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="released") as office:
        office.register.follow()
        with served(office.register) as address:
            report = verify_register(address, office.register.settings.log[0].vkeys)
        assert report.word == "genuine", report.verdict
        assert report.size == office.register.reader.size


def test_a_site_without_the_first_bundle_of_entries_shows_hashes_alone_and_that_is_said() -> None:
    files = {name: data for name, data in FILES.items() if not name.startswith("tile/entries")}
    with serving(answering(giving(files))) as address:
        report = verify_register(address, [LOG.vkey])
    assert report.word == "partly checked"
    assert "its entries are not public, so what they say, and who signed them, was not checked" in report.verdict


@pytest.mark.parametrize(
    "name",
    sorted(
        set(FILES) - {"checkpoint", "checkpoints/5", "tile/0/000.p/5", "tile/entries/000.p/5", "tile/entries/000.p/14"}
    ),
)
def test_every_file_that_is_missing_or_changed_is_found(name: str) -> None:
    with serving(answering(giving({key: data for key, data in FILES.items() if key != name}))) as address:
        report = verify_register(address, [LOG.vkey])
        assert report.false is not None
        assert "the file is missing" in str(report.false)
    data = FILES[name]
    with serving(answering(giving(FILES | {name: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]}))) as address:
        assert verify_register(address, [LOG.vkey]).exit_code == 1


def test_a_register_that_is_published_to_meanwhile_is_read_again() -> None:
    files, writer = dict(FILES), story([LOG])
    plain = giving(files)

    def grow(asked: BaseHTTPRequestHandler) -> None:
        if asked.path.startswith("/tile/entries") and len(writer.entries) == 14:
            writer.disclose({9: ["/bids/01/marks"]}, "value.withdrawn/1")
            files.update(writer.publish().files())
        plain(asked)

    with serving(answering(grow)) as address:
        report = verify_register(address, [LOG.vkey])
    assert (report.word, report.size) == ("genuine", 15), report.verdict


# what a hostile server may try


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    sent = [0]

    def endless(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(200)
        asked.end_headers()
        try:
            while True:
                asked.wfile.write(bytes(1 << 16))
                sent[0] += 1 << 16
        except OSError:
            pass

    with serving(answering(endless)) as address, pytest.raises(Unreadable, match="no checkpoint"):
        verify_register(address, [LOG.vkey])
    assert sent[0] < 20_000_000


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairplace_verify, "TIMEOUT", 0.2)
    assert "timed out" in said(lambda _: time.sleep(1))


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairplace_verify, "TIMEOUT", 0.5)  # ten times as long as a byte takes

    def drip(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(200)
        asked.end_headers()
        try:
            for _ in range(1_000):
                asked.wfile.write(b"x")
                asked.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    assert "comes too slowly" in said(drip)


def leading(target: str) -> Answering:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(302)
        asked.send_header("location", target)
        asked.send_header("content-length", "0")
        asked.end_headers()

    return answer


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2/checkpoint", "https://127.0.0.1/checkpoint", "ftp://127.0.0.1/x", "http://[::1/x"]
)
def test_a_site_that_points_away_is_not_followed(target: str) -> None:
    assert "points away" in said(leading(target)) or "cannot be read" in said(leading(target))


def test_a_site_that_points_to_a_file_of_the_reader_s_is_not_followed() -> None:
    assert any(words in said(leading("file:///etc/passwd")) for words in ("points away", "answered with 302"))


def test_a_site_may_point_to_another_place_of_its_own() -> None:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        if asked.path.startswith("/new/"):
            asked.path = asked.path[4:]
            giving(FILES)(asked)
        else:
            leading(f"/new{asked.path}")(asked)

    with serving(answering(answer)) as address:
        assert verify_register(address, [LOG.vkey]).word == "genuine"


def test_a_site_that_points_in_circles_is_given_up() -> None:
    assert "302" in said(leading("/checkpoint"))


def test_a_connection_that_breaks_off_is_no_falsehood() -> None:
    def broken(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(200)
        asked.send_header("content-length", "1000")
        asked.end_headers()
        asked.wfile.write(b"log.example")

    assert "broke off 989 bytes before the end" in said(broken)


@pytest.mark.parametrize("status", [301, 401, 403, 500, 503])
def test_an_answer_that_is_neither_yes_nor_no_is_no_falsehood(status: int) -> None:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        asked.send_header("content-length", "0")
        asked.end_headers()

    assert str(status) in said(answer)


def test_nobody_at_home_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreadable, match="cannot be read"):
        verify_register(f"http://127.0.0.1:{port}", [LOG.vkey])


@pytest.mark.parametrize(
    "address", ["http://", "http://user@127.0.0.1/", "http://127.0.0.1/?x", "https://127.0.0.1/#x"]
)
def test_an_address_of_something_else_is_said(address: str) -> None:
    with pytest.raises(Unreadable, match="is no address of a register"):
        Site(address)
    assert main([address]) == 2


def test_a_checkpoint_of_more_entries_than_there_can_be_is_answered_soon() -> None:
    head = FILES["checkpoint"].replace(b"\n14\n", b"\n999999999999999999\n")
    files = {"checkpoint": head, "checkpoints/999999999999999999": head, "policy": FILES["policy"]}
    assert "too long to be asked for file by file" in said(giving(files))


def test_a_proof_beside_a_site_is_judged_as_beside_a_folder() -> None:
    writer = Writer([LOG]).begin()
    planned(writer)
    with serving(answering(giving(writer.publish().files()))) as address:
        beside = fairplace_verify.audit(address, fairplace_verify.read_trust([LOG.vkey], None))
        assert verify_proof(writer.proof(5), [LOG.vkey], beside=beside).word == "genuine"
