"""The council of the demo: its register, its people and providers with their keys, and the one way to record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from fairplace import founding, keyring
from fairplace.clerk import Clerk
from fairplace.decision import Command
from fairplace.ledger.note import Signer
from fairplace.prepared import Appended
from fairplace.sealing.container import Opener
from fairplace.synthesis.agenda import Agenda, at
from fairplace.synthesis.chance import Chance, Clock, sources
from fairplace.synthesis.entrants import Entrant
from fairplace.synthesis.officials import Officials, officials
from fairplace.synthesis.providers import Firm, firms
from fairplace.synthesis.sealed_bids import opener_seed, public_key
from fairplace.terms import CaseId, Document, Instant, instant

AUTHORITY = "Northbrook Council"
DOMAIN = "northbrook.example"
ORIGIN = f"log.{DOMAIN}/commissioning"
KEYS = "demo-keys"


class Planted(msgspec.Struct, frozen=True):
    """One finding that a story means the rules to make."""

    case: CaseId
    rule: str
    outcome: str


class Told(Protocol):
    """What other stories look up of one."""

    case: CaseId

    @property
    def winners(self) -> list[Entrant]: ...


class Council:
    """Everything that the stories share. Time passes a little with each entry."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seed = seed
        self.chance = Chance("demo", seed)
        self.clock = Clock(at(0, 9))
        self.agenda = Agenda(self.clock)
        self.staff: Officials = officials(DOMAIN, self.chance)
        self.firms: tuple[Firm, ...] = firms(DOMAIN, self.chance)
        self.truth: list[Planted] = []
        self.stories: dict[str, Told] = {}
        self._keys = folder / KEYS
        self._seeds: dict[str, bytes] = {}
        self._signers: dict[str, Signer] = {}
        self._commands = 0
        self._root = self._signer(f"{DOMAIN}/root")
        self.register = founding.create(
            folder,
            authority=AUTHORITY,
            origin=ORIGIN,
            root=self._root,
            sources=sources(self.clock, self.chance),
            worthless=True,
        )
        self._keep_keys()
        self._clerk = Clerk(self.register, self._signers.__getitem__)
        self.policies: Mapping[str, str] = {one.name: one.sha256 for one in self.register.policies}

    @property
    def seeds(self) -> Mapping[str, bytes]:
        """Everybody's keys, which are worthless."""
        return self._seeds

    @property
    def openers(self) -> list[Opener]:
        """To whom bids are sealed: those of the auditors who sit outside the authority."""
        keys = [one.key for one in self.staff.with_role("auditor")]
        return [Opener(key=public_key(opener_seed(self.seed, key)), name=key) for key in keys]

    def _signer(self, name: str) -> Signer:
        self._seeds[name] = self.chance.bytes(32)
        self._signers[name] = Signer(name, self._seeds[name])
        return self._signers[name]

    def _keep_keys(self) -> None:
        for key in [*(one.key for one in self.staff.everybody), *(firm.key for firm in self.firms)]:
            self._signer(key)
        for name, seed in self._seeds.items():
            keyring.keep_worthless(self._keys, name, seed)

    def enrolled(self) -> Iterator[datetime]:
        """Everybody gets their role, the officials on the first day and the providers on the next two."""
        yield at(0, 9, 30)
        for one in self.staff.everybody:
            self._enrol(one.key, one.role, one.name, None)
        for number, firm in enumerate(self.firms):
            if number % 30 == 0:
                yield at(1 + number // 30, 10)
            self._enrol(firm.key, "provider", firm.provider.name, firm.provider.id)

    def _enrol(self, key: str, role: str, holder: str, provider: str | None) -> None:
        vkey = self._signers[key].vkey.text
        self.register.enrol(vkey, role, holder=holder, provider=provider, admin=self._root, key=f"enrol {role} {key}")
        self.clock.pass_by(self.chance.between(20, 90))

    def record(self, command: Command) -> Appended:
        """Carry out a command to its end: the rules speak where they must."""
        done = self._clerk.carry_out(command)
        self.clock.pass_by(self.chance.between(15, 75))
        return done.recorded

    def command_id(self) -> str:
        self._commands += 1
        return f"demo-{self._commands:05d}"

    def keep(self, text: str) -> Document:
        """A document beside the log."""
        return self.register.documents.put(text.encode("utf-8"), "text/plain; charset=utf-8")

    def now(self) -> Instant:
        return instant(self.clock())

    def plant(self, case: CaseId, rule: str, outcome: str) -> None:
        self.truth.append(Planted(case, rule, outcome))
