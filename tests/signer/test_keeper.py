"""A signer signs the extension of what it signed last, and nothing else; its memory is there before its signature."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace.errors import Conflict, FairplaceError, Malformed, Misconfigured, Refused, Unproven
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import MlDsaSigner, Signer, Vkey, mldsa_supported
from fairplace.ledger.tree import verify_consistency
from fairplace.signer import seeds
from fairplace.signer.folder import begin_again, make
from fairplace.signer.keeper import Keeper
from fairplace.signer.memory import FILE, Memory
from fairplace.sources import SYSTEM
from tests.ledger.story import ADMIN, ORIGIN, ROOT
from tests.signer.asks import Grown


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    make(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
    return Keeper(tmp_path / "keys", ORIGIN)


@pytest.fixture
def keys(keeper: Keeper) -> tuple[str, ...]:
    return keeper.last().vkeys


def signed(keeper: Keeper, log: Grown) -> bytes:
    """The newest head of the log, asked for as a publisher does."""
    was = keeper.last()
    return keeper.sign(log.ask(was.size, was.vkeys))


def test_a_signer_s_folder_is_its_owner_s_alone(keeper: Keeper, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == {"log.seed": 0o600, "log-mldsa.seed": 0o600, FILE: 0o600}


def test_a_log_is_signed_from_its_first_head_on(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown()
    for count in (0, 1, 1, 300, 0):
        note = signed(keeper, log.grow(count))
        read = Checkpoint.parse(note, map(Vkey.parse, keys), strict=True)
        assert (read.origin, read.size, read.root) == (ORIGIN, log.size, log.root())
        assert len(read.signers) == (2 if mldsa_supported() else 1)
        assert (keeper.last().size, keeper.last().root, keeper.last().note) == (log.size, log.root(), note)
    assert keeper.last().root_key == ROOT.vkey.text


def test_every_smaller_size_is_refused_as_a_step_back(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown().grow(20)
    signed(keeper, log)
    for size in range(1, log.size):
        with pytest.raises(Unproven, match="does not sign"):
            keeper.sign(log.fork(size).ask(log.size, keys))
    assert keeper.last().size == log.size


def test_another_history_is_refused_at_every_size(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown().grow(8)
    signed(keeper, log)
    for kept in range(2, log.size):
        for more in range(1, 12):
            other = log.fork(kept).grow(more, "other")
            if other.size >= log.size:
                with pytest.raises(FairplaceError):
                    keeper.sign(other.ask(log.size, keys))
    assert (keeper.last().size, keeper.last().root) == (log.size, log.root())


def changed(proof: tuple[bytes, ...], at: int) -> tuple[bytes, ...]:
    return (*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :])


def test_a_proof_that_is_bent_in_any_place_is_refused(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown().grow(11)
    signed(keeper, log)
    log.grow(9)
    ask = log.ask(13, keys)
    assert len(ask.proof) > 3
    bent = [changed(ask.proof, at) for at in range(len(ask.proof))]
    bent += [ask.proof[:-1], ask.proof[1:], (*ask.proof, bytes(32)), (), ask.proof[::-1], (b"", *ask.proof[1:])]
    for proof in bent:
        with pytest.raises(Unproven, match="not shown to extend the 13 entries"):
            keeper.sign(msgspec.structs.replace(ask, proof=proof))
    assert Checkpoint.parse(keeper.sign(ask), map(Vkey.parse, keys)).size == 22


ODD: list[tuple[dict[str, Any], type[FairplaceError], str]] = [
    ({"old": 3, "proof": ()}, Conflict, "signed 12 entries last"),
    ({"size": 0}, Malformed, "of size 0"),
    ({"size": -1}, Malformed, "of size -1"),
    ({"root": b"short"}, Malformed, "5 bytes"),
    ({"origin": "log.elsewhere.example/x"}, Refused, "this signer holds the keys of"),
    ({"keys": ()}, Misconfigured, "were asked for"),
    ({"keys": (Signer(ORIGIN, bytes(32)).vkey.text,)}, Misconfigured, "were asked for"),
]


@pytest.mark.parametrize(("members", "error", "says"), ODD)
def test_an_odd_question_gets_a_sentence(
    keeper: Keeper, keys: tuple[str, ...], members: dict[str, Any], error: type[FairplaceError], says: str
) -> None:
    log = Grown().grow(10)
    signed(keeper, log)
    with pytest.raises(error, match=says):
        keeper.sign(msgspec.structs.replace(log.grow(1).ask(12, keys), **members))
    assert keeper.last().size == 12


@pytest.mark.parametrize("size", [10**18, 2**64, 2**64 + 5, 10**30])
def test_a_size_that_no_reader_takes_is_refused_though_a_proof_leads_to_it(
    keeper: Keeper, keys: tuple[str, ...], size: int
) -> None:
    """Whoever publishes can make a proof to any size from hashes of nothing: the tree is theirs."""
    log = Grown().grow(6)
    assert log.size == 8
    signed(keeper, log)
    proof = [bytes([number]) * 32 for number in range(((size - 1) >> 3).bit_length())]
    root = log.root()
    for step in proof:
        root = hashlib.sha256(b"\1" + root + step).digest()
    verify_consistency(8, size, log.root(), root, proof)
    with pytest.raises(Malformed, match=f"a head of size {size}"):
        keeper.sign(log.ask(8, keys, size=size, root=root, proof=tuple(proof)))
    signed(keeper, log.grow(1))
    assert keeper.last().size == 9


def test_the_same_head_is_signed_again_and_never_another_of_its_size(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown().grow(5)
    signed(keeper, log)
    signed(keeper, log)
    with pytest.raises(Unproven, match="two faces"):
        keeper.sign(log.fork(6).grow(1, "other").ask(7, keys))


def test_the_first_time_entry_0_is_shown_and_names_the_root_key(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown().grow(2)
    shown = log.shown(0)
    for opening in (None, log.shown(1), msgspec.structs.replace(shown, proof=shown.proof[:-1])):
        with pytest.raises(Unproven):
            keeper.sign(log.ask(0, keys, opening=opening))
    forged = log.entries[0].raw.replace(b'"n":1', b'"n":2')
    with pytest.raises(Unproven):
        keeper.sign(log.ask(0, keys, opening=msgspec.structs.replace(shown, raw=forged)))
    with pytest.raises(Malformed, match="none is needed"):
        keeper.sign(log.ask(0, keys, proof=(bytes(32),)))
    assert keeper.last().size == 0


# Memory


def test_the_memory_is_on_the_disk_before_a_signature_leaves(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file is flushed, then named, then its folder is flushed; only then the note is given out."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def flushed(handle: int) -> None:
        steps.append(f"fsync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        fsync(handle)

    def renamed(self: Path, target: Path) -> Path:
        steps.append(f"rename {target.name}")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", renamed)
    note = signed(keeper, Grown())
    steps.append("signed")
    assert steps == [f"fsync .{FILE}.new", f"rename {FILE}", "fsync keys", "signed"]
    assert json.loads((tmp_path / "keys" / FILE).read_text())["note"] == note.decode()


def test_what_cannot_be_remembered_is_not_signed(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    log = Grown()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            signed(keeper, log)
    assert keeper.last().size == 0
    signed(keeper, log)


def test_without_its_memory_a_signer_signs_nothing(keeper: Keeper, keys: tuple[str, ...], tmp_path: Path) -> None:
    log = Grown()
    signed(keeper, log)
    (tmp_path / "keys" / FILE).unlink()
    for question in (keeper.last, lambda: keeper.sign(log.ask(0, keys))):
        with pytest.raises(Misconfigured, match=r"memory .* is missing, so nothing is signed"):
            question()
    assert not (tmp_path / "keys" / FILE).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-5],
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace(ORIGIN, "log.elsewhere.example/x"),
        lambda text: text.replace('"size": 2', '"size": -2'),
        lambda text: text.replace('"size"', '"more": 1, "size"'),
        lambda text: text.replace('"root": "', '"root": "AAAA'),
        lambda text: "[" * 100_000,
    ],
)
def test_a_memory_that_was_damaged_gets_a_sentence(keeper: Keeper, tmp_path: Path, spoil: Callable[[str], str]) -> None:
    signed(keeper, Grown())
    path = tmp_path / "keys" / FILE
    path.write_text(spoil(path.read_text()))
    with pytest.raises(Misconfigured, match=FILE):
        keeper.last()


def test_many_at_once_sign_one_history(keeper: Keeper, tmp_path: Path) -> None:
    """Several processes may hold the same keys: whoever asks with an old memory is told so, and nobody rolls it back."""
    log = Grown()
    signed(keeper, log)
    heads = [log.fork(log.size).grow(count) for count in range(1, 9)]
    notes: list[bytes] = []

    def ask(head: Grown) -> None:
        own = Keeper(tmp_path / "keys", ORIGIN)
        for _ in range(200):
            try:
                notes.append(own.sign(head.ask(own.last().size, own.last().vkeys)))
            except Conflict:
                continue
            except FairplaceError:
                return

    threads = [threading.Thread(target=ask, args=(head,)) for head in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sizes = [Checkpoint.parse(note, map(Vkey.parse, keeper.last().vkeys)).size for note in notes]
    assert keeper.last().size == max(sizes) == log.size + 8


# Several keys


def test_a_new_key_signs_beside_the_old_one_as_soon_as_it_is_asked_for(keeper: Keeper, tmp_path: Path) -> None:
    """Rotation with overlap: Ed25519 first, each kind in the order in which the register has them."""
    folder = tmp_path / "keys"
    before = keeper.last().vkeys
    seeds.keep(folder, "log-2", bytes([7]) * 32)
    seeds.keep(folder, "log-mldsa-2", bytes([8]) * 32)
    new = (Signer(ORIGIN, bytes([7]) * 32).vkey.text, MlDsaSigner(ORIGIN, bytes([8]) * 32).vkey.text)
    assert set(keeper.last().vkeys) == {*before, *new}
    log = Grown()
    was = keeper.last()
    old_only = Checkpoint.parse(keeper.sign(log.ask(was.size, before)), map(Vkey.parse, before), strict=True)
    assert [key.text for key in old_only.signers] == list(before)
    both = (*new, *before)  # as some register may have them
    note = keeper.sign(log.grow(1).ask(keeper.last().size, both))
    read = Checkpoint.parse(note, map(Vkey.parse, both), strict=True)
    assert [key.text for key in read.signers] == [new[0], before[0], new[1], before[1]]
    new_only = Checkpoint.parse(keeper.sign(log.ask(log.size, new)), map(Vkey.parse, new), strict=True)
    assert [key.text for key in new_only.signers] == list(new)


def test_a_file_that_is_no_key_of_a_log_is_refused(keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "keys" / "log old.seed").write_text("00" * 32)
    with pytest.raises(Misconfigured, match="no name of a log's key"):
        keeper.last()


# Losses


def test_a_declared_loss_lets_the_signer_go_back_once(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown().grow(6)
    lost = log.fork(8).grow(9, "lost")
    signed(keeper, lost)
    kept = log.fork(5).declare(lost).grow(2, "new")
    note = keeper.sign(kept.ask(5, keys, loss=kept.shown(5)))
    assert Checkpoint.parse(note, map(Vkey.parse, keys)).root == kept.root()
    # The declaration stays in the log for ever; it is of no use to who would go back again.
    older = kept.fork(7)
    kept.grow(1)
    signed(keeper, kept)
    with pytest.raises(Unproven, match=r"the loss is of a tree of 17 entries, and not of the 9"):
        keeper.sign(older.ask(5, keys, loss=older.shown(5)))
    # Nor does it lead back to what was lost.
    with pytest.raises(FairplaceError):
        keeper.sign(lost.ask(9, keys))


def test_a_loss_that_is_not_the_root_s_or_not_this_one_is_refused(keeper: Keeper, keys: tuple[str, ...]) -> None:
    log = Grown()
    log.log.enrol(ADMIN, "root")
    lost = log.fork(3).grow(9, "lost")
    signed(keeper, lost)
    good = log.fork(3).declare(lost)
    loss = good.shown(3)
    by_another = log.fork(3).declare(lost, ADMIN)
    of_another = log.fork(3).declare(lost.fork(11))
    bent = good.entries[3].raw.replace(b'"reason":"disk"', b'"reason":"dusk"')
    for ask, says in [
        (by_another.ask(3, keys, loss=by_another.shown(3)), "not by the root key"),
        (of_another.ask(3, keys, loss=of_another.shown(3)), "of a tree of 11 entries"),
        (good.ask(3, keys, loss=msgspec.structs.replace(loss, raw=bent)), "does not lead to the root"),
        (good.ask(3, keys, loss=msgspec.structs.replace(loss, index=2)), "does not lead"),
        (good.ask(3, keys, loss=good.shown(1)), "as the declaration of a loss"),
        (good.ask(3, keys, loss=loss, proof=()), "not shown to extend the 3"),
        (good.ask(3, keys, loss=loss, root=lost.root()), "does not lead"),
    ]:
        with pytest.raises(Unproven, match=says):
            keeper.sign(ask)
    assert keeper.last().size == lost.size
    keeper.sign(good.ask(3, keys, loss=loss))


# Beginning again


def test_a_signer_whose_memory_is_lost_begins_again_from_what_was_seen(
    keeper: Keeper, keys: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    log = Grown().grow(3)
    old = signed(keeper, log)
    note = signed(keeper, log.grow(4))
    (folder / FILE).unlink()
    assert begin_again(folder, ORIGIN, old, root_key=ROOT.vkey.text).size == 5
    assert begin_again(folder, ORIGIN, note).root_key == ROOT.vkey.text
    with pytest.raises(Refused, match="does not go back to 5"):
        begin_again(folder, ORIGIN, old)
    signed(keeper, log.grow(1))
    other = Signer(ORIGIN, bytes(32))
    theirs = Checkpoint(ORIGIN, 30, bytes(32)).sign(other, None, 1).note
    with pytest.raises(Unproven, match="no signature by a known key"):
        begin_again(folder, ORIGIN, theirs)
    mine = Signer(ORIGIN, seeds.read(folder, "log"))
    with pytest.raises(Refused, match="does not change its mind"):
        begin_again(folder, ORIGIN, Checkpoint(ORIGIN, log.size, bytes(32)).sign(mine, None, 1).note)
    with pytest.raises(Malformed, match="is a key of the log"):
        begin_again(folder, ORIGIN, note, root_key=keys[0])
    assert keeper.last().size == log.size


def test_a_signer_that_knows_no_root_key_learns_it_with_the_next_head_and_takes_no_loss_before(
    keeper: Keeper, keys: tuple[str, ...], tmp_path: Path
) -> None:
    log = Grown().grow(3)
    note = signed(keeper, log)
    (tmp_path / "keys" / FILE).unlink()
    begin_again(tmp_path / "keys", ORIGIN, note)
    assert keeper.last().root_key == ""
    kept = log.fork(4).declare(log)
    with pytest.raises(Unproven, match="knows no root key"):
        keeper.sign(kept.ask(4, keys, loss=kept.shown(4)))
    signed(keeper, log.grow(1))
    assert Memory(tmp_path / "keys", ORIGIN).read().root_key == ROOT.vkey.text


def test_keys_are_made_in_an_empty_folder_only(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Refused, match="not empty"):
        make(tmp_path, ORIGIN, SYSTEM.entropy)
    with pytest.raises(Refused, match="not empty"):
        make(tmp_path / "mine", ORIGIN, SYSTEM.entropy)
