from typing import Any

import msgspec
import pytest

from fairplace.errors import Malformed, Refused, Unproven
from fairplace.ledger import entry
from fairplace.ledger.note import Cosigner, MlDsaSigner, Signer, Vkey, b64, mldsa_supported
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.register_events import KEY_ADDED, OPENED
from tests.ledger.story import ADMIN, CASE_STREAM, EVALUATOR, OFFICER, ORIGIN, ROOT, Log, opened, signer

LOG_KEY = Signer(ORIGIN, bytes([7]) * 32)


def log_key_added(log: Log, vkey: Vkey, by: Signer = ROOT) -> None:
    log.add("log-key.added/1", {"vkey": vkey.text}, by)


def test_a_key_signs_after_it_was_added() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    log.score(OFFICER)
    assert log.register.roles_of(OFFICER.vkey.name, keys=log.register.head_leaf, index=9) == {"officer"}


def test_a_key_that_was_never_added_signs_nothing() -> None:
    with pytest.raises(Unproven, match="not registered"):
        opened().score(OFFICER)


def test_a_line_by_an_unknown_second_signer_spoils_the_entry() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    with pytest.raises(Unproven, match="not registered"):
        log.score(OFFICER, EVALUATOR)


def test_a_key_does_not_sign_an_entry_whose_keys_are_older_than_it() -> None:
    log = opened()
    earlier = log.register.head_leaf
    log.enrol(OFFICER, "officer")
    with pytest.raises(Unproven, match="names the register at entry 0"):
        log.score(OFFICER, keys=earlier)


def test_an_enrolment_on_a_busy_day_does_not_make_everybody_sign_again() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    earlier = log.register.head_leaf
    log.enrol(EVALUATOR, "evaluator")
    log.score(OFFICER, keys=earlier)


def test_a_revoked_key_signs_nothing_even_when_keys_are_older_than_its_revocation() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    earlier = log.register.head_leaf
    log.revoke(OFFICER)
    for keys in (earlier, log.register.head_leaf):
        with pytest.raises(Refused, match="revoked at entry 2") as refusal:
            log.score(OFFICER, keys=keys)
        assert refusal.value.code == "key-revoked"


def test_a_limited_key_signs_every_type_but_those() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    earlier = log.register.head_leaf
    log.limit(OFFICER, "evaluation.scored/1")
    with pytest.raises(Refused, match=r"may not sign evaluation\.scored/1") as refusal:
        log.score(OFFICER, keys=earlier)
    assert refusal.value.code == "key-limited"
    log.add("evaluation.moderated/1", {}, OFFICER)


def test_a_key_limited_since_the_entry_was_prepared_prepares_it_again() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    earlier = log.register.head_leaf
    log.limit(OFFICER, "evaluation.scored/1")
    with pytest.raises(Refused, match="prepare entry 3 again"):
        log.add("evaluation.moderated/1", {}, OFFICER, keys=earlier)


def test_what_was_signed_before_a_revocation_stays_good() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    scored = log.score(OFFICER)
    log.limit(OFFICER, "evaluation.scored/1")
    log.revoke(OFFICER)
    log.register.check_signers(scored, 2)
    with pytest.raises(Refused):
        log.register.check_signers(scored, 5)


def test_a_register_that_read_the_whole_log_judges_each_entry_as_the_growing_one_did() -> None:
    log = opened()
    log.enrol(ADMIN, "key-admin")
    log.enrol(OFFICER, "officer", by=ADMIN)
    log.score(OFFICER)
    log.revoke(OFFICER, by=ADMIN)
    log.enrol(EVALUATOR, "evaluator", by=ADMIN)
    log.score(EVALUATOR)
    log.revoke(ADMIN)
    for index, made in enumerate(log.entries):
        log.register.check_signers(made, index)


def test_a_key_added_later_does_not_sign_earlier_entries() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    log.score(OFFICER)
    with pytest.raises(Unproven):
        log.register.check_signers(log.entries[2], 1)


@pytest.mark.parametrize("role", ["officer", "evaluator", "approver", "monitoring", "receiver"])
def test_only_root_and_key_admin_change_the_register(role: str) -> None:
    log = opened()
    log.enrol(OFFICER, role)
    with pytest.raises(Refused, match="may not change the key register"):
        log.enrol(EVALUATOR, "evaluator", by=OFFICER)
    with pytest.raises(Refused, match="may not change the key register"):
        log.revoke(ROOT, by=OFFICER)


