"""A register with witnesses: what it publishes, what its pages and receipts say, what its operator is told."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import structlog
from litestar.testing import TestClient
from structlog.testing import capture_logs

import fairplace_verify
from fairplace import receipts
from fairplace.cli import main
from fairplace.cli.serving import UNCOSIGNED, Uncosigned
from fairplace.errors import Misconfigured
from fairplace.http.app import create_app
from fairplace.ledger import paper
from fairplace.on_disk import Register
from fairplace.witness.client import Collector
from tests.http.test_pages import text_of
from tests.witness.council import founded, grow, name_witnesses, neighbour, opened
from tests.witness.served import free_port, served


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return founded(tmp_path_factory.mktemp("council") / "register")


@pytest.fixture
def council(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "register"))


def audited(folder: Path, policy: str | None = None) -> fairplace_verify.Report:
    with opened(folder) as register:
        keys = [key.text for key in register.reader.register().log_keys()]
    return fairplace_verify.verify_register(folder, keys, policy)


def look_over(folder: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capfd.readouterr()
    code = main(["doctor", str(folder)])
    return code, " ".join(capfd.readouterr().err.split())


def pages(register: Register) -> str:
    with TestClient(create_app(register)) as client:
        return " ".join(text_of(client.get(path, headers={"accept": "text/html"}).text) for path in ("/log", "/verify"))


def test_a_cosigned_register_convinces_a_reader_who_trusts_its_witnesses(council: Path, tmp_path: Path) -> None:
    first, second = (neighbour(tmp_path / name, f"{name}.example", council) for name in ("w1", "w2"))
    with served(first) as one, served(second) as two:
        name_witnesses(council, (first, one), (second, two), quorum=2)
        with opened(council) as register:
            index = grow(register)
            register.follow()
            newest = register.store.last_checkpoint(register.origin)
            assert newest is not None
            assert register.cosigned(newest.note).names == ("w1.example", "w2.example")
            assert pages(register).count("Signed too by w1.example, w2.example.") == 2
            receipt = receipts.page(register, index)
    published = (council / "public/policy").read_text()
    assert "quorum quorum-group" in published
    report = audited(council, published)
    assert (report.ok, report.trusted) == (True, True), report
    assert "cosigned, by 2 of the 2 witnesses that must sign: w1.example, w2.example." in receipt
    assert paper.printed((council / "public/checkpoint").read_bytes()) in receipt


def test_a_reader_with_a_policy_of_their_own_is_not_content_with_other_witnesses(council: Path, tmp_path: Path) -> None:
    first, second = (neighbour(tmp_path / name, f"{name}.example", council) for name in ("w1", "w2"))
    with served(first) as one:
        name_witnesses(council, (first, one), quorum=1)
        with opened(council) as register:
            grow(register)
            register.follow()
            logs = "".join(f"log {key.text}\n" for key in register.reader.register().log_keys())
    mine = f"{logs}witness mine {second.vkeys[0].text}\nquorum mine\n"
    assert not audited(council, mine).trusted
    mine = f"{logs}witness mine {first.vkeys[0].text}\nquorum mine\n"
    assert audited(council, mine).trusted


def test_a_witness_that_is_away_stops_nothing_and_everybody_is_told(
    council: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, port = neighbour(tmp_path / "w1", "w1.example", council), free_port()
    name_witnesses(council, (first, f"http://127.0.0.1:{port}"), quorum=1)
    with opened(council) as register:
        register.__dict__["collector"] = Collector(register.witnesses, 1, rest=0.1)
        index = grow(register)
        register.follow()
        assert pages(register).count("Not yet cosigned: 0 of the 1 witness that must sign it have.") == 2
        assert "not yet cosigned, by 0 of the 1 witness" in receipts.page(register, index)
        assert "Ask for a newer receipt later on." in receipts.page(register, index)
        code, said = look_over(council, capfd)
        assert code == 0
        assert "witnesses: not yet cosigned, by 0 of the 1 witness that must sign; none ever had" in said
        assert "the witness w1.example: http://127.0.0.1" in said
        with served(first, port=port):
            time.sleep(0.15)
            register.follow()
            assert "Signed too by w1.example." in pages(register)
            assert "witnesses: in order" in look_over(council, capfd)[1]
        time.sleep(0.15)
        grow(register)
        register.follow()
        said = pages(register)
        assert "Not yet cosigned" in said
        assert f"The last state with enough of them had {index + 1} steps," in said
        size = register.reader.size
    assert audited(council).ok
    assert (council / f"public/checkpoints/{size}").read_bytes() == (council / "public/checkpoint").read_bytes()


def test_without_witnesses_the_pages_say_so(council: Path) -> None:
    with opened(council) as register:
        assert pages(register).count("No other body has signed it.") == 2
        assert "no other body signs the states of this log" in receipts.page(register, 0)


def test_an_old_copy_put_back_over_what_a_witness_has_seen_is_found(
    council: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = neighbour(tmp_path / "w1", "w1.example", council)
    with served(first) as url:
        name_witnesses(council, (first, url), quorum=1)
        with opened(council) as register:
            register.follow()
        old = shutil.copytree(council, tmp_path / "old")
        with opened(council) as register:
            grow(register)
            register.follow()
        shutil.rmtree(council)
        old.rename(council)
        code, said = look_over(council, capfd)
        assert code == 5
        assert "an old copy was put back" in said
        with opened(council) as register, pytest.raises(Misconfigured, match=r"the witness w1\.example has seen"):
            grow(register)


def test_a_witness_with_a_key_of_the_register_is_no_witness(
    council: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seed = bytes.fromhex((council / "secrets/receiver.seed").read_text().strip())
    first = neighbour(tmp_path / "w1", "w1.example", council)
    (first.folder / "secrets/witness.seed").write_text(seed.hex())
    own = type(first)(first.folder)
    name_witnesses(council, (own, ""))
    code, said = look_over(council, capfd)
    assert code == 5
    assert "the witness w1.example has a key of this register: it is no other body" in said


def test_after_ten_minutes_without_witnesses_the_operator_is_told_and_again_every_hour(council: Path) -> None:
    class Now:
        seconds = 0.0

        def __call__(self) -> float:
            return self.seconds

    now = Now()
    with opened(council) as register:
        alarm = Uncosigned(register, now)
        alarm.look()
        assert said(alarm, now, 10_000) == []
    with opened(council) as register:
        register.__dict__["witnesses"] = (Somebody,)
        alarm = Uncosigned(register, now)
        assert said(alarm, now, 0) == []
        assert said(alarm, now, UNCOSIGNED - 1) == []
        [first] = said(alarm, now, 1)
        assert (first["event"], first["minutes"], first["log_level"]) == ("not cosigned", 10, "warning")
        assert said(alarm, now, 3599) == []
        assert len(said(alarm, now, 1)) == 1


class Somebody:
    """A witness whose line is on no checkpoint."""

    name, vkeys, url, retired = "w1", (), "", False

    @staticmethod
    def good(*_: object) -> list[object]:
        return []


def said(alarm: Uncosigned, now: Any, later: float) -> list[Any]:
    now.seconds += later
    structlog.reset_defaults()
    with capture_logs() as logs:
        alarm.look()
    return list(logs)


def test_the_foot_of_every_printed_page_bears_the_checkpoint(council: Path) -> None:
    with opened(council) as register:
        five = paper.printed((council / "public/checkpoint").read_bytes())
        with TestClient(create_app(register)) as client:
            for path in (
                "/",
                "/decisions",
                "/challenges",
                "/rules",
                "/log",
                "/log/0",
                "/verify",
                "/about",
                "/accessibility",
            ):
                page = client.get(path, headers={"accept": "text/html"}).text
                assert f"<pre>{five}</pre>" in page, path
                assert page.index("fp-paper-foot") > page.index("</main>")
            assert "fp-paper-foot" not in client.get("/nothing", headers={"accept": "text/html"}).text


def test_a_checkpoint_is_printed_for_paper_and_as_it_is_signed(
    council: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    note = (council / "public/checkpoint").read_bytes()
    for folder in (council, council / "public"):
        capfd.readouterr()
        assert main(["checkpoint", str(folder)]) == 0
        assert capfd.readouterr().out == f"{paper.printed(note)}\n{note.decode()}"
    assert main(["checkpoint", str(tmp_path)]) == 2


def test_a_receipt_comes_with_a_page_for_people(council: Path) -> None:
    with opened(council) as register:
        entry = register.reader.entry(3)
        page = receipts.page(register, 3)
    assert page.isascii()
    assert max(map(len, page.splitlines())) <= 200
    assert len(page.splitlines()) <= 45, "it fits one page"
    assert f"Entry         3, {entry.envelope.type}\n" in page
    assert f"Fingerprint   {entry.leaf_text}\n" in page
    code = next(line.split()[-1] for line in page.splitlines() if line.startswith("Short code"))
    assert code == f"3-{entry.leaf.hex()[:4].upper()}-{entry.leaf.hex()[4:8].upper()}"
