"""The reader in Go judges keys and declared losses as the register and the checker do: by the tables they are held to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.interop.readers import Go, Said
from tests.verifier.passkey_rules import ALL as PASSKEYS
from tests.verifier.passkey_rules import told
from tests.verifier.test_key_rules import CASES, begun
from tests.verifier.test_losses import EVIDENCE, FALSE_BODIES, LOST, NOTES, SIZE, declared, files
from tests.verifier.writer import LOG, LOG_PQ, NEW_LOG, OFFICER, STRANGER, Writer

pytestmark = pytest.mark.needs_go


@pytest.mark.parametrize("sentence", CASES)
def test_keys_are_judged_alike(sentence: str, checker: Path) -> None:
    story, refusal, _ = CASES[sentence]
    log = begun()
    story(log)
    signers = [signer for signer in (LOG, NEW_LOG, LOG_PQ) if signer in log.active]
    said = Go(checker).read(log.publish(signers=signers).files(), [LOG.vkey, NEW_LOG.vkey])
    if not refusal:
        assert said.verdict == "genuine", said.why
    else:
        assert said.verdict == "not genuine"
        assert said.why.startswith(f"entry {len(log.entries) - 1}: "), said.why


def lost(checker: Path, given: Mapping[str, bytes]) -> Said:
    return Go(checker).read(given, [LOG.vkey])


def test_a_declared_loss_is_genuine_and_its_evidence_is_looked_at(checker: Path) -> None:
    for more in ({}, {"lost/7/8": NOTES[8], "lost/7/9": NOTES[9]}):
        assert lost(checker, files() | more).verdict == "genuine"
    false: list[dict[str, bytes]] = [
        files() | {"lost/7/7": NOTES[7]},
        declared().files(),
        files() | {"lost/6/10": NOTES[10]},
        files() | {"lost/9/10": NOTES[10]},
        files() | {"lost/07/10": NOTES[10]},
        files() | {EVIDENCE: NOTES[9]},
        files() | {EVIDENCE: NOTES[10].replace(b"log.example/register", b"log.example/another")},
        files() | {EVIDENCE: LOST.head(10) + b"\n" + STRANGER.note(LOST.head(10))},
        files() | {EVIDENCE: NOTES[10].replace(LOST.head(10), Writer().begin().head(6).replace(b"\n6\n", b"\n10\n"))},
        declared(by=OFFICER).files() | {EVIDENCE: NOTES[SIZE]},
    ]
    assert [lost(checker, given).verdict for given in false] == ["not genuine"] * len(false)


@pytest.mark.parametrize("body", [body for body, _ in FALSE_BODIES])
def test_a_false_declaration_is_found(body: dict[str, Any], checker: Path) -> None:
    assert lost(checker, declared(**body).files() | {EVIDENCE: NOTES[SIZE]}).verdict == "not genuine"


@pytest.mark.parametrize("sentence", PASSKEYS)
def test_passkeys_are_judged_alike(sentence: str, checker: Path) -> None:
    log, good = told(sentence)
    said = Go(checker).read(log.publish(signers=[LOG, LOG_PQ]).files(), [LOG.vkey])
    assert said.verdict == ("genuine" if good else "not genuine"), said.why
    assert good or said.why.startswith(f"entry {len(log.entries) - 1}: "), said.why
