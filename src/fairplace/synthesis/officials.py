"""The people of the council who act in its procurements, each with a key and nobody real."""

from __future__ import annotations

from typing import NamedTuple

from fairplace.synthesis.chance import Chance

_FIRST = (
    "Tamsin", "Idris", "Marguerite", "Anand", "Bronwen", "Callum", "Delphine", "Eamon", "Farida", "Gethin", "Hester",
    "Ifeoma", "Imre", "Jarek", "Kirsty", "Leopold", "Nadia", "Oswin", "Priya", "Rhodri", "Saskia", "Tobias", "Una", "Wendel",
    "Xanthe", "Yestin",
)  # fmt: skip
_LAST = (
    "Orrinholt", "Keldermoor", "Averlund", "Brackstow", "Corvelley", "Dunnerwyke", "Eskelby", "Farrowgate", "Harlscar",
    "Isterfold", "Jesselden", "Lorrimore", "Nesselby", "Pellowick", "Quillgarth", "Rossenby", "Scarrowell", "Tamberley",
    "Ostervale", "Dellingwyke", "Marrowick", "Pennarby", "Ulverwick", "Vennaway", "Warrelby", "Yarrimond",
)  # fmt: skip

_STAFF: tuple[tuple[str, int], ...] = (
    ("officer", 5),
    ("evaluator", 10),
    ("moderator", 3),
    ("approver", 3),
    ("monitoring", 1),
    ("auditor", 2),
    ("key-admin", 1),
)
"""How many people have each role first."""


class Official(NamedTuple):
    name: str
    role: str
    key: str


class Officials(NamedTuple):
    """Everybody, by role."""

    everybody: tuple[Official, ...]

    def with_role(self, role: str) -> tuple[Official, ...]:
        return tuple(one for one in self.everybody if one.role == role)

    @property
    def monitoring(self) -> Official:
        return self.with_role("monitoring")[0]


class Panel(NamedTuple):
    """Who acts in one case."""

    officer: Official
    witness: Official
    evaluators: tuple[Official, ...]
    moderator: Official
    approver: Official
    monitoring: Official

    @property
    def everybody(self) -> tuple[Official, ...]:
        return (
            self.officer,
            self.witness,
            *self.evaluators,
            self.moderator,
            self.approver,
            self.monitoring,
        )


def officials(domain: str, chance: Chance) -> Officials:
    roles = [role for role, many in _STAFF for _ in range(many)]
    names = zip(chance.some(_FIRST, len(roles)), chance.some(_LAST, len(roles)), strict=True)
    return Officials(
        tuple(
            Official(name=" ".join(name), role=role, key=f"{domain}/officer/{chance.bytes(4).hex()}")
            for name, role in zip(names, roles, strict=True)
        )
    )


def panel(staff: Officials, evaluators: int, chance: Chance) -> Panel:
    """Who acts in one case: an officer and a witness, evaluators, one who moderates, one who approves."""
    officer, witness = chance.some(staff.with_role("officer"), 2)
    return Panel(
        officer=officer,
        witness=witness,
        evaluators=tuple(chance.some(staff.with_role("evaluator"), evaluators)),
        moderator=chance.pick(staff.with_role("moderator")),
        approver=chance.pick(staff.with_role("approver")),
        monitoring=staff.monitoring,
    )
