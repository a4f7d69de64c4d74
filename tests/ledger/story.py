"""A small log for tests: who signs, what was said, in order."""

from typing import Any
from uuid import UUID

from fairplace.ledger import entry
from fairplace.ledger.disclosure import Slot
from fairplace.ledger.entry import Entry, Envelope
from fairplace.ledger.note import Signer, b64
from fairplace.ledger.register import TYPES, KeyRegister
from fairplace.ledger.register_events import KEY_ADDED, KEY_LIMITED, KEY_REVOKED, OPENED

ORIGIN = "log.council.example/commissioning"
REGISTER_STREAM = "00000000-0000-4000-8000-000000000001"
CASE_STREAM = "00000000-0000-4000-8000-0000000000aa"


def signer(name: str, seed: int) -> Signer:
    return Signer(f"council.example/{name}", bytes([seed]) * 32)


ROOT, ADMIN, OFFICER, EVALUATOR = (
    signer(name, seed) for seed, name in enumerate(("root", "key-admin", "officer/1a", "officer/2b"), 0x20)
)


class Log:
    """Entries one after another, each judged by the register as it comes."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.register = KeyRegister()
        self._heads: dict[str, tuple[int, str]] = {}

    def prepare(self, kind: str, body: dict[str, Any], by: Signer, **members: Any) -> Envelope:
        """The envelope of the next event, with any member replaced."""
        index = len(self.entries)
        stream = members.pop("stream", CASE_STREAM if "." in kind and kind not in TYPES else REGISTER_STREAM)
        n, prev = self._heads.get(stream, (0, ""))
        usual: dict[str, Any] = {
            "actor": by.vkey.name,
            "at": f"2026-11-22T04:{index // 60:02d}:{index % 60:02d}.000Z",
            "body": body,
            "id": str(UUID(int=0x01970000_0000_7000_8000_000000000000 + index)),
            "keys": self.register.head_leaf,
            "log": ORIGIN,
            "n": n + 1,
            "prev": prev,
            "sealed": {},
            "stream": stream,
            "type": kind,
        }
        return Envelope(**(usual | members))

    def sign(self, envelope: Envelope, *signers: Signer) -> Entry:
        text = entry.text(envelope)
        return entry.parse(entry.assemble(text, [who.line(text) for who in signers]))

    def add(self, kind: str, body: dict[str, Any], *signers: Signer, **members: Any) -> Entry:
        """Prepare, sign, judge and append; what the register raises is raised and nothing is appended."""
        made = self.sign(self.prepare(kind, body, signers[0], **members), *signers)
        index = len(self.entries)
        self.register.check_signers(made, index)
        self.register.apply(index, made.leaf_text, made.envelope)
        self.entries.append(made)
        self._heads[made.envelope.stream] = (made.envelope.n, made.leaf_text)
        return made

    def enrol(self, who: Signer, role: str, *, by: Signer = ROOT) -> Entry:
        return self.add(KEY_ADDED, {"role": role, "vkey": who.vkey.text}, by)

    def limit(self, who: Signer, *types: str, by: Signer = ROOT) -> Entry:
        return self.add(KEY_LIMITED, {"not_for": list(types), "vkey": who.vkey.text}, by)

    def revoke(self, who: Signer, *, by: Signer = ROOT) -> Entry:
        return self.add(KEY_REVOKED, {"reason": "lost", "vkey": who.vkey.text}, by)

    def score(self, *signers: Signer, **members: Any) -> Entry:
        return self.add("evaluation.scored/1", {"criterion": "Q4"}, *signers, **members)


def opened() -> Log:
    """A log with its root key, and nothing else."""
    log = Log()
    log.add(OPENED, {"root_key": ROOT.vkey.text}, ROOT)
    return log


def slot(number: int) -> Slot:
    """A slot whose digest is nobody's."""
    return Slot("commercial", b64(number.to_bytes(32)).rstrip("=").replace("+", "-").replace("/", "_"))
