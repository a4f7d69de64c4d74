"""The log's keys change while it runs: what is broken off is finished by doing it again, and no reader is left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import fairplace_verify
from fairplace import log_keys, settings
from fairplace.cli import main
from fairplace.errors import Conflict, Misconfigured, Refused
from fairplace.keyring import NEXT, Keyring, keep_worthless, succeed
from fairplace.ledger.note import parse_note
from fairplace.on_disk import Register
from fairplace.signer.folder import add_keys, next_suffix
from fairplace.signer.keeper import Keeper
from fairplace.signer.server import SignerServer
from tests.office import ROOT, Office, open_office, seed_of, signer


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register") as made:
        made.register.follow()
        yield made


def again(office: Office) -> Register:
    """The register as the next process opens it."""
    return Register.open(office.folder, office.register.sources)


def verified(office: Office, *vkeys: str) -> None:
    for vkey in vkeys:
        report = fairplace_verify.verify_register(office.register.public, [vkey])
        assert report.exit_code == 0, report.verdict


def test_old_and_new_keys_sign_every_checkpoint_until_the_old_retire(office: Office) -> None:
    old = office.register.settings.log[0].vkeys
    new = log_keys.add(office.register, signer(ROOT))
    assert settings.load(office.folder).log[0].vkeys == [*old, *new]
    _, lines = parse_note((office.register.public / "checkpoint").read_bytes())
    assert [line.key_id.hex() for line in lines] == [vkey.split("+")[1] for vkey in (old[0], new[0], old[1], new[1])]
    verified(office, *old, *new)
    office.pass_by(days=30)
    with again(office) as register:
        done = log_keys.retire(register, signer(ROOT), stolen=False)
    assert (done.vkeys, sorted(done.destroyed)) == (old, sorted(old))
    assert settings.load(office.folder).log[0].vkeys == new
    verified(office, *new)
    assert fairplace_verify.verify_register(office.register.public, [old[0]]).exit_code == 1


def test_old_keys_do_not_retire_a_moment_too_soon(office: Office) -> None:
    log_keys.add(office.register, signer(ROOT))
    office.pass_by(days=30, seconds=-1)
    with again(office) as register, pytest.raises(Refused, match="for 30 days"):
        log_keys.retire(register, signer(ROOT), stolen=False)
    with again(office) as register:
        assert log_keys.retire(register, signer(ROOT), stolen=True).vkeys


def test_new_seeds_that_are_there_already_are_taken_into_use(office: Office) -> None:
    secrets = office.folder / "secrets"
    add_keys(secrets, office.register.sources.entropy, next_suffix(secrets))
    drawn = set(office.register.signer.last().vkeys) - set(office.register.settings.log[0].vkeys)
    assert set(log_keys.add(office.register, signer(ROOT))) == drawn
    assert next_suffix(secrets) == "-3"


def test_a_rotation_that_ended_before_the_settings_were_written_is_finished(office: Office) -> None:
    old = office.register.settings.log[0].vkeys
    new = log_keys.add(office.register, signer(ROOT))
    settings.set_vkeys(office.folder, old)
    with again(office) as register:
        assert log_keys.add(register, signer(ROOT)) == []
    assert settings.load(office.folder).log[0].vkeys == [*old, *new]
    with again(office) as register, pytest.raises(Refused, match="already; those can be retired from"):
        log_keys.add(register, signer(ROOT))


def test_a_signer_of_its_own_makes_the_keys_and_the_register_takes_them_into_use(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = office.register.settings.log[0].vkeys
    with TemporaryDirectory(prefix="fp-") as short:  # the address of a socket is at most 107 bytes
        state, path = Path(short) / "signer", Path(short) / "socket"
        assert main(["signer", "move", str(office.folder), str(state), "--socket", str(path)]) == 0
        stop = threading.Event()
        with SignerServer(path, {office.register.origin: Keeper(state, office.register.origin)}) as server:
            thread = threading.Thread(target=server.serve, args=(stop,))
            thread.start()
            try:
                with (
                    again(office) as register,
                    pytest.raises(Misconfigured, match="run 'fairplace signer add-keys STATE'"),
                ):
                    log_keys.add(register, signer(ROOT))
                capsys.readouterr()
                assert main(["signer", "add-keys", str(state)]) == 0
                drawn = capsys.readouterr().out.split()
                with again(office) as register:
                    assert sorted(log_keys.add(register, signer(ROOT))) == sorted(drawn)
                office.pass_by(days=30)
                with again(office) as register:
                    assert log_keys.retire(register, signer(ROOT), stolen=False).destroyed == []
            finally:
                stop.set()
                thread.join()
    assert settings.load(office.folder).log[0].vkeys == drawn
    assert not set(drawn) & set(old)
    verified(office, *drawn)


def test_nothing_older_nothing_retired(office: Office) -> None:
    with pytest.raises(Refused, match="no older keys to retire"):
        log_keys.retire(office.register, signer(ROOT), stolen=True)


def test_settings_keep_what_people_wrote_in_them(office: Office) -> None:
    path = office.folder / settings.FILE
    path.write_text(f"# ours since 2026\nquorum = 0\n{path.read_text()}\n[limits]\ncommand = 4096 # small\n")
    new = log_keys.add(office.register, signer(ROOT))
    text = path.read_text()
    assert "# ours since 2026" in text
    assert "command = 4096 # small" in text
    assert settings.load(office.folder).limits.command == 4096
    assert settings.load(office.folder).log[0].vkeys[-2:] == new


def test_settings_that_no_program_can_change_are_left_as_they_are(office: Office) -> None:
    path = office.folder / settings.FILE
    before = settings.load(office.folder)
    path.write_text(
        f'format = 1\nauthority = "A"\nlog = [{{origin = "{before.origin}", vkeys = {before.log[0].vkeys}}}]\n'.replace(
            "'", '"'
        )
    )
    with pytest.raises(Misconfigured, match="say by hand under"):
        settings.set_vkeys(office.folder, ["x"])
    assert settings.load(office.folder).log[0].vkeys == before.log[0].vkeys


def test_a_new_key_file_takes_the_place_of_the_old_which_stays_beside_it(tmp_path: Path) -> None:
    name = "council.example/officer/a1"
    keep_worthless(tmp_path, name, seed_of("one"))
    with pytest.raises(Conflict):
        keep_worthless(tmp_path, name, seed_of("two"))
    for number, seed in enumerate(("two", "three")):
        keep_worthless(tmp_path, name, seed_of(seed), suffix=NEXT)
        keys = Keyring(tmp_path)
        successor = keys.successor(name)
        assert successor is not None
        assert keys.signer(name).vkey != successor.vkey
        succeed(tmp_path, name)
        assert Keyring(tmp_path).signer(name).vkey == successor.vkey
        assert Keyring(tmp_path).successor(name) is None
        assert Keyring(tmp_path).names() == [name]
        assert len(list(tmp_path.rglob("*.replaced*"))) == number + 1
