"""What a notice says that a form asks for: facts to be looked at by somebody before they sign, and nothing recorded.

- Texts come without contact persons, addresses and telephone numbers, as they do when notices are imported.
- What the notice does not say in a member of its own is left open: nothing is guessed from its words.
- A notice of several lots gives one set of facts for each: one lot is one case.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import msgspec

from fairplace.errors import Malformed
from fairplace.formats import money
from fairplace.ocds.buyers import buying
from fairplace.ocds.mapping import MAX_TEXT, MAX_TITLE, cpv, organisation, parties_of
from fairplace.ocds.packages import releases
from fairplace.ocds.part import Part
from fairplace.ocds.persons import cleaner, without_contacts
from fairplace.procurement.buying import BUYER_ID
from fairplace.procurement.events import BuyerRole
from fairplace.terms import BasisPoints, Day, Instant, Pence, Provider

MOST_BYTES = 16 << 20
"""Bytes of a file of notices that is read at a desk."""
MAX_REFERENCE = 120
MOST = 200
"""Releases and lots to choose from."""

_LAWS = {"2023/54": "PA23", "32014L0024": "PCR15", "2015/102": "PCR15", "2023/1348": "PSR"}
"""Procurement Act 2023; Directive 2014/24/EU and the Public Contracts Regulations 2015; S.I. 2023/1348."""
_ROUTES = {"open procedure": "open", "competitive flexible procedure": "flexible"}
"""Names of procedures as Find a Tender writes them (`procurementMethodDetails`)."""


class FoundCriterion(msgspec.Struct, frozen=True):
    title: str
    kind: Literal["quality", "price"]
    weight: BasisPoints | None


class FoundFramework(msgspec.Struct, frozen=True, kw_only=True):
    """The framework that a notice is of, or that it names as the one it is called off from."""

    reference: str
    name: str | None = None
    until: Day | None = None
    members: list[Provider] = []


class FoundBuyer(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that buys, with its role as far as the notice says it."""

    id: str | None
    name: str
    role: BuyerRole | None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one notice says of one lot. Absent is None or empty. `left` says what could not be taken over, and why."""

    ocid: str
    notice: str
    lot: str | None
    title: str
    description: str | None
    law: str | None
    kind: str | None
    route: str | None
    light_touch: bool | None
    cpv: list[str]
    value: Pence | None
    term_days: int | None
    deadline: Instant | None
    questions_until: Instant | None
    criteria: list[FoundCriterion]
    left: list[str]
    framework: FoundFramework | None = None
    buyers: list[FoundBuyer] = []


def read(name: str, data: bytes) -> list[Facts]:
    """The facts of every release and lot of a file. Raises Malformed with what to do instead."""
    if len(data) > MOST_BYTES:
        raise Malformed(f"the file has {len(data) >> 20} MB and {MOST_BYTES >> 20} MB are read; choose a single notice")
    found: list[Facts] = []
    with TemporaryDirectory() as folder:  # packages are read twice, from a file
        path = Path(folder) / "notice.json"
        path.write_bytes(data)
        try:
            for _, release in releases(path, _unheard):
                found += _facts(release)
                if len(found) > MOST:
                    break
        except Malformed as error:
            raise Malformed(str(error).replace("notice.json", name[:100])) from error
    if len(found) > MOST:
        raise Malformed(f"there are more than {MOST} notices and lots in this file; choose a single notice")
    if not found:
        raise Malformed("there is no notice in this file; choose the OCDS release of one, as JSON")
    return found


def _facts(release: dict[str, Any]) -> Iterator[Facts]:
    whole = Part(release, "", _unheard)
    tender = whole.part("tender")
    if not (isinstance(release.get("ocid"), str) and tender.value):
        return
    lots = list(tender.parts("lots"))
    for lot in lots or [Part({}, "", _unheard)]:
        yield _fact(whole, tender, lot, several=len(lots) > 1)


def _fact(whole: Part, tender: Part, lot: Part, *, several: bool) -> Facts:
    clean = cleaner(whole.value, (party.name for party in parties_of(whole.value).values()))
    left: list[str] = []
    title = tender.text("title", MAX_TITLE, clean) or ""
    own = lot.text("title", MAX_TITLE, clean) if several else None
    described = (lot.text("description", MAX_TEXT, clean) if several else None) or tender.text(
        "description", MAX_TEXT, clean
    )
    regimes = [*tender.items("specialRegime"), *lot.items("specialRegime")]
    law = _LAWS.get(tender.part("legalBasis").code("id") or "")
    return Facts(
        ocid=whole.code("ocid") or "",
        notice=whole.code("id") or "",
        lot=lot.code("id") if several else None,
        title=f"{title}: {own}" if own and own != title else title,
        description=described,
        law=law,
        kind="framework" if _frames(tender) or _frames(lot) else tender.one_of("mainProcurementCategory", ("services", "goods", "works")),
        route=_ROUTES.get((tender.text("procurementMethodDetails", 200) or "").casefold()),
        light_touch=True if "lightTouch" in regimes else None,
        cpv=cpv(whole.value),
        value=_value(lot if several else tender, left),
        term_days=_term(lot),
        deadline=tender.part("tenderPeriod").instant("endDate"),
        questions_until=tender.part("enquiryPeriod").instant("endDate"),
        criteria=_criteria(lot if lot.value.get("awardCriteria") else tender, clean, left),
        left=left,
        buyers=_buyers(whole),
        framework=_named(whole) or (_framework(whole, title) if _frames(tender) or _frames(lot) else None),
    )  # fmt: skip


def _buyers(whole: Part) -> list[FoundBuyer]:
    parties = parties_of(whole.value)
    found = ((organisation(party, parties), role) for party, role in buying(whole))
    return [
        FoundBuyer(id=one.id if BUYER_ID.fullmatch(one.id) else None, name=one.name, role=role)
        for one, role in found
        if one is not None and one.name
    ]


def _named(whole: Part) -> FoundFramework | None:
    """The framework that a call-off's notice leads to (OCDS, `relatedProcesses`)."""
    for one in whole.parts("relatedProcesses"):
        reference = one.code("identifier", MAX_REFERENCE)
        if reference and {"framework", "parent"} & {
            said for said in one.items("relationship") if isinstance(said, str)
        }:
            return FoundFramework(reference=reference, name=one.text("title", MAX_TITLE, without_contacts))
    return None


