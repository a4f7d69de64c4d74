"""Whoever has the log's keys and wipes what the signer remembers can fork the log, and is caught all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fairplace.errors import Misconfigured
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Vkey, parse_note
from fairplace.ledger.signing import Signed
from fairplace.ledger.tiles import TileReader
from fairplace.ledger.tree import consistency_proof, subtree_root, verify_consistency
from fairplace.on_disk import Register
from fairplace.signer.memory import Memory
from fairplace.witness import own
from fairplace.witness.asking import asked
from fairplace.witness.client import request
from tests.office import ORIGIN, ROOT, open_office, signer
from tests.witness.served import served


def grown(register: Register, count: int, word: str) -> None:
    for number in range(count):
        name = f"{register.domain}/officer/{word}{number}"
        register.enrol(signer(name).vkey.text, "officer", holder=f"H {name}", provider=None, admin=signer(ROOT))
    register.follow()


def test_a_fork_signed_with_the_log_s_own_keys_is_refused_by_a_witness_and_told_by_its_memory(tmp_path: Path) -> None:
    """Threat model, attack 10; the witness is asked over HTTP, as C2SP tlog-witness has it."""
    folder, twin = tmp_path / "register", tmp_path / "twin"
    witness = own.create(tmp_path / "witness", "witness.elsewhere.example")
    with open_office(folder, real_time=True) as office:
        office.register.follow()
        vkeys = [Vkey.parse(vkey) for vkey in office.register.settings.log[0].vkeys]
        kept = office.register.reader.size
    shutil.copytree(folder, twin)
    for vkey in vkeys:
        witness.state.trust(vkey, 1)
    with served(witness) as url:
        table = f'\n[[witness]]\nname = "w1"\nvkey = "{witness.vkeys[0].text}"\nurl = "{url}"\n'
        settings = folder / "fairplace.toml"
        settings.write_text(settings.read_text() + table)
        with Register.open(folder) as register:
            grown(register, 4, "true")
            seen = (register.public / "checkpoint").read_bytes()
            assert [line.name for line in parse_note(seen)[1]][-1] == witness.vkeys[0].name

        # The twin has the keys, and no memory: it signs another history, and shows it to somebody else.
        Memory(twin / "secrets", ORIGIN).write(Signed())
        for count, expected in ((2, 409), (2, 422), (5, 422)):
            with Register.open(twin) as register:
                grown(register, count, f"false{count}{expected}")
                fork = (register.public / "checkpoint").read_bytes()
                size = register.reader.size
                node = register.store.node(ORIGIN)
                old = min(kept + 4, size)
                hashes = consistency_proof(old, size, node) if 0 < old < size else []
                answer = asked(f"{url}/add-checkpoint", request(old, hashes, fork))
            assert answer.status == expected, (size, answer)
        # Named as its own witness, the twin gets no line, and stops: the witness has seen what is not here.
        settings = twin / "fairplace.toml"
        settings.write_text(settings.read_text() + table)
        with Register.open(twin) as register, pytest.raises(Misconfigured, match="the witness w1 has seen"):
            register.follow()

    # A stranger with both checkpoints and the tiles of the larger needs nobody's word.
    honest, other = (Checkpoint.parse(note, vkeys) for note in (seen, fork))
    assert honest.size < other.size
    reader = TileReader(twin / "public", other.size)
    assert subtree_root(0, honest.size, reader.node) != honest.root
    proof = consistency_proof(honest.size, other.size, reader.node)
    with pytest.raises(Exception, match="does not lead to the root"):
        verify_consistency(honest.size, other.size, honest.root, other.root, proof)