def test_a_second_signature_by_the_root_does_not_lend_an_officer_its_role() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    with pytest.raises(Refused, match="may not change the key register"):
        log.add(KEY_ADDED, {"role": "root", "vkey": EVALUATOR.vkey.text}, OFFICER, ROOT)


def test_a_role_counts_from_the_register_event_that_keys_names() -> None:
    log = opened()
    log.enrol(ADMIN, "officer")
    earlier = log.register.head_leaf
    log.enrol(ADMIN, "key-admin")
    with pytest.raises(Refused, match="may not change the key register"):
        log.add(KEY_ADDED, {"role": "officer", "vkey": OFFICER.vkey.text}, ADMIN, keys=earlier)
    assert log.register.roles_of(ADMIN.vkey.name, keys=earlier, index=3) == {"officer"}
    assert log.register.roles_of(ADMIN.vkey.name, keys=log.register.head_leaf, index=3) == {"officer", "key-admin"}


def test_the_roles_of_one_key_are_not_those_of_its_successor() -> None:
    log = opened()
    first, successor = signer("service/receiver", 0x50), signer("service/receiver", 0x51)
    log.enrol(first, "receiver")
    log.revoke(first)
    log.enrol(successor, "importer")
    head, name = log.register.head_leaf, first.vkey.name
    assert log.register.roles_of(name, keys=head, index=4) == {"importer"}
    assert log.register.roles_of(name, keys=head, index=4, key_id=successor.vkey.key_id) == {"importer"}
    assert log.register.roles_of(name, keys=log.entries[1].leaf_text, index=2) == {"receiver"}
    log.score(successor)


def test_a_key_does_not_borrow_the_role_of_another_key_of_its_name() -> None:
    log = opened()
    first, successor = signer("service/receiver", 0x50), signer("service/receiver", 0x51)
    log.enrol(first, "key-admin")
    log.revoke(first)
    log.enrol(successor, "receiver")
    with pytest.raises(Refused, match="may not change the key register"):
        log.enrol(EVALUATOR, "evaluator", by=successor)


def test_keys_must_name_an_earlier_register_event() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    scored = log.score(OFFICER)
    for keys in ("", scored.leaf_text):
        with pytest.raises(Unproven, match="no earlier event of it"):
            log.score(OFFICER, keys=keys)


def test_an_entry_does_not_rest_on_a_register_event_that_comes_after_it() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    scored = log.score(OFFICER)
    with pytest.raises(Unproven, match="no earlier event of it"):
        log.register.check_signers(scored, 1)


def test_an_entry_signed_for_another_log_is_refused() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    with pytest.raises(Unproven, match="this log is"):
        log.score(OFFICER, log="log.other.example/x")


def test_a_signature_over_another_text_is_refused() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    signed = log.sign(log.prepare("evaluation.scored/1", {"mark": 2}, OFFICER), OFFICER)
    forged = entry.parse(signed.raw.replace(b'"mark":2', b'"mark":1'))
    log.register.check_signers(signed, 2)
    with pytest.raises(Unproven, match="does not fit"):
        log.register.check_signers(forged, 2)


def test_only_register_events_stand_in_its_stream_and_nowhere_else() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    with pytest.raises(Refused, match="in the stream of the key register"):
        log.score(OFFICER, stream=log.register.stream)
    with pytest.raises(Refused, match="outside the stream"):
        log.add(KEY_ADDED, {"role": "officer", "vkey": EVALUATOR.vkey.text}, ROOT, stream=CASE_STREAM)


def test_a_log_is_opened_once_and_first() -> None:
    with pytest.raises(Refused, match="opened once"):
        opened().add(OPENED, {"root_key": ROOT.vkey.text}, ROOT)
    with pytest.raises(Malformed, match="a log begins with"):
        Log().enrol(OFFICER, "officer")


