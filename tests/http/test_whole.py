"""The whole record in one download: it unpacks to what is published, and holds without this server."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

import fairplace_verify
from fairplace.cli import main
from fairplace.errors import Busy, Missing
from fairplace.http.app import create_app
from fairplace.ledger.archive import Archive
from fairplace.ledger.disclosure import parse_opening
from fairplace.ledger.public_folder import PublicFolder
from fairplace.openness.commands import WithdrawValue
from fairplace.people.commands import DeclareInterests
from tests.http.conftest import Client
from tests.office import MONITORING, Office, open_office

STRONGEST = "offered the strongest care"


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def published(office: Office) -> dict[str, bytes]:
    public = office.register.public
    return {path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()}


def judged(office: Office, files: dict[str, bytes], folder: Path) -> fairplace_verify.Report:
    """What the checker says of these files, unpacked into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return fairplace_verify.verify_register(folder, office.register.settings.log[0].vkeys)


def opened(files: dict[str, bytes]) -> str:
    """Every opened value in these files, as text."""
    lines = [line for name, data in files.items() if name.startswith("disclosures/") for line in data.split(b"\n")]
    return " ".join(str(parse_opening(line[1:].decode("ascii")).value) for line in lines if line)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("whole") / "register", until="released") as told:
        told.register.follow()
        yield told


@pytest.fixture(scope="module")
def client(office: Office) -> Iterator[Client]:
    with TestClient(create_app(office.register), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Office]:
    """A register that a test may change."""
    with open_office(tmp_path / "register", until="planned") as told:
        told.register.follow()
        yield told


def test_it_holds_exactly_what_is_published(office: Office, client: Client) -> None:
    answer = client.get("/log.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="log.zip"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert unpacked(answer.content) == published(office)


def test_three_commands_check_the_whole_record(
    office: Office, client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Download, unpack, run the checker: as the page says, in processes of their own."""
    (tmp_path / "log.zip").write_bytes(client.get("/log.zip").content)
    (tmp_path / "fairplace_verify.py").write_bytes(client.get("/fairplace_verify.py").content)
    [key, *_] = office.register.settings.log[0].vkeys
    for command in (
        [sys.executable, "-m", "zipfile", "-e", "log.zip", "record"],
        [sys.executable, "fairplace_verify.py", "record", "--key", key],
    ):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "GENUINE. " in done.stdout
    capsys.readouterr()
    assert main(["check", str(tmp_path / "record"), "--json"]) in (0, 1)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert {one["case"] for one in said} == {office.case}
    assert "met" in {one["outcome"] for one in said}


def test_the_same_record_gives_the_same_bytes(office: Office, client: Client, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "public"
    for name, data in sorted(published(office).items(), reverse=True):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(data)
    with Archive(copy).open().file as file:
        again = file.read()
    assert again == client.get("/log.zip").content
    assert list(unpacked(again)) == sorted(unpacked(again))


def test_who_has_it_already_is_told_so(client: Client) -> None:
    first = client.get("/log.zip")
    again = client.get("/log.zip", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/log.zip", headers={"if-none-match": '"old"'}).status_code == 200
    head = client.head("/log.zip")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == first.headers["content-length"]


def test_nothing_but_get_and_head_is_answered(client: Client) -> None:
    assert client.post("/log.zip").status_code == 405


def test_each_checkpoint_has_its_own_and_the_one_before_goes(own: Office, tmp_path: Path) -> None:
    archive = Archive(own.register.public)
    before = archive.open()
    own.do(DeclareInterests(id="test", acting_as="officer"))
    own.register.follow()
    after = archive.open()
    with before.file as old, after.file as new:
        assert after.digest != before.digest
        assert unpacked(new.read()) == published(own)
        assert judged(own, unpacked(old.read()), tmp_path / "old").exit_code == 0, (
            "whoever had opened the one before keeps it"
        )
    assert [path.name for path in own.register.public.with_name(".public.zip").iterdir()] == [f"{after.digest}.zip"]


def test_what_was_taken_down_is_in_no_later_one(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="released") as own:
        own.register.follow()
        archive = Archive(own.register.public)
        with archive.open().file as file:
            assert STRONGEST in opened(unpacked(file.read()))
        entry = own.at["procurement.awarded/1"]
        down = WithdrawValue(id="test", entry=entry, slots=["/reasons"], ground="personal", reason="It names somebody")
        own.do(down, by=MONITORING)
        own.register.follow()
        with archive.open().file as file:
            found = unpacked(file.read())
        assert STRONGEST not in opened(found)
        assert judged(own, found, tmp_path / "found").exit_code == 0


def test_every_download_is_true_while_publishing_goes_on(own: Office, tmp_path: Path) -> None:
    """Each of many archives taken in the middle of it is whole."""
    stop = threading.Event()

    def publish() -> None:
        while not stop.is_set():
            own.register.publisher.publish()

    writer = threading.Thread(target=publish)
    writer.start()
    archive = Archive(own.register.public, patience=300)  # this writer leaves no moment between two turns
    sizes = set()
    try:
        for number in range(12):
            own.do(DeclareInterests(id="test", acting_as="officer"))
            with archive.open().file as file:
                report = judged(own, unpacked(file.read()), tmp_path / f"copy {number}")
            assert report.exit_code == 0, report.verdict
            sizes.add(report.size)
    finally:
        stop.set()
        writer.join()
    assert len(sizes) > 1


def test_while_somebody_publishes_it_says_try_again(own: Office) -> None:
    with PublicFolder(own.register.public).lease() as held:
        assert held
        with pytest.raises(Busy):
            Archive(own.register.public, patience=0.05).open()
    Archive(own.register.public).open().file.close()


def test_a_publisher_waits_for_whoever_sets_files_aside(own: Office) -> None:
    folder = PublicFolder(own.register.public)
    with folder.still(), folder.lease() as held:
        assert not held
    with folder.lease() as held:
        assert held


def test_what_a_publisher_left_half_done_is_not_given_out(own: Office) -> None:
    with TestClient(create_app(own.register), raise_server_exceptions=False) as client:
        beyond = own.register.public / "tile/0/000.p/255"
        beyond.write_bytes(b"")
        answer = client.get("/log.zip")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        beyond.unlink()
        assert client.get("/log.zip").status_code == 200


def test_a_file_that_is_not_published_stays_behind(own: Office) -> None:
    for stray in ("stray.txt", "tile/0/000.p/.hidden", "disclosures/notes"):
        (own.register.public / stray).parent.mkdir(exist_ok=True)
        (own.register.public / stray).write_text("not ours")
    with Archive(own.register.public).open().file as file:
        assert b"not ours" not in unpacked(file.read()).values()


def test_before_anything_is_published_there_is_nothing_to_pack(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        Archive(tmp_path / "public").open()


def test_the_pages_say_where_it_is_and_how_to_check_it(office: Office, client: Client) -> None:
    for address in ("/verify", "/log"):
        assert 'href="/log.zip" download' in client.get(address).text
    page = client.get("/verify").text
    assert "unzip -d record log.zip" in page
    assert "python3 fairplace_verify.py record --key" in page
    assert "one short program" not in page
