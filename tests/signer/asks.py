"""A log in memory, and what a publisher would ask of a signer about it."""

from __future__ import annotations

from fairplace.ledger.entry import Entry
from fairplace.ledger.note import b64
from fairplace.ledger.signing import Ask, Shown
from fairplace.ledger.tree import consistency_proof, inclusion_proof, root
from tests.ledger.story import CASE_STREAM, OFFICER, ORIGIN, ROOT, Log, opened


class Grown:
    """A log that grows; every head that it ever had can be asked for."""

    def __init__(self, log: Log | None = None) -> None:
        self.log = log or opened()
        if log is None:
            self.log.enrol(OFFICER, "officer")

    @property
    def entries(self) -> list[Entry]:
        return self.log.entries

    @property
    def size(self) -> int:
        return len(self.entries)

    def grow(self, count: int, word: str = "") -> Grown:
        for number in range(count):
            self.log.add("case.noted/1", {"case": CASE_STREAM, "word": f"{word}{number}"}, OFFICER)
        return self

    def fork(self, size: int) -> Grown:
        """Another log with the same first entries."""
        other = Log()
        for index, one in enumerate(self.entries[:size]):
            other.register.apply(index, one.leaf_text, one.envelope)
            other.entries.append(one)
            other._heads[one.envelope.stream] = (one.envelope.n, one.leaf_text)
        return Grown(other)

    def root(self, size: int | None = None) -> bytes:
        return root(one.leaf for one in self.entries[:size])

    def node(self, level: int, index: int) -> bytes:
        return root(one.leaf for one in self.entries[index << level : (index + 1) << level])

    def shown(self, index: int) -> Shown:
        return Shown(index, self.entries[index].raw, tuple(inclusion_proof(index, self.size, self.node)))

    def ask(self, old: int, keys: tuple[str, ...], **members: object) -> Ask:
        proof = tuple(consistency_proof(old, self.size, self.node)) if 0 < old < self.size else ()
        usual = {
            "origin": ORIGIN,
            "size": self.size,
            "root": self.root(),
            "old": old,
            "proof": proof,
            "keys": keys,
            "opening": self.shown(0),
        }
        return Ask(**(usual | members))  # type: ignore[arg-type]  # each test gives what the type asks for

    def declare(self, lost: Grown, by: object = ROOT) -> Grown:
        body = {
            "kept": {"root": b64(self.root()), "size": self.size},
            "lost": {"root": b64(lost.root()), "size": lost.size},
            "reason": "disk",
        }
        self.log.add("log.loss-declared/1", body, by)  # type: ignore[arg-type]  # a Signer
        return self