def test_a_log_may_continue_an_earlier_one() -> None:
    earlier = {"log": "log.old.example/x", "root": "A" * 43 + "=", "size": 7}
    Log().add(OPENED, {"continues": earlier, "root_key": ROOT.vkey.text}, ROOT)
    for wrong in (None, {}, earlier | {"size": "7"}, earlier | {"more": 1}):
        with pytest.raises(Malformed):
            Log().add(OPENED, {"continues": wrong, "root_key": ROOT.vkey.text}, ROOT)


def test_the_first_entry_is_signed_by_the_key_that_it_names_and_by_no_other() -> None:
    for signers in ((OFFICER,), (ROOT, OFFICER)):
        with pytest.raises(Unproven, match="by its root key"):
            Log().add(OPENED, {"root_key": ROOT.vkey.text}, *signers)


def test_one_public_key_has_one_name() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    with pytest.raises(Refused, match="one name and one use"):
        log.enrol(signer("officer/other", 0x22), "officer")


def test_a_key_that_signs_events_is_never_a_log_key() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    with pytest.raises(Refused, match="one name and one use"):
        log_key_added(log, Vkey(ORIGIN, 1, OFFICER.vkey.public))
    log_key_added(log, LOG_KEY.vkey)
    with pytest.raises(Refused, match="a name of its own"):
        log.enrol(LOG_KEY, "officer")
    with pytest.raises(Refused, match="one name and one use"):
        log.enrol(Signer("council.example/officer/3c", bytes([7]) * 32), "officer")


def test_a_witness_key_enrols_neither_as_a_person_nor_as_the_log() -> None:
    log = opened()
    witness = Cosigner("witness.example/w1", bytes([3]) * 32).vkey
    with pytest.raises(Refused, match="came to sign events"):
        log.add(KEY_ADDED, {"role": "officer", "vkey": witness.text}, ROOT)
    with pytest.raises(Refused, match="came as a log key"):
        log_key_added(log, Cosigner(ORIGIN, bytes([3]) * 32).vkey)
    with pytest.raises(Refused, match="came as a log key"):
        log_key_added(log, Signer("log.other.example/x", bytes([3]) * 32).vkey)


def test_a_key_of_an_unknown_kind_is_refused() -> None:
    text = f"{OFFICER.vkey.name}+00000000+{b64(bytes([2]) + OFFICER.vkey.public)}"
    with pytest.raises(Malformed, match="kind 0x02"):
        opened().add(KEY_ADDED, {"role": "officer", "vkey": text}, ROOT)


def test_a_revoked_key_never_comes_back() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    log.revoke(OFFICER)
    with pytest.raises(Refused, match="add a new key"):
        log.enrol(OFFICER, "officer")
    with pytest.raises(Refused, match="revoked before"):
        log.revoke(OFFICER)
    with pytest.raises(Refused, match="not registered"):
        log.revoke(EVALUATOR)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (KEY_ADDED, {"role": "officer"}),
        (KEY_ADDED, {"role": None, "vkey": OFFICER.vkey.text}),
        (KEY_ADDED, {"role": "", "vkey": OFFICER.vkey.text}),
        (KEY_ADDED, {"role": "officer", "vkey": 7}),
        (KEY_ADDED, {"role": "officer", "vkey": "a+b+c"}),
        ("key.limited/1", {"not_for": [], "vkey": ROOT.vkey.text}),
        ("key.limited/1", {"not_for": "x.y/1", "vkey": ROOT.vkey.text}),
        ("key.limited/1", {"not_for": [1], "vkey": ROOT.vkey.text}),
        ("key.limited/1", {"not_for": ["x.y/1\n"], "vkey": ROOT.vkey.text}),
        ("key.revoked/1", {}),
        ("key.revoked/1", {"reason": None, "vkey": ROOT.vkey.text}),
        ("key.revoked/1", {"reason": "lost", "vkey": ROOT.vkey.text, "more": 1}),
        (KEY_ADDED, {"role": "Officer", "vkey": OFFICER.vkey.text}),
        (KEY_ADDED, {"role": "officer\n", "vkey": OFFICER.vkey.text}),
        ("log-key.added/1", {"vkey": LOG_KEY.vkey.text, "case": None}),
    ],
)
def test_a_register_event_without_what_it_needs_is_refused_and_changes_nothing(
    kind: str, body: dict[str, object]
) -> None:
    log = opened()
    before = log.register.copy()
    with pytest.raises(Malformed):
        log.add(kind, body, ROOT)
    assert log.register.__dict__ == before.__dict__


