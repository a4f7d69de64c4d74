"""Keys in files: wrapped, named, never overwritten, never trusted when damaged."""

from __future__ import annotations

import errno
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from fairplace import keyring
from fairplace.errors import Conflict, Malformed, Misconfigured, Missing, Refused
from fairplace.keyring import Cost, Keyring, Wrapped, keep, keep_worthless, personal_folder
from fairplace.ledger.note import Signer

NAME = "council.example/officer/k7d2"
SEED = bytes(range(32))
WORDS = "correct horse battery staple"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    keep(folder, NAME, SEED, WORDS)
    return folder


def test_a_wrapped_key_opens_with_its_passphrase(kept: Path) -> None:
    asked: list[str] = []
    keyring = Keyring(kept, passphrase=lambda name: asked.append(name) or WORDS)  # type: ignore[func-returns-value]
    assert keyring.signer(NAME).vkey == Signer(NAME, SEED).vkey
    assert keyring.signer(NAME) is keyring.signer(NAME)
    assert asked == [NAME]
    assert keyring.names() == [NAME]


def test_the_seed_is_nowhere_in_the_file_and_only_its_owner_reads_it(kept: Path) -> None:
    path = kept / f"{NAME}.seed"
    assert SEED not in path.read_bytes()
    assert SEED.hex() not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_file_says_what_a_guess_costs_and_opens_after_that_is_raised(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = msgspec.json.decode((kept / f"{NAME}.seed").read_bytes())
    assert written["cost"] == {"memory_kib": 65_536, "passes": 3, "lanes": 4}, "the second choice of RFC 9106"
    monkeypatch.setattr(keyring, "COST", Cost(memory_kib=128, passes=2, lanes=2))
    assert Keyring(kept, passphrase=lambda _: WORDS).signer(NAME).vkey == Signer(NAME, SEED).vkey
    other = keep(tmp_path, NAME, SEED, WORDS)
    assert msgspec.json.decode(other.read_bytes())["cost"] == {"memory_kib": 128, "passes": 2, "lanes": 2}
    assert Keyring(tmp_path, passphrase=lambda _: WORDS).signer(NAME).vkey == Signer(NAME, SEED).vkey
    # One written before it was said in the file
    del written["cost"]
    older = tmp_path / "older" / f"{NAME}.seed"
    older.parent.mkdir(parents=True)
    older.write_bytes(msgspec.json.encode(written))
    assert Keyring(tmp_path / "older", passphrase=lambda _: WORDS).signer(NAME).vkey == Signer(NAME, SEED).vkey
    # A cheaper guess is not to be had by writing that it is cheap
    written["cost"] = {"memory_kib": 64, "passes": 1, "lanes": 1}
    older.write_bytes(msgspec.json.encode(written))
    with pytest.raises(Refused, match="wrong, or its key file was changed"):
        Keyring(tmp_path / "older", passphrase=lambda _: WORDS).signer(NAME)


@pytest.mark.parametrize(
    "cost",
    [
        {"memory_kib": 64 * 1024 * 1024, "passes": 3, "lanes": 4},
        {"memory_kib": 65_536, "passes": 1_000_000, "lanes": 4},
        {"memory_kib": 65_536, "passes": 3, "lanes": 1_000},
        {"memory_kib": 0, "passes": 0, "lanes": 0},
        {"memory_kib": 65_536.5},
        None,
    ],
)
def test_a_file_that_asks_for_the_whole_machine_is_damaged(kept: Path, tmp_path: Path, cost: object) -> None:
    path = tmp_path / f"{NAME}.seed"
    path.parent.mkdir(parents=True)
    path.write_bytes(msgspec.json.encode(msgspec.json.decode((kept / f"{NAME}.seed").read_bytes()) | {"cost": cost}))
    with pytest.raises(Malformed, match="damaged"):
        Keyring(tmp_path, passphrase=lambda _: WORDS).signer(NAME)


def test_a_file_that_needs_more_memory_than_there_is_gets_a_sentence(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(keyring, "_derive", full)
    with pytest.raises(Misconfigured, match="asks for 64 MiB of memory"):
        Keyring(kept, passphrase=lambda _: WORDS).signer(NAME)


def test_a_wrong_passphrase_is_refused(kept: Path) -> None:
    for wrong in ("", WORDS.upper(), WORDS + " "):
        with pytest.raises(Refused, match="wrong, or its key file was changed"):
            Keyring(kept, passphrase=lambda _name, given=wrong: given).signer(NAME)  # type: ignore[misc]
    with pytest.raises(Refused, match="no passphrase"):
        Keyring(kept).signer(NAME)


def test_a_key_file_under_another_name_does_not_open(kept: Path, tmp_path: Path) -> None:
    """The name is bound in: a file moved over another person's key does not sign for them."""
    other = tmp_path / "council.example/officer/other.seed"
    other.parent.mkdir(parents=True)
    other.write_bytes((kept / f"{NAME}.seed").read_bytes())
    with pytest.raises(Refused):
        Keyring(tmp_path, passphrase=lambda _: WORDS).signer("council.example/officer/other")


def test_the_same_words_from_another_keyboard_open_it(tmp_path: Path) -> None:
    keep(tmp_path, NAME, SEED, "caf\u00e9 caf\u00e9 caf\u00e9 caf\u00e9")
    assert Keyring(tmp_path, passphrase=lambda _: "cafe\u0301 " * 3 + "cafe\u0301").signer(NAME)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b"worthless",
        b"worthless: 00",
        b"worthless: zz",
        b"\xff\xfe",
        b"[" * 5000,
        msgspec.json.encode(Wrapped(name=NAME, salt="AAAA", nonce="AAAA", seed="AAAA")),
        msgspec.json.encode(Wrapped(name=NAME, salt="é", nonce="", seed="")),
    ],
)
def test_a_damaged_key_file_gets_a_sentence(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / f"{NAME}.seed"
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    with pytest.raises(Malformed, match=r"damaged|holds 1 bytes"):
        Keyring(tmp_path, passphrase=lambda _: WORDS).signer(NAME)


def test_a_key_that_is_not_here_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="not on this machine"):
        Keyring(tmp_path, tmp_path / "nowhere").signer(NAME)


