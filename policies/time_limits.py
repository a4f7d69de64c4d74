"""Standstill, award notices and suspension: Procurement Act 2023, sections 50-53 and 101.

Days are days in London. The working days of the Act are those of the whole United Kingdom (s. 123).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import (
    AwardWithdrawn,
    ClaimNotified,
    ContractEntered,
    NoticePublished,
    Planned,
    SuspensionEnded,
)
from fairplace.public_contract import notices, perhaps_user_choice, public_contract, published_by
from fairplace.terms import as_date, london_day
from fairplace.working_days import BeyondHorizon, pa_standstill_last, period_days

STANDSTILL_WORKING_DAYS = 8  # Procurement Act 2023 s. 51(2), and s. 51(5) for one that is offered
DETAILS_DAYS = 30  # s. 53(1)
DETAILS_DAYS_LIGHT_TOUCH = 120  # s. 53(1) with Procurement Regulations 2024 regs 32-35

_DAY = timedelta(days=1)

Kind = Literal["mandatory", "voluntary", "unknown"]


class Standstill(NamedTuple):
    """What an award notice starts: its last day by the law's count, and the one that it states."""

    notice: Recorded
    computed: date
    stated: date | None

    def last(self, kind: Kind) -> date | None:
        """The last day that holds; none where no standstill is owed or offered."""
        if kind == "mandatory":
            return max(self.computed, self.stated or self.computed)
        return self.stated


@rule(
    code="AD-02",
    name="mandatory-standstill",
    source="Procurement Act 2023 s. 51(1)-(3), s. 123",
    severity="critical",
    blocks=True,
)
def mandatory_standstill(case: Case) -> Iterator[Finding]:
    """Had eight working days fully passed after the award notice before the contract was signed?"""
    yield from _within_calendar(_mandatory(case))


def _mandatory(case: Case) -> Iterator[Finding]:
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    kind = _kind(plan)
    if kind == "voluntary":
        text = "no standstill is owed for a light touch contract, a call-off or a dynamic market award"
        yield Finding(outcome="not-applicable", text=text)
        return
    contracts = case.of(ContractEntered)
    newest = _standstill(case)
    if newest and newest.stated and newest.stated < newest.computed and kind == "mandatory":
        text = f"the award notice gives a standstill to {newest.stated}; the law's count ends on {newest.computed}"
        yield Finding(outcome="not-met", text=text, evidence=(newest.notice.index,))
    for recorded, contract in contracts:
        entered = as_date(contract.entered_on)
        standstill = _standstill(case, entered)
        if standstill is None:
            text = f"signed on {entered} with no award notice before: no standstill ran"
            outcome: Literal["not-met", "cannot-tell"] = "not-met" if kind == "mandatory" else "cannot-tell"
            yield Finding(outcome=outcome, text=_by_ground(text, kind), evidence=(recorded.index,))
            continue
        last = max(standstill.computed, standstill.stated or standstill.computed)
        evidence = (standstill.notice.index, recorded.index)
        if entered > last:
            yield Finding(outcome="met", text=f"standstill to {last}, signed on {entered}", evidence=evidence)
        elif kind == "mandatory":
            yield Finding(
                outcome="not-met", text=f"signed on {entered}, in the standstill to {last}", evidence=evidence
            )
        else:
            text = _by_ground(f"signed on {entered}, before {STANDSTILL_WORKING_DAYS} working days had passed", kind)
            yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    if not contracts and newest is None:
        yield Finding(outcome="not-applicable", text="no award notice has been published")
    elif not contracts and newest:
        last = max(newest.computed, newest.stated or newest.computed)
        yield _not_yet(f"not signed; the standstill ends on {last}", last + _DAY, newest.notice.index)


@rule(
    code="AD-03",
    name="voluntary-standstill",
    source="Procurement Act 2023 s. 51(4)-(5), s. 105(1)(d), (2)",
    severity="critical",
    blocks=True,
)
def voluntary_standstill(case: Case) -> Iterator[Finding]:
    """If a standstill was offered that the law does not demand, was it of full length and kept?"""
    yield from _within_calendar(_voluntary(case))