def test_the_log_keys_in_use_are_those_added_and_not_retired() -> None:
    log = opened()
    second = Signer(ORIGIN, bytes([8]) * 32)
    log_key_added(log, LOG_KEY.vkey)
    log_key_added(log, second.vkey)
    log.add("log-key.retired/1", {"vkey": LOG_KEY.vkey.text}, ROOT, at="2026-12-22T04:00:02.000Z")
    assert log.register.log_keys() == (second.vkey,)
    assert [log.register.log_keys(size) for size in (1, 2, 3, 4)] == [
        (),
        (LOG_KEY.vkey,),
        (LOG_KEY.vkey, second.vkey),
        (second.vkey,),
    ]
    assert log.register.all_log_keys() == (LOG_KEY.vkey, second.vkey)
    for kind in ("log-key.retired/1", "log-key.added/1"):
        with pytest.raises(Refused):
            log.add(kind, {"vkey": LOG_KEY.vkey.text}, ROOT)


@pytest.mark.skipif(not mldsa_supported(), reason="this build of `cryptography` has no ML-DSA-44")
def test_a_log_has_an_ml_dsa_key_beside_its_ed25519_key() -> None:
    log = opened()
    quantum_safe = MlDsaSigner(ORIGIN, bytes([9]) * 32).vkey
    log_key_added(log, LOG_KEY.vkey)
    log_key_added(log, quantum_safe)
    assert log.register.log_keys() == (LOG_KEY.vkey, quantum_safe)
    with pytest.raises(Refused, match="came to sign events"):
        log.add(KEY_ADDED, {"role": "officer", "vkey": quantum_safe.text}, ROOT)


def test_a_copy_is_tried_without_touching_the_register() -> None:
    log = opened()
    trial = log.register.copy()
    log.enrol(OFFICER, "officer")
    assert trial.standing(OFFICER.vkey.name, OFFICER.vkey.key_id) is None
    assert [s.vkey for s in log.register.standings()] == [ROOT.vkey, OFFICER.vkey]


def test_a_gap_in_the_register_shows() -> None:
    log = opened()
    log.enrol(OFFICER, "officer")
    log.enrol(EVALUATOR, "evaluator")
    register = KeyRegister()
    register.apply(0, log.entries[0].leaf, log.entries[0].envelope)
    with pytest.raises(Refused, match="does not follow"):
        register.apply(2, log.entries[2].leaf, log.entries[2].envelope)
    other = msgspec.structs.replace(log.entries[1].envelope, prev=log.entries[1].leaf_text)
    with pytest.raises(Refused, match="does not follow"):
        register.apply(1, log.entries[1].leaf, other)


# What was lost


def loss(size: int) -> dict[str, Any]:
    return {
        "kept": {"root": "A" * 43 + "=", "size": size},
        "lost": {"root": "B" * 42 + "A=", "size": 9},
        "reason": "disk",
    }


def test_a_loss_is_declared_by_the_root_right_behind_what_is_kept() -> None:
    log = opened()
    log.enrol(ADMIN, "key-admin")
    with pytest.raises(Refused, match="only a key with role root may"):
        log.add("log.loss-declared/1", loss(2), ADMIN)
    for size in (1, 3):
        with pytest.raises(Refused, match=f"keeps {size} entries is declared at entry 2"):
            log.add("log.loss-declared/1", loss(size), ROOT)
    assert log.register.losses() == {}
    log.add("log.loss-declared/1", loss(2), ROOT)
    assert [(index, one.lost.size) for index, one in log.register.losses().items()] == [(2, 9)]


@pytest.mark.parametrize(
    "change",
    [{"kept": {"size": 2}}, {"lost": {"root": "AA==", "size": 9}}, {"lost": {"root": "A" * 43 + "=", "size": 0}}],
)
def test_a_loss_of_another_form_is_refused(change: dict[str, Any]) -> None:
    log = opened()
    with pytest.raises(Malformed, match=r"this is no log\.loss-declared/1"):
        log.add("log.loss-declared/1", loss(1) | change, ROOT)
