"""A fork and a declared loss as outsiders see them: the monitor, the witness and its operator, the checker."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fairplace.cli import main
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Vkey, parse_note
from fairplace.ledger.signing import Signed
from fairplace.monitor.evidence import BETWEEN
from fairplace.monitor.following import Follower
from fairplace.monitor.memory import Memory
from fairplace.monitor.source import Source
from fairplace.on_disk import Register
from fairplace.receipts import receipt
from fairplace.signer.memory import FILE
from fairplace.signer.memory import Memory as SignerMemory
from tests.office import ORIGIN
from tests.test_recovering import EVERYTHING, Drill, drill, pristine, witnessed

__all__ = ["drill", "pristine"]

NOW = int(time.time())


def found(home: Path, published: Path, vkeys: list[str]) -> list[str]:
    """What a monitor finds that looks once more."""
    memory = Memory(home / "monitor")
    try:
        return [one.kind for one in Follower(Source(str(published)), memory, map(Vkey.parse, vkeys)).look(NOW)]
    finally:
        memory.close()


def signers(note: bytes) -> set[str]:
    return {line.name for line in parse_note(note)[1]}


def test_a_declared_loss_is_news_to_the_monitor_and_a_question_to_the_witness_s_operator(
    drill: Drill, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with witnessed(drill, tmp_path):
        public = drill.folder / "public"
        assert "fork" not in found(tmp_path, public, drill.vkeys)
        assert "witness.elsewhere.example" in signers((public / "checkpoint").read_bytes())
        drill.put_back(*EVERYTHING)
        assert main(["recover", str(drill.folder), "--declare-loss", "--reason", "disk"]) == 0
        assert found(tmp_path, public, drill.vkeys) == ["loss"]
        assert "witness.elsewhere.example" not in signers((public / "checkpoint").read_bytes())

        # Its operator looks at the declaration, speaks with somebody, and accepts it.
        with Register.open(drill.folder) as register:
            declaration = tmp_path / "declaration.tlog-proof"
            declaration.write_bytes(receipt(register, drill.kept))
        assert main(["witness", "accept-loss", str(tmp_path / "witness"), ORIGIN, str(declaration), "--yes"]) == 0
        with Register.open(drill.folder) as register:
            drill.work(register, 1, "after")
            register.follow()
        assert "witness.elsewhere.example" in signers((public / "checkpoint").read_bytes())
        assert main(["doctor", str(drill.folder)]) == 0, capsys.readouterr().err
        assert not {"fork", "loss", "back"} & set(found(tmp_path, public, drill.vkeys))
    assert drill.verified()


def test_a_fork_with_the_log_s_own_keys_and_a_wiped_memory_is_proved_by_the_monitor(
    drill: Drill, tmp_path: Path
) -> None:
    """Threat model, T-13: the twin goes on from the night's copy, with the keys and without what the signer knew."""
    assert "fork" not in found(tmp_path, drill.folder / "public", drill.vkeys)
    SignerMemory(drill.night / "secrets", ORIGIN).write(Signed())
    with Register.open(drill.night) as twin:
        drill.work(twin, drill.size - drill.kept, "other")
        twin.publisher.publish()  # of the size that the other history was published at
        drill.work(twin, 4, "more")
        twin.follow()
    assert "fork" in found(tmp_path, drill.night / "public", drill.vkeys)
    [evidence] = (tmp_path / "monitor/evidence").iterdir()
    notes = [Checkpoint.parse(note, map(Vkey.parse, drill.vkeys)) for note in evidence.read_bytes().split(BETWEEN)]
    assert len(notes) == 2
    sizes = {one.size for one in notes}
    assert len({one.root for one in notes}) == 2
    assert len(sizes) == 1, "a pair of one size proves it alone"
    assert (drill.folder / "secrets" / FILE).exists()