def _voluntary(case: Case) -> Iterator[Finding]:
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    if _kind(plan) != "voluntary":
        yield Finding(outcome="not-applicable", text="the law itself governs the standstill of such a contract")
        return
    contracts = case.of(ContractEntered)
    newest = _standstill(case, as_date(contracts[0][1].entered_on) if contracts else None) or _standstill(case)
    if newest is None:
        yield Finding(outcome="not-applicable", text="no award notice has been published")
        return
    evidence = (newest.notice.index,)
    if newest.stated is None:
        text = "no standstill was offered: no automatic suspension, and the contract stays open to being set aside"
        yield Finding(outcome="concern", text=text, evidence=evidence)
        return
    short = newest.stated < newest.computed
    if short:
        text = f"the standstill offered ends on {newest.stated}; {STANDSTILL_WORKING_DAYS} working days end on"
        yield Finding(outcome="not-met", text=f"{text} {newest.computed}", evidence=evidence)
    for recorded, contract in contracts:
        entered = as_date(contract.entered_on)
        both = (*evidence, recorded.index)
        if entered <= newest.stated:
            text = f"signed on {entered}, in the standstill offered to {newest.stated}"
            yield Finding(outcome="not-met", text=text, evidence=both)
        elif not short:
            text = f"standstill offered and kept to {newest.stated}, signed on {entered}"
            yield Finding(outcome="met", text=text, evidence=both)
    if not contracts and not short:
        yield _not_yet(f"not signed; the standstill offered ends on {newest.stated}", newest.stated + _DAY, *evidence)


@rule(
    code="AD-04",
    name="no-signature-while-suspended",
    source="Procurement Act 2023 s. 101(1)",
    severity="critical",
    blocks=True,
)
def no_signature_while_suspended(case: Case) -> Iterator[Finding]:
    """Was the contract left unsigned while a claim suspended the award?"""
    yield from _within_calendar(_suspension(case))


@rule(
    code="RM-02",
    name="automatic-suspension",
    source="Procurement Act 2023 ss. 101-102; Parkingeye v Velindre [2026] EWHC 1019 (TCC)",
    severity="critical",
    blocks=True,
)
def automatic_suspension(case: Case) -> Iterator[Finding]:
    """Did a claim that was notified in the standstill stop the signature until the court or the parties ended it?"""
    yield from _within_calendar(_suspension(case))


def _suspension(case: Case) -> Iterator[Finding]:
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    claims = case.of(ClaimNotified)
    if not claims:
        yield Finding(outcome="not-applicable", text="no claim is on the record")
        return
    standstill = _standstill(case)
    last = standstill.last(_kind(plan)) if standstill else None
    for recorded, claim in claims:
        evidence = (recorded.index,)
        if last is None or not (as_date(claim.issued_on) <= last and as_date(claim.notified_on) <= last):
            why = f"the standstill ended on {last}" if last else "no standstill was owed or offered"
            text = (
                f"a claim was notified on {claim.notified_on} and {why}: no automatic suspension, a court may order one"
            )
            yield Finding(outcome="concern", text=text, evidence=evidence)
            continue
        ended = next((entry for entry, _ in case.of(SuspensionEnded) if entry.index > recorded.index), None)
        signed = [
            entry for entry, contract in case.of(ContractEntered) if _in_between(entry, contract, recorded, ended)
        ]
        if signed:
            text = f"signed while suspended by a claim notified on {claim.notified_on}, in the standstill to {last}"
            yield Finding(outcome="not-met", text=text, evidence=(*evidence, *(entry.index for entry in signed)))
        elif ended:
            text = (
                f"suspended from {claim.notified_on}, ended on {london_day(ended.event.happened_at)}; not signed before"
            )
            yield Finding(outcome="met", text=text, evidence=(*evidence, ended.index))
        else:
            text = f"suspended by a claim notified on {claim.notified_on}; not signed"
            yield Finding(outcome="met", text=text, evidence=evidence)


