"""An old copy put back: nobody goes on from it unawares, what can be brought back comes back, and the rest is declared."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import fairplace_verify
from fairplace import copies, recovering
from fairplace.cli import main
from fairplace.errors import Malformed, Misconfigured, Missing, Refused
from fairplace.ledger.archive import Archive
from fairplace.ledger.note import Vkey
from fairplace.on_disk import Register
from fairplace.seen import believed
from fairplace.signer.memory import FILE, Memory
from fairplace.witness import own
from tests import story
from tests.office import CHAPTERS, ORIGIN, ROOT, as_json, open_office, signer
from tests.signer.test_serving import process, short
from tests.story import DOMAIN, OFFERS, OFFICER
from tests.witness.served import served

__all__ = ["short"]

EVERYTHING = ("register.sqlite", "public", f"secrets/{FILE}")


class Drill:
    """A register that was copied at night, went on in the morning, and lost its disk at noon."""

    def __init__(self, home: Path) -> None:
        self.folder, self.night, self.noon = home / "register", home / "night", home / "noon"
        with open_office(self.folder, real_time=True, keys=True) as office:
            office.do(story.plan())
            self.case = office.case
            office.register.follow()
        shutil.copytree(self.folder, self.night)
        with Register.open(self.folder) as register:
            self.kept = register.reader.size
            self.vkeys = register.settings.log[0].vkeys
            self.work(register, 3)
            register.publisher.publish()
            self.work(register, 2)
            register.follow()
            self.size = register.reader.size
            self.root = register.store.head(ORIGIN).root
        shutil.copytree(self.folder, self.noon)

    def work(self, register: Register, count: int, word: str = "morning") -> None:
        for number in range(count):
            name = f"{DOMAIN}/officer/{word}{number}{register.reader.size}"
            register.enrol(
                signer(name).vkey.text, "officer", holder=f"Holder of {name}", provider=None, admin=signer(ROOT)
            )

    def put_back(self, *parts: str) -> None:
        """Of the night's copy."""
        for part in parts:
            here = self.folder / part
            for path in [here, *here.parent.glob(f"{here.name}-*")]:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            source = self.night / part
            if source.is_dir():
                shutil.copytree(source, here)
            elif source.exists():
                shutil.copy(source, here)

    def state(self) -> tuple[object, ...]:
        """What must not change while everything is refused."""
        with Register.open(self.folder) as register:
            return (
                register.reader.size,
                register.store.checkpoints(ORIGIN),
                (self.folder / "secrets" / FILE).read_bytes(),
                {path: path.read_bytes() for path in self.folder.joinpath("public").rglob("*") if path.is_file()},
            )

    def command(self, path: Path) -> Path:
        line = as_json(story.conflicts(), case=self.case, id="after") | {"as": OFFICER.key}
        path.write_text(json.dumps(line) + "\n")
        return path

    def verified(self, *more: str) -> bool:
        return fairplace_verify.main([str(self.folder), "--key", self.vkeys[0], *more]) == 0


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Drill]:
    home = tmp_path_factory.mktemp("drill")
    return home, Drill(home)


@pytest.fixture
def drill(pristine: tuple[Path, Drill], tmp_path: Path) -> Drill:
    home, first = pristine
    shutil.copytree(home, tmp_path / "drill")
    copied = Drill.__new__(Drill)
    copied.__dict__ = {
        name: tmp_path / "drill" / value.name if isinstance(value, Path) else value
        for name, value in vars(first).items()
    }
    return copied


@contextmanager
def witnessed(drill: Drill, home: Path) -> Iterator[str]:
    """A witness that has seen the newest checkpoint, and is named in the settings of the register and its copies."""
    made = own.create(home / "witness", "witness.elsewhere.example")
    for vkey in drill.vkeys:
        made.state.trust(Vkey.parse(vkey), 1)
    with served(made) as url:
        table = f'\n[[witness]]\nname = "w1"\nvkey = "{made.vkeys[0].text}"\nurl = "{url}"\n'
        for folder in (drill.folder, drill.night):
            settings = folder / "fairplace.toml"
            settings.write_text(settings.read_text() + table)
        with Register.open(drill.folder) as register:
            drill.work(register, 1)
            register.follow()
            drill.size, drill.root = register.reader.size, register.store.head(ORIGIN).root
        yield url