def _framework(whole: Part, title: str) -> FoundFramework | None:
    """The framework as its own notice has it: who was awarded stands in it, until the last of its days."""
    reference = whole.code("ocid", MAX_REFERENCE)
    if not reference:
        return None
    parties, members, ends = parties_of(whole.value), {}, []
    for award in whole.parts("awards"):
        for one in award.parts("suppliers"):
            if (found := organisation(one, parties)) is not None and found.id:
                members[found.id] = found
        ends.append(award.part("contractPeriod").day("endDate"))
    ends += [one.part("period").day("endDate") for one in whole.parts("contracts")]
    until = max((day for day in ends if day is not None), default=None)
    return FoundFramework(
        reference=reference, name=title or None, until=until, members=[members[name] for name in sorted(members)]
    )


def _frames(part: Part) -> bool:
    return part.part("techniques").value.get("hasFrameworkAgreement") is True


def _value(part: Part, left: list[str]) -> Pence | None:
    """The value with VAT (`amountGross`, OCDS for the UK). One without is no estimate as Schedule 3 of the Act has it."""
    value = part.part("value")
    gross = Part({"value": {**value.value, "amount": value.value.get("amountGross")}}, "", _unheard).pence("value")
    if not gross and (net := part.pence("value")):
        left.append(
            f"the notice gives a value of {money(net)} and does not say that VAT is in it; the estimate is with VAT"
        )
    return gross or None


def _term(lot: Part) -> int | None:
    """Days from the first of the contract to the last that an extension can reach."""
    period = lot.part("contractPeriod")
    start, end = period.moment("startDate"), period.moment("maxExtentDate") or period.moment("endDate")
    if start is None or end is None or end < start:
        return None
    return (end.date() - start.date() + timedelta(days=1)).days


def _criteria(part: Part, clean: Any, left: list[str]) -> list[FoundCriterion]:
    found = []
    for one in part.part("awardCriteria").parts("criteria"):
        title = one.text("name", MAX_TITLE, clean) or one.text("description", MAX_TITLE, clean)
        kind = one.value.get("type")
        if not title or kind not in ("quality", "price", "cost"):
            left.append(
                "a criterion without a name, or of another kind than quality, price and cost, stands in the notice"
            )
            continue
        weights = [_weight(number) for number in one.parts("numbers")]
        weight = weights[0] if len(weights) == 1 else None
        if weight is None:
            left.append(f"the notice gives no exact percentage for “{title[:80]}”")
        found.append(FoundCriterion(title, "quality" if kind == "quality" else "price", weight))
    return found


def _weight(number: Part) -> BasisPoints | None:
    """Only an exact percentage is a weight: a range, a rank or points are none."""
    amount: Any = number.value.get("number")
    if number.value.get("weight") != "percentageExact" or amount is None or isinstance(amount, bool):
        return None
    with contextlib.suppress(ArithmeticError, TypeError, ValueError):
        exact = Decimal(amount) * 100
        if exact == exact.to_integral_value() and 0 < exact <= 10_000:
            return int(exact)
    return None


def _unheard(path: str, problem: str) -> None:
    """What was wrong with a member is that it is not filled in."""
