"""Brute force over what a home for a child can be about: no digest of anything sealed is found in a register of placements.

- Every value that stands there is tried itself: who guesses right cannot tell that they did.
- So are all codes of the dated lists, days, districts of postcodes, small numbers, and needs put together from codes.
- The control takes the chance out of one digest; that one is found.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec
import pytest

from fairplace.catalogue import PLACEMENTS
from fairplace.ledger import canonical
from fairplace.ledger.entry import parse
from fairplace.market.events import Family
from fairplace.on_disk import Register
from fairplace.referral.codes import LISTS
from fairplace.referral.values import AgeBand, Category, NeedProfile
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.register import build
from tests.people.test_sight import DECLARED
from tests.test_dictionary import b64u, codes, digests, salts

SLOTS = sorted({slot for kind, slot in DECLARED if kind in PLACEMENTS})

AREAS = re.findall(
    r"[A-Z]+",
    """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY
G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH
PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO
ZE
""",
)


class Held(NamedTuple):
    """A register of placements, as the attacks on digests take one."""

    register: Register
    folder: Path
    case: str


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("placements") / "register"
    build(folder, preset("tiny"), seed=5)
    with Register.open(folder) as register:
        yield Held(register, folder, register.reader.cases()[-1])


@pytest.fixture(scope="module")
def known(held: Held) -> set[bytes]:
    return digests(held)  # type: ignore[arg-type]


def true_values(held: Held) -> dict[str, list[Any]]:
    """What is sealed at each slot, once each."""
    found: dict[str, dict[bytes, Any]] = {}
    reader = held.register.reader
    for index in range(reader.size):
        for slot, opening in reader.openings(index).items():
            found.setdefault(slot, {})[canonical.encode(opening.value)] = opening.value
    return {slot: list(values.values()) for slot, values in found.items()}


def listed() -> set[str]:
    """Every code of every dated list, and every word of a closed list in the types."""
    return codes() | {one.code for codes_ in LISTS.values() for one in codes_}


def days() -> list[str]:
    first = date(2024, 1, 1)
    return [(first + timedelta(days=n)).isoformat() for n in range(3 * 366)]


def needs(held: Held) -> list[Any]:
    """Every need that codes can say."""
    market = held.register.reader.market()
    assert market is not None
    authorities = [one.authority for one in market.authorities(market.upto)]
    told = itertools.product(authorities, get_args(Family), range(1, 5), get_args(Category), get_args(AgeBand))
    names = ("authority", "family", "level", "category", "age_band")
    return [msgspec.to_builtins(NeedProfile(**dict(zip(names, one, strict=True)))) for one in told]


def tried(values: Iterable[Any], slots: Iterable[str], guessed: Iterable[str]) -> Iterator[tuple[bytes, Any]]:
    """The digests of each guess: bare, with its slot, and with every salt that is no chance."""
    encoded = [canonical.encode(slot) for slot in slots]
    salted = [canonical.encode(one) for one in guessed]
    for value in values:
        text = canonical.encode(value)
        yield hashlib.sha256(text).digest(), value
        if isinstance(value, str):
            yield hashlib.sha256(value.encode()).digest(), value
        for slot in encoded:
            yield hashlib.sha256(b"[" + slot + b"," + text + b"]").digest(), value
            for salt in salted:
                made = canonical_text(salt, slot, text)
                yield hashlib.sha256(made).digest(), value


def canonical_text(salt: bytes, slot: bytes, text: bytes) -> bytes:
    return b64u(b"[" + salt + b"," + slot + b"," + text + b"]").encode()


def test_every_kind_of_sealed_value_of_placements_is_there_to_be_tried(held: Held) -> None:
    """A register without it would prove nothing of it."""
    told = {parse(stored.raw).envelope.type for stored in held.register.store.entries(held.register.origin)}
    assert len(told & PLACEMENTS.keys()) >= 30
    assert len(true_values(held).keys() & set(SLOTS)) >= 70


def test_whoever_guesses_a_sealed_value_right_cannot_tell(held: Held, known: set[bytes]) -> None:
    guessed = salts(held)  # type: ignore[arg-type]
    count = 0
    for slot, values in true_values(held).items():
        for digest, value in tried(values, [slot], guessed):
            assert digest not in known, (slot, value)
            count += 1
    assert count > 10_000


def test_no_code_and_no_need_is_found_at_any_slot(held: Held, known: set[bytes]) -> None:
    values = [None, True, False, "", [], {}, *sorted(listed()), *needs(held)]
    assert len(values) >= 400
    assert [value for digest, value in tried(values, SLOTS, ["", b64u(bytes(32))]) if digest in known] == []


def test_no_day_no_district_and_no_small_number_is_found_at_any_slot(held: Held, known: set[bytes]) -> None:
    districts = [f"{area}{number}" for area in AREAS for number in range(1, 30)]
    values: list[Any] = [*range(-1, 1_000), *range(1_000, 700_000, 1_000), *days(), *districts]
    assert [value for digest, value in tried(values, SLOTS, []) if digest in known] == []


def test_the_control_a_value_without_chance_is_found(held: Held, known: set[bytes]) -> None:
    slot, value = "/child", true_values(held)["/child"][0]
    for made in (
        hashlib.sha256(canonical.encode(value)).digest(),
        hashlib.sha256(canonical_text(b'""', canonical.encode(slot), canonical.encode(value))).digest(),
    ):
        assert value in [found for digest, found in tried([value], [slot], [""]) if digest in known | {made}]