WHO = {
    "the published folder": ("register.sqlite",),
    "the signer": ("register.sqlite", "public"),
    "the witness w1": EVERYTHING,
}


@pytest.mark.parametrize("who", WHO)
def test_nobody_records_or_signs_on_an_old_copy(
    drill: Drill, tmp_path: Path, who: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with witnessed(drill, tmp_path):
        drill.put_back(*WHO[who])
        before = drill.state()
        vkey = signer(f"{DOMAIN}/officer/new").vkey.text
        for arguments in (
            ["record", str(drill.folder), str(drill.command(tmp_path / "commands"))],
            ["key", "enrol", str(drill.folder), vkey, "--role", "officer", "--holder", "A"],
            ["publish", str(drill.folder), str(tmp_path / "out")],
            ["serve", str(drill.folder), "--port", "0"],
            ["doctor", str(drill.folder)],
        ):
            capsys.readouterr()
            assert main(arguments) == 5, arguments
            said = " ".join(capsys.readouterr().err.split())
            assert f"{who} has seen {drill.size} entries of {ORIGIN}, and only {drill.kept} are here" in said
            assert "an old copy of the register was put back" in said
            assert "'fairplace recover'" in said
        assert drill.state() == before
        # Reading goes on.
        assert main(["check", str(drill.folder)]) == 0


def test_a_witness_that_does_not_answer_is_not_waited_for_and_stops_nobody(drill: Drill, tmp_path: Path) -> None:
    with witnessed(drill, tmp_path):
        pass
    drill.put_back(*EVERYTHING)
    with Register.open(drill.folder) as register:
        drill.work(register, 1, "noon")


def test_a_claim_that_the_log_never_signed_stops_nobody(drill: Drill) -> None:
    note = (drill.noon / "public/checkpoint").read_bytes()
    keys = [Vkey.parse(vkey) for vkey in drill.vkeys]
    assert believed("x", note, ORIGIN, keys) is not None
    for claim in (note.replace(f"\n{drill.size}\n".encode(), b"\n999999\n"), b"", b"x", note[:-9]):
        assert believed("x", claim, ORIGIN, keys) is None
    assert believed("x", note, "log.elsewhere.example/x", keys) is None
    assert believed("x", note, ORIGIN, [signer("a.example/x").vkey]) is None


# Bringing it back


@contextmanager
def website(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join(5)


def assert_whole(drill: Drill, size: int | None = None) -> None:
    with Register.open(drill.folder) as register:
        assert register.ahead() == []
        if size is None:
            assert (register.reader.size, register.store.head(ORIGIN).root) == (drill.size, drill.root)
        assert main(["doctor", str(drill.folder)]) == 0
        drill.work(register, 1, "afternoon")
        register.follow()
    assert drill.verified()


def test_what_the_published_folder_has_comes_back_from_it(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    drill.put_back("register.sqlite")
    before = {path: path.read_bytes() for path in (drill.folder / "public").rglob("*") if path.is_file()}
    assert main(["recover", str(drill.folder)]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert f"Took entries {drill.kept} to {drill.size - 1} back from {drill.folder / 'public'}" in said
    # Whose keys they are was sealed, and only the lost file knew.
    for index in range(drill.kept, drill.size):
        assert f"entry {index}, key.added/1: /holder" in said
    assert "do not run their files again" in said
    assert {path: path.read_bytes() for path in (drill.folder / "public").rglob("*") if path.is_file()} == before
    assert main(["recover", str(drill.folder)]) == 0
    assert "The register is whole" in capsys.readouterr().err
    assert_whole(drill)


@pytest.mark.parametrize("kind", ["register", "folder", "zip", "address"])
def test_what_is_missing_comes_back_from_any_copy(
    drill: Drill, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    drill.put_back("register.sqlite", "public")
    assert main(["recover", str(drill.folder)]) == 5
    said = " ".join(capsys.readouterr().err.split())
    assert f"the signer has seen {drill.size} entries, {drill.size - drill.kept} more than are here" in said
    assert "--from FOLDER|ZIP|URL" in said
    with website(drill.noon / "public") as url:
        packed = tmp_path / "log.zip"
        copied = Archive(drill.noon / "public").open()
        packed.write_bytes(copied.file.read())
        copied.file.close()
        source = {"register": drill.noon, "folder": drill.noon / "public", "zip": packed, "address": url}[kind]
        assert main(["recover", str(drill.folder), "--from", str(source)]) == 0
    shown = sorted(path.name for path in (drill.folder / "public/checkpoints").iterdir())
    all_of_them = sorted(path.name for path in (drill.noon / "public/checkpoints").iterdir())
    # Over HTTP nobody can list what is there: the newest checkpoint is enough to go on.
    assert set(shown) == set(all_of_them) - ({str(drill.size - 2)} if kind == "address" else set())
    assert_whole(drill)


def test_a_recovery_that_broke_off_is_finished_by_running_it_again(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill.put_back("register.sqlite", "public")
    monkeypatch.setattr(recovering, "BATCH", 2)
    real, calls = recovering._Taking.take, []

    def once(self: recovering._Taking, start: int, raws: list[bytes]) -> None:
        calls.append(start)
        if len(calls) == 2:
            raise Misconfigured("the disk is full")
        real(self, start, raws)

    with monkeypatch.context() as patched:
        patched.setattr(recovering._Taking, "take", once)
        assert main(["recover", str(drill.folder), "--from", str(drill.noon)]) == 5
    with Register.open(drill.folder) as register:
        assert register.reader.size == drill.kept + 2
    assert main(["recover", str(drill.folder), "--from", str(drill.noon)]) == 0
    assert_whole(drill)


def bent(folder: Path, name: str) -> None:
    path = folder / name
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def test_a_copy_that_was_changed_gives_nothing_back(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    drill.put_back("register.sqlite", "public")
    before = drill.state()
    for name in (f"tile/entries/000.p/{drill.size}", "checkpoint"):
        copy = drill.folder.parent / f"copy of {Path(name).parent.name}"
        shutil.copytree(drill.noon / "public", copy)
        bent(copy, name)
        code = main(["recover", str(drill.folder), "--from", str(copy)])
        said = " ".join(capsys.readouterr().err.split())
        assert (code, "another root" in said or "not signed by a key" in said) in {(5, True), (1, True)}, said
        assert drill.state() == before


def test_a_copy_of_another_history_gives_nothing_back(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    """Both were signed with the log's own key: which of them stands, only the reader of both can say."""
    drill.put_back(*EVERYTHING)
    with Register.open(drill.folder) as register:
        drill.work(register, 1, "other")
        register.follow()
    assert main(["recover", str(drill.folder), "--from", str(drill.noon)]) == 5
    said = " ".join(capsys.readouterr().err.split())
    assert "do not continue the" in said
    assert f"{drill.noon} has seen {drill.size} entries" in said


def test_what_is_no_copy_gets_a_sentence(drill: Drill, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"PK\x03\x04 no archive")
    with website(tmp_path) as url:
        for where, error in [
            (tmp_path / "nothing", Missing),
            (tmp_path, Missing),
            (tmp_path / "file", Malformed),
            (url, Missing),
            ("http://127.0.0.1:1/", Missing),
        ]:
            with pytest.raises(error):
                copies.opened(str(where))
    for arguments in (["--declare-loss"], ["--reason", "disk"], ["--declare-loss", "--reason", "because"]):
        assert main(["recover", str(drill.folder), *arguments]) == 2


def test_public_texts_come_back_and_sealed_ones_that_are_lost_are_named(tmp_path: Path) -> None:
    offers = OFFERS[:2]
    with open_office(tmp_path / "register", until="asked", offers=offers) as office:
        office.register.follow()
        office.register.store._connections.get().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(office.folder, tmp_path / "night")
        kept = office.register.reader.size
        for chapter in list(CHAPTERS)[list(CHAPTERS).index("asked") + 1 :]:
            CHAPTERS[chapter](office, offers)
        office.register.follow()
        size = office.register.reader.size
        sources = office.register.sources
    with Register.open(tmp_path / "night", sources) as register:
        register.go_on_although_behind()
        taken = recovering.take_back(register, copies.opened(str(tmp_path / "register")))
        assert (taken.before, taken.after) == (kept, size)
        deposits = [slots for _, kind, slots in taken.closed if kind == "deposit.received/1"]
        assert len(deposits) >= len(offers)
        assert any("/case" in slots for slots in deposits)
        register.follow()
        # What is gone stays gone, and whoever looks the register over is told of it.
        misfiled = list(register.reader.misfiled())
        assert misfiled
        assert all("is missing from the store" in sentence for sentence in misfiled)
        assert register.replay.check(size) == []
        with Register.open(tmp_path / "register", sources) as whole:
            came_back = 0
            for index in range(size):
                held, was = register.reader.openings(index), whole.reader.openings(index)
                public = whole.public / f"disclosures/{index:03d}"
                if index >= kept:
                    shown = public.read_text().split() if public.exists() else []
                    came_back += len(shown)
                    assert sorted(f"~{one.text}" for one in held.values()) == sorted(shown)
                else:
                    assert held == was
            assert came_back > 10
            assert published(whole.public) == published(register.public)


def published(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Declaring what is lost


def assert_declared(drill: Drill, seen: int) -> None:
    with Register.open(drill.folder) as register:
        [(index, loss)] = register.reader.register().losses().items()
        assert (index, loss.kept.size, loss.lost.size) == (drill.kept, drill.kept, seen)
    evidence = {path.name for path in (drill.folder / f"public/lost/{drill.kept}").iterdir()}
    assert str(seen) in evidence
    assert drill.verified()


@pytest.mark.parametrize("who", WHO)
def test_what_nobody_has_is_declared_lost_and_the_log_goes_on(
    drill: Drill, tmp_path: Path, who: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with witnessed(drill, tmp_path):
        drill.put_back(*WHO[who])
        shutil.rmtree(drill.folder / "public/tile", ignore_errors=who == "the witness w1")
        assert main(["recover", str(drill.folder)]) == 5
        assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 0, capsys.readouterr().err
        assert_declared(drill, drill.size)
        assert_whole(drill, drill.kept)
        # Again and again: the witness still holds what was lost, and that is no news any more.
        with Register.open(drill.folder) as register:
            drill.work(register, 20, "on")
            register.follow()
        assert main(["doctor", str(drill.folder)]) == 0
        assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 1
        assert drill.verified()


def test_a_loss_is_not_declared_while_a_copy_has_what_is_missing(drill: Drill) -> None:
    drill.put_back("register.sqlite", "public")
    assert main(["recover", str(drill.folder), "--from", str(drill.noon), "--declare-loss", "--reason", "disk"]) == 1
    assert not (drill.folder / "public/lost").exists()
    assert_whole(drill)


def test_a_loss_after_a_part_came_back_is_of_the_rest_alone(drill: Drill, tmp_path: Path) -> None:
    """The website was copied between two checkpoints of the morning."""
    older = tmp_path / "older"
    shutil.copytree(drill.night / "public", older)
    size = drill.size - 2
    for name in ("tile", "checkpoints"):
        shutil.copytree(drill.noon / "public" / name, older / name, dirs_exist_ok=True)
    shutil.copy(drill.noon / f"public/checkpoints/{size}", older / "checkpoint")
    drill.put_back("register.sqlite", "public")
    assert main(["recover", str(drill.folder), "--from", str(older), "--declare-loss", "--reason", "disk"]) == 0
    drill.kept = size
    assert_declared(drill, drill.size)


def test_a_history_that_went_on_from_an_old_copy_declares_the_other_lost(drill: Drill) -> None:
    """Nobody knew better when the old copy was put back; then somebody found the morning's website."""
    drill.put_back(*EVERYTHING)
    with Register.open(drill.folder) as register:
        drill.work(register, 9, "other")
        register.follow()
        drill.kept = register.reader.size
    assert drill.kept > drill.size
    arguments = ["recover", str(drill.folder), "--from", str(drill.noon)]
    assert main(arguments) == 5
    assert main([*arguments, "--declare-loss", "--reason", "mistake"]) == 0
    assert_declared(drill, drill.size)
    assert_whole(drill, drill.kept)


def test_a_second_loss_keeps_the_evidence_of_the_first(drill: Drill) -> None:
    night = drill.night
    drill.put_back("register.sqlite", "public")
    assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 0
    first = drill.kept
    shutil.copytree(drill.folder, drill.folder.parent / "second")
    with Register.open(drill.folder) as register:
        drill.work(register, 2, "on")
        register.follow()
        size = register.reader.size
    # The copy after the first loss is put back: the first declaration is in it.
    drill.night = drill.folder.parent / "second"
    drill.put_back("register.sqlite", "public")
    drill.kept = first + 1
    assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 0
    assert {path.name for path in (drill.folder / "public/lost").iterdir()} == {str(first), str(first + 1)}
    assert drill.verified()
    # And then the copy from before it, with the website of now: nothing is missing.
    drill.night = night
    drill.put_back("register.sqlite")
    assert main(["recover", str(drill.folder)]) == 0
    assert drill.verified()
    assert size > first


def test_evidence_that_was_kept_for_a_loss_that_nobody_declared_goes_again(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine stops between the evidence and the declaration; then a copy is found after all."""
    drill.put_back("register.sqlite", "public")
    with monkeypatch.context() as patched:
        patched.setattr(recovering, "check_signers", lambda *_: (_ for _ in ()).throw(Refused("stopped here")))
        assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 1
    with Register.open(drill.folder) as register:
        assert register.store.lost(ORIGIN) != []
        assert register.reader.register().losses() == {}
    assert main(["recover", str(drill.folder), "--from", str(drill.noon)]) == 0
    assert not (drill.folder / "public/lost").exists()
    assert_whole(drill)


def test_only_the_root_key_declares_a_loss(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    drill.put_back("register.sqlite", "public")
    arguments = ["recover", str(drill.folder), "--declare-loss", "--reason", "disk", "--as", OFFICER.key]
    assert main(arguments) == 1
    assert "role" in capsys.readouterr().err
    with Register.open(drill.folder) as register:
        assert register.reader.size == drill.kept


def test_a_loss_is_not_declared_on_rows_that_were_changed(drill: Drill) -> None:
    drill.put_back("register.sqlite", "public")
    with Register.open(drill.folder) as register:
        raw = register.store._connections.get()
        raw.execute("UPDATE log SET root = zeroblob(32)")
    assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 1


# The signer


def test_a_signer_that_lost_its_memory_remembers_what_was_seen(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    (drill.folder / "secrets" / FILE).unlink()
    with Register.open(drill.folder) as register:
        drill.work(register, 1, "noon")  # what is recorded stands
        with pytest.raises(Misconfigured, match=r"memory .* is missing.*'fairplace recover'"):
            register.follow()
    assert main(["recover", str(drill.folder)]) == 0
    assert f"it goes on from {drill.size} entries" in " ".join(capsys.readouterr().err.split())
    assert Memory(drill.folder / "secrets", ORIGIN).read().size == drill.size + 1
    assert drill.verified()


def test_a_signer_of_its_own_goes_back_for_a_declared_loss_and_for_nothing_else(drill: Drill, short: Path) -> None:
    state, path = drill.folder.parent / "signer", short / "socket"
    assert main(["signer", "move", str(drill.folder), str(state), "--socket", str(path)]) == 0
    drill.put_back("register.sqlite", "public")
    with process(path, state):
        before = (state / FILE).read_bytes()
        with Register.open(drill.folder) as register, pytest.raises(Misconfigured, match="the signer has seen"):
            register.follow()
        assert (state / FILE).read_bytes() == before
        assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 0
        assert_declared(drill, drill.size)
        assert_whole(drill, drill.kept)


def test_a_signer_of_its_own_that_is_behind_a_witness_is_told_how_to_catch_up(
    drill: Drill, short: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its operator put its memory back, too; what the witness signed is more than either remembers."""
    state, path = drill.folder.parent / "signer", short / "socket"
    with witnessed(drill, tmp_path):
        with Register.open(drill.folder) as register:
            drill.work(register, 1, "late")
            register.follow()
            drill.size = register.reader.size
        shutil.copy(drill.noon / "secrets" / FILE, drill.folder / "secrets" / FILE)
        assert main(["signer", "move", str(drill.folder), str(state), "--socket", str(path)]) == 0
        drill.put_back("register.sqlite", "public")
        with process(path, state):
            declare = ["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]
            assert main(declare) == 5
            said = " ".join(capsys.readouterr().err.split())
            assert "'fairplace signer init STATE --origin" in said
            catch_up = [
                "signer",
                "init",
                str(state),
                "--origin",
                ORIGIN,
                "--from",
                str(drill.folder / "lost.checkpoint"),
            ]
            assert main(catch_up) == 0
            assert main(declare) == 0
            assert_declared(drill, drill.size)


def test_the_memory_is_not_made_anew_while_it_is_there(drill: Drill) -> None:
    with Register.open(drill.folder) as register:
        with pytest.raises(Refused, match="is not made anew"):
            recovering.remember_again(register, [])
        (drill.folder / "secrets" / FILE).unlink()
        with pytest.raises(Misconfigured, match="nothing that was signed of this log can be found"):
            recovering.remember_again(register, [])
