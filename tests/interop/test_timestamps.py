"""A time from outside, with a real authority made for the test, and OpenSSL to judge it on both sides."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace import stamping
from fairplace.cli import main
from fairplace.errors import Malformed, Misconfigured, Missing, Unproven
from fairplace.ledger.archive import Archive
from fairplace.ledger.note import parse_note
from fairplace.on_disk import Register
from fairplace.people.commands import DeclareInterests
from fairplace_verify import verify_register
from tests import story
from tests.interop.authority import Authority
from tests.office import Office, open_office

pytestmark = pytest.mark.needs_openssl

PAGE = Path(__file__).parents[2] / "docs/how-to/timestamps.md"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not shutil.which("openssl") or not shutil.which("curl"):
        pytest.skip("timestamps are tested with openssl and curl: sudo apt-get install openssl curl")
    return Authority(tmp_path_factory.mktemp("authorities") / "one")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register") as office:
        office.register.publisher.publish()
        yield office


def grown(office: Office) -> int:
    """One entry more, published."""
    office.do(
        story.plan() if "procurement.planned/1" not in office.at else DeclareInterests(id="test", acting_as="officer")
    )
    published = office.register.publisher.publish()
    assert published is not None
    return published.size


def stamped(register: Register, authority: Authority) -> int:
    _, query = stamping.ask(register)
    size, new = stamping.add(register, authority.answer(query), authority.ca, authority.chain)
    assert new
    register.publisher.publish()
    return size


def test_a_token_is_published_beside_its_checkpoint_and_part_of_the_archive(
    office: Office, authority: Authority
) -> None:
    register = office.register
    before = Archive(register.public).open()
    size = stamped(register, authority)
    token = register.public / f"timestamp/{size}.tsr"
    text = parse_note((register.public / f"checkpoints/{size}").read_bytes())[0]
    assert hashlib.sha256(text).digest() in token.read_bytes()
    after = Archive(register.public).open()
    assert after.digest != before.digest
    with zipfile.ZipFile(after.file) as packed:
        assert packed.read(f"timestamp/{size}.tsr") == token.read_bytes()
    keys = register.settings.log[0].vkeys
    report = verify_register(register.public, keys)
    assert report.exit_code == 0, report.verdict
    assert any("openssl ts -verify" in note for note in report.notes)


def test_it_stays_when_the_log_grows_and_comes_back_when_the_folder_is_made_anew(
    office: Office, authority: Authority, tmp_path: Path
) -> None:
    register = office.register
    size = stamped(register, authority)
    token = (register.public / f"timestamp/{size}.tsr").read_bytes()
    assert grown(office) > size
    second = stamped(register, authority)
    assert (register.public / f"timestamp/{size}.tsr").read_bytes() == token
    for out in (tmp_path / "new", tmp_path / "new"):
        register.publisher.publish_to(out)
        assert sorted(path.name for path in (out / "timestamp").iterdir()) == sorted([f"{size}.tsr", f"{second}.tsr"])
    (tmp_path / "new" / f"timestamp/{size}.tsr").write_bytes(b"another")
    register.publisher.publish_to(tmp_path / "new")
    assert (tmp_path / "new" / f"timestamp/{size}.tsr").read_bytes() == token
    assert verify_register(tmp_path / "new", register.settings.log[0].vkeys).exit_code == 0


def test_a_token_whose_checkpoint_is_not_there_is_not_shown(office: Office, authority: Authority) -> None:
    register = office.register
    size = stamped(register, authority)
    (register.folder / "timestamps/999.tsr").write_bytes((register.folder / f"timestamps/{size}.tsr").read_bytes())
    grown(office)
    assert [path.name for path in (register.public / "timestamp").iterdir()] == [f"{size}.tsr"]


def test_a_checkpoint_keeps_its_first_token(office: Office, authority: Authority) -> None:
    register = office.register
    size = stamped(register, authority)
    first = register.timestamps.get(size)
    _, query = stamping.ask(register)
    assert stamping.add(register, authority.answer(query), authority.ca, authority.chain) == (size, False)
    assert register.timestamps.get(size) == first


def test_an_answer_may_come_after_the_log_has_grown_and_in_any_order(office: Office, authority: Authority) -> None:
    register = office.register
    early, query = stamping.ask(register)
    late = grown(office)
    _, other = stamping.ask(register)
    for size, asked in ((late, other), (early, query)):
        assert stamping.add(register, authority.answer(asked), authority.ca, authority.chain) == (size, True)
    assert register.timestamps.sizes() == [early, late]


def test_what_is_no_good_answer_is_refused_and_nothing_changes(
    office: Office, authority: Authority, tmp_path: Path
) -> None:
    register = office.register
    with pytest.raises(Missing, match="no query waits"):
        stamping.add(register, b"", authority.ca)
    _, query = stamping.ask(register)
    good = authority.answer(query)
    stranger = Authority(tmp_path / "stranger", "Stranger")
    earlier = good
    _, second = stamping.ask(register)
    (tmp_path / "register/timestamps/asked").rename(tmp_path / "gone")
    _, third = stamping.ask(register)
    refused = {
        "of another authority": (stranger.answer(third), authority.ca, authority.chain, "certificate"),
        "under a certificate that is not trusted": (authority.answer(third), stranger.ca, None, "certificate"),
        "to a query that was not asked here": (earlier, authority.ca, authority.chain, "nonce mismatch"),
        "to an older query": (authority.answer(second), authority.ca, authority.chain, "nonce mismatch"),
        "that is empty": (b"", authority.ca, authority.chain, "openssl says"),
        "that is no answer": (b"\x30\x03\x02\x01\x02", authority.ca, authority.chain, "openssl says"),
        "cut short": (good[:-100], authority.ca, authority.chain, "openssl says"),
        "with a flipped byte": (flipped(authority.answer(third)), authority.ca, authority.chain, "openssl says"),
    }
    for what, (answer, ca, chain, why) in refused.items():
        with pytest.raises(Unproven, match=why):
            stamping.add(register, answer, ca, chain)
        assert not register.timestamps.sizes(), what
    with pytest.raises(Malformed, match="65536"):
        stamping.add(register, bytes(65_537), authority.ca)
    with pytest.raises(Missing, match="certificate as PEM"):
        stamping.add(register, good, tmp_path / "nowhere.pem")
    assert stamping.add(register, authority.answer(third), authority.ca, authority.chain)[1]


def flipped(data: bytes) -> bytes:
    return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]


def test_a_query_about_a_checkpoint_that_was_taken_back_is_answered_in_vain(
    office: Office, authority: Authority
) -> None:
    register = office.register
    size, query = stamping.ask(register)
    [asked] = (register.folder / "timestamps/asked").iterdir()
    asked.rename(asked.with_name(f"{size + 7}-0.tsq"))
    with pytest.raises(Unproven, match="which this register does not have"):
        stamping.add(register, authority.answer(query), authority.ca, authority.chain)


def test_queries_without_answers_do_not_pile_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamping, "MOST_ASKED", 3)
    for _ in range(5):
        stamping.ask(office.register)
    assert len(list((office.register.folder / "timestamps/asked").iterdir())) == 3


def test_without_openssl_it_says_so(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured, match="apt-get install openssl"):
        stamping.ask(office.register)


def test_the_commands_say_what_is_wrong(
    office: Office, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, query, answer = str(office.register.folder), tmp_path / "now.tsq", tmp_path / "now.tsr"
    assert main(["timestamp", "request", folder, str(tmp_path / "no/now.tsq")]) == 2
    assert main(["timestamp", "request", folder, str(query)]) == 0
    assert main(["timestamp", "add", folder, str(answer), "--ca", str(authority.ca)]) == 2
    answer.write_bytes(b"hello")
    assert main(["timestamp", "add", folder, str(answer), "--ca", str(authority.ca)]) == 1
    answer.write_bytes(authority.answer(query.read_bytes()))
    given = ["timestamp", "add", folder, str(answer), "--ca", str(authority.ca), "--chain", str(authority.chain)]
    assert main(given) == 0
    assert main(["timestamp", "request", folder, str(query)]) == 0
    answer.write_bytes(authority.answer(query.read_bytes()))
    assert main(given) == 0
    said = " ".join(capsys.readouterr().err.split())
    for words in (
        "a file in a folder that exists",
        "there is no file",
        "answers none of the 1 queries",
        "the first was kept",
    ):
        assert words in said


@pytest.mark.slow
def test_the_page_is_done_as_it_stands(office: Office, authority: Authority, tmp_path: Path) -> None:
    daily, check = re.findall(r"```sh\n(.+?)```", PAGE.read_text("utf-8"), re.DOTALL)
    public = office.register.public
    size = (public / "checkpoint").read_text("utf-8").splitlines()[1]
    with authority.served() as address:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{daily}\n{check}"],
            cwd=tmp_path,
            env=os.environ
            | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "REGISTER": str(office.register.folder)}
            | {"TSA": address, "TSA_CA": str(authority.ca), "RECORD": str(public), "SIZE": size},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Verification: OK" in done.stdout
    assert "Time stamp: " in done.stdout