@pytest.mark.parametrize(
    "name", ["../x", "a/../b", "/etc/x", "a//b", "a/", ".", "..", "A/b", "a b", "a\0b", "", "x" * 201]
)
def test_no_name_climbs_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "keys"
    keep_worthless(tmp_path, "x", SEED)
    with pytest.raises(Malformed):
        Keyring(folder).signer(name)
    with pytest.raises(Malformed):
        keep_worthless(folder, name, SEED)
    assert not folder.exists()


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    path = keep_worthless(tmp_path, NAME, SEED)
    before = path.read_bytes()
    with pytest.raises(Conflict, match="already at"):
        keep_worthless(tmp_path, NAME, bytes(32))
    assert path.read_bytes() == before
    assert Keyring(tmp_path).signer(NAME).vkey == Signer(NAME, SEED).vkey


def test_a_key_is_there_at_every_moment_while_another_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_worthless(tmp_path, NAME, SEED)
    keep_worthless(tmp_path, NAME, bytes(32), suffix=keyring.NEXT)

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    for _ in "ab":  # whoever was interrupted does it again
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", broken)
            with pytest.raises(Misconfigured, match="cannot be replaced: the disk is gone"):
                keyring.succeed(tmp_path, NAME)
        assert Keyring(tmp_path).signer(NAME).vkey == Signer(NAME, SEED).vkey
        assert Keyring(tmp_path).successor(NAME) is not None
    keyring.succeed(tmp_path, NAME)
    assert Keyring(tmp_path).signer(NAME).vkey == Signer(NAME, bytes(32)).vkey
    assert Keyring(tmp_path).successor(NAME) is None
    [old] = tmp_path.rglob("*.replaced*")
    assert SEED.hex() in old.read_text()


def test_a_file_that_asks_for_more_memory_than_is_free_gets_a_sentence() -> None:
    asked = (
        "import resource; from fairplace import keyring; resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29));"
        " keyring._derive('x', bytes(16), keyring.Cost(memory_kib=1 << 20))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert "Misconfigured: a key file asks for 1024 MiB of memory, which are not free" in done.stderr


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "council.example").write_text("a file where a folder should be")
    with pytest.raises(Misconfigured, match="cannot be written"):
        keep_worthless(tmp_path, NAME, SEED)


def test_ones_own_keys_live_outside_every_register(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert personal_folder() == tmp_path / "fairplace/keys"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert personal_folder() == Path.home() / ".config/fairplace/keys"