def _in_between(entry: Recorded, contract: ContractEntered, claim: Recorded, ended: Recorded | None) -> bool:
    """Was the contract signed after the claim was notified, and before the suspension ended?"""
    assert isinstance(claim.event, ClaimNotified)
    when = (as_date(contract.entered_on), entry.index)
    if when < (as_date(claim.event.notified_on), claim.index):
        return False
    return ended is None or when < (london_day(ended.event.happened_at), ended.index)


@rule(
    code="TR-04",
    name="award-notice-first",
    source="Procurement Act 2023 s. 50(1), (6)",
    severity="critical",
    blocks=True,
)
def award_notice_first(case: Case) -> Iterator[Finding]:
    """Was the award notice published before the contract was signed?"""
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    contracts = case.of(ContractEntered)
    published = notices(case, "UK6", since=_since(case))
    if not contracts:
        yield Finding(outcome="not-applicable", text="no contract has been signed")
    for recorded, contract in contracts:
        entered = as_date(contract.entered_on)
        before = [index for day, index in published if day < entered]
        if before:
            text = f"the award notice came before the signature on {entered}"
            yield Finding(outcome="met", text=text, evidence=(before[-1], recorded.index))
        elif not published and perhaps_user_choice(plan):
            text = "signed with no award notice; none is owed by user choice, and the ground is not on the record"
            yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
        else:
            late = f"published on {published[0][0]}" if published else "never published"
            text = f"signed on {entered}; the award notice was {late}"
            evidence = tuple(sorted({recorded.index, *(index for _, index in published)}))
            yield Finding(outcome="not-met", text=text, evidence=evidence)


@rule(
    code="TR-05",
    name="details-notice-on-time",
    source="Procurement Act 2023 s. 53(1), (6); Procurement Regulations 2024 regs 32-35",
    severity="medium",
)
def details_notice_on_time(case: Case) -> Iterator[Finding]:
    """Were the contract's details published in time after it was signed?"""
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    contracts = case.of(ContractEntered)
    if not contracts:
        yield Finding(outcome="not-applicable", text="no contract has been signed")
        return
    days = DETAILS_DAYS_LIGHT_TOUCH if plan.light_touch else DETAILS_DAYS
    for recorded, contract in contracts:
        due = period_days(as_date(contract.entered_on), days)
        yield published_by(case, plan, "UK7", due, recorded, clock=f"{days} days beginning with the signature")


def _kind(plan: Planned) -> Kind:
    """Whether the law demands a standstill (s. 51(3)); for a direct award it depends on a ground that is not recorded."""
    if plan.light_touch or plan.route in ("framework_calloff", "flexible_dm"):
        return "voluntary"
    return "unknown" if plan.route == "direct_s41" else "mandatory"


def _since(case: Case) -> int:
    """After an award was taken back, only later notices count."""
    taken_back = case.last(AwardWithdrawn)
    return taken_back[0].index if taken_back else -1


def _standstill(case: Case, entered: date | None = None) -> Standstill | None:
    """What the newest award notice starts, or the newest one not later than a signature; a corrected one counts anew."""
    since = _since(case)
    for recorded, notice in reversed(case.of(NoticePublished)):
        published = london_day(notice.happened_at)
        if notice.notice == "UK6" and recorded.index > since and (entered is None or published <= entered):
            stated = as_date(notice.standstill_ends) if notice.standstill_ends else None
            return Standstill(recorded, pa_standstill_last(published, STANDSTILL_WORKING_DAYS), stated)
    return None


def _by_ground(text: str, kind: Kind) -> str:
    return text if kind == "mandatory" else f"{text}; whether one is owed depends on a ground that is not on the record"


def _not_yet(text: str, due: date, *evidence: int) -> Finding:
    return Finding(outcome="not-applicable", text=text, evidence=evidence, due_on=due.isoformat())


def _within_calendar(findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except BeyondHorizon as error:
        yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}")
