"""A case with everything in it, told to the end in a real register, and bundles made of it on the way.

The story is that of the canaries: three bids are judged, one was taken back, one came late, one bidder asked, complained
and lost. Every private word of a provider holds its name, which occurs nowhere else.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fairplace.challenge.commands import AcknowledgeChallenge, AnswerChallenge, DecideChallenge
from fairplace.clerk import Clerk
from fairplace.custody.events import Purpose
from fairplace.ledger import proof
from fairplace.on_disk import Register
from fairplace.openness.commands import Assess, Release
from fairplace.publish.bundle import Made, Wish, write
from fairplace.publish.held import Asker
from fairplace.vault import new_session
from tests import story
from tests.office import Office, signer
from tests.story import APPROVER, MONITORING, OFFICER
from tests.test_canary import LOSERS, OFFERS, WINNER, key, telling

ENCODED = re.compile(rb"[A-Za-z0-9_+/-]{16,}={0,2}")
OWN = LOSERS[0].provider
"""Who asked, complained and lost."""
RIVALS = (LOSERS[1].provider, LOSERS[2].provider, LOSERS[3].provider)
"""Who lost, took its bid back, and came late: nothing of them is ever public."""

PEOPLE: dict[str, tuple[str, Purpose]] = {
    "monitoring": (MONITORING.key, "court"),
    "officer": (OFFICER.key, "information-request"),
    "provider": (key(1).key, "own"),
}


def asker(who: str) -> Asker:
    """Somebody who asks, in a sitting of its own."""
    name, purpose = PEOPLE[who]
    return Asker(signer(name), purpose, new_session())


def tell(office: Office) -> Iterator[str]:
    """The canaries' story, and then the award's release, the answer to the complaint, and the contract."""
    for name in ("tender pack", OWN.name, LOSERS[1].provider.name, WINNER.provider.name):
        office.register.documents.put(name.encode(), "application/pdf")
    yield from telling(office)
    challenge = office.register.reader.entry(office.at["challenge.lodged/1"]).envelope.stream
    office.do(AcknowledgeChallenge(id="test", challenge=challenge))
    office.do(AnswerChallenge(id="test", challenge=challenge, answer=f"{OWN.name}: page 4 was read"))
    office.do(
        DecideChallenge(id="test", challenge=challenge, outcome="not-upheld", reason=f"{OWN.name}: it stands"),
        by=MONITORING,
    )
    office.do(Release(id="test", occasion="award"))
    office.wait_until("2026-04-24T09:00:00.000Z")
    office.do(story.contract(WINNER), by=APPROVER)
    office.do(Release(id="test", occasion="contract"))
    Clerk(office.register, signer).carry_out(office.named(Assess(id="test")))  # type: ignore[arg-type]  # a named Assess
    yield "contracted"


def bundled(register: Register, case: str, edition: Any, **wish: Any) -> tuple[bytes, Made]:
    """The bytes of a bundle, without the PDF unless it is asked for."""
    by = wish.pop("by", "monitoring")
    wanted = Wish(
        case=case, edition=edition, asker=None if edition == "public" else asker(by), **({"pdf": False} | wish)
    )
    target = io.BytesIO()
    made = write(register, wanted, target)
    return target.getvalue(), made


def opened(data: bytes) -> dict[str, bytes]:
    """The members of a bundle by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def proofs(members: Mapping[str, bytes], folder: str = "proofs") -> dict[int, proof.Proof]:
    return {
        int(Path(name).name.removesuffix(".tlog-proof")): proof.parse(data)
        for name, data in members.items()
        if name.startswith(f"{folder}/")
    }


def slots(members: Mapping[str, bytes]) -> dict[int, set[str]]:
    """What is open, by entry."""
    return {index: {one.slot for one in read.openings} for index, read in proofs(members).items()}


def everything(members: Mapping[str, bytes]) -> bytes:
    """All bytes of a bundle, and of what in them is base64 of something, however deep."""
    found = [name.encode() + b"\n" + data for name, data in members.items()]
    layer = found
    for _ in range(3):
        layer = [_decoded(run) for data in layer for run in ENCODED.findall(data)]
        found += layer
    return b"\n".join(found)


def _decoded(run: bytes) -> bytes:
    plain = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + b"=" * (-len(plain) % 4))


__all__ = [
    "LOSERS",
    "OFFERS",
    "OWN",
    "RIVALS",
    "WINNER",
    "bundled",
    "everything",
    "opened",
    "proofs",
    "slots",
    "tell",
]
