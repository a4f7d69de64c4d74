"""Logs in which passkeys sign: what each reader is held to, from enrolment to theft, over good and bent assertions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from tests.verifier.passkeys import Bent, Passkey, lines
from tests.verifier.test_key_rules import ADMIN, EVALUATOR, Log, begun
from tests.verifier.writer import LOG, OFFICER, ROOT, STRANGER, Signer, b64

HOLDER = "council.example/officer/9a55"
ES256, EDDSA = Passkey(HOLDER, 50), Passkey(HOLDER, 51, eddsa=True)
NEXT, MOVED = Passkey(HOLDER, 52), Passkey(HOLDER, 50, site="https://new.council.example")
DEVICE = Signer(HOLDER, 53)
SAME_SECRET = Signer(HOLDER, 51)
OFFICERS = Passkey(OFFICER.name, 54)
LOGS = Passkey(LOG.name, 55)
BROKEN = Passkey(HOLDER, 56)


def enrolled(log: Log, key: Signer = ES256) -> Log:
    log.enrol(key, "officer")
    return log


Story = Callable[[Log], object]

RULES: dict[str, tuple[Story, bool]] = {
    "a passkey is added, and signs": (lambda log: enrolled(log).plan(ES256), True),
    "one of EdDSA as well": (lambda log: enrolled(log, EDDSA).plan(EDDSA), True),
    "a passkey signs second": (
        lambda log: (enrolled(log), log.add("a.b/1", {"case": log.events[log.plan(ES256)]["stream"]}, also=[ES256])),
        True,
    ),
    "a device key makes place for a passkey": (
        lambda log: (log.rotate(OFFICER, OFFICERS), log.plan(OFFICERS)), True,
    ),
    "and a passkey for a device key": (
        lambda log: (enrolled(log), log.rotate(ES256, DEVICE), log.plan(DEVICE)), True,
    ),
    "a passkey that was replaced signs nothing": (
        lambda log: (enrolled(log), log.rotate(ES256, DEVICE), log.plan(ES256)), False,
    ),
    "a passkey is revoked by its holder": (
        lambda log: (enrolled(log), log.revoke(ES256, by=ES256)), True,
    ),
    "and signs nothing then": (
        lambda log: (enrolled(log), log.revoke(ES256), log.plan(ES256)), False,
    ),
    "a passkey is limited": (
        lambda log: (enrolled(log), log.limit(ES256, "procurement.planned/1"), log.plan(ES256)), False,
    ),
    "a passkey that was stolen is reported": (
        lambda log: (enrolled(log), log.plan(ES256), log.contest(ES256, 9, 9)), True,
    ),
    "a lost passkey is recovered": (
        lambda log: (enrolled(log), log.start(ES256, NEXT, at="2026-11-22T04:00:08.000Z"), log.recover(9), log.plan(NEXT)), True,
    ),
    "two with passkeys recover a lost key": (
        lambda log: (
            enrolled(log), log.rotate(EVALUATOR, other := Passkey(EVALUATOR.name, 57)),
            log.start(OFFICER, OFFICERS, other, ES256, at="2026-11-22T04:00:08.000Z"), log.recover(10, other, ES256), log.plan(OFFICERS),
        ), True,
    ),
    "the holder stops a recovery with a passkey": (
        lambda log: (enrolled(log), log.start(ES256, NEXT), log.stop(9, ES256)), True,
    ),
    "a head's passkey changes the register": (
        lambda log: (log.rotate(ADMIN, head := Passkey(ADMIN.name, 58), ADMIN, ROOT), log.enrol(ES256, "officer", by=head)), True,
    ),
    "a person has one key, be it a passkey": (lambda log: log.enrol(OFFICERS, "officer"), False),
    "nobody adds a passkey of their own": (lambda log: log.enrol(ES256, "officer", by=OFFICER), False),
    "a passkey that nobody added signs nothing": (lambda log: log.plan(ES256), False),
    "the same key at another site is no second key": (
        lambda log: (enrolled(log), log.rotate(ES256, MOVED)), False,
    ),
    "a device key is not made of a passkey": (
        lambda log: (enrolled(log, EDDSA), log.rotate(EDDSA, SAME_SECRET)), False,
    ),
    "a log has no passkey": (lambda log: log.at("log-key.added/1", {"vkey": LOGS.vkey}), False),
    "nobody has a passkey under the log's name": (lambda log: log.enrol(LOGS, "officer"), False),
    "a signature of a device key is none of a passkey": (
        lambda log: enrolled(log).plan(Bent(ES256, STRANGER.private.sign)), False,
    ),
    "a signature of a passkey is none of a device key": (
        lambda log: log.plan(Bent(Passkey(OFFICER.name, 2), ES256.assertion)), False,
    ),
    "a passkey of a type that is not known": (
        lambda log: log.enrol(Passkey(HOLDER, 59, lead=b"fairplace/passkey-es384/v1\n"), "officer"), False,
    ),
    "a passkey of no site": (lambda log: log.enrol(Passkey(HOLDER, 60, site="http://council.example"), "officer"), False),
    "a point that is on no curve signs nothing": (lambda log: log.plan(off_the_curve(log)), False),
    "a point beyond the field signs nothing": (lambda log: log.plan(off_the_curve(log, b"\xff" * 64)), False),
}  # fmt: skip


def off_the_curve(log: Log, xy: bytes = b"\1" * 64) -> Passkey:
    """A key whose point is none: it can be added, for nobody looks at it then; nothing can be signed with it."""
    key = Passkey(HOLDER, 61)
    name, _, material = key.vkey.split("+", 2)
    public = base64.b64decode(material)[:-64] + xy
    key.keyid = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    key.vkey = f"{name}+{key.keyid.hex()}+{b64(public)}"
    log.enrol(key, "officer")
    return key


def bent(key: Passkey, name: str) -> tuple[Story, bool]:
    sign, good = lines(key)[name]
    return lambda log: enrolled(log, key).plan(Bent(key, sign)), good


ALL: dict[str, tuple[Story, bool]] = RULES | {
    f"{kind}: {name}": bent(key, name) for kind, key in (("ES256", ES256), ("EdDSA", EDDSA)) for name in lines(key)
}


def told(sentence: str) -> tuple[Log, bool]:
    """The log, and whether it is good; when not, its last entry is the first that is false."""
    story, good = ALL[sentence]
    log = begun()
    story(log)
    return log, good
