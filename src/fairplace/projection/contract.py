"""The contract of a case: who has it, what it was called off from, and what became of it after the signature."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairplace.procurement.events import ContractChanged, ContractEnded, ParentNamed
from fairplace.recorded import Recorded
from fairplace.terms import Day, Pence, Provider, Text


class Winner(msgspec.Struct, frozen=True, kw_only=True):
    provider_id: str
    provider_name: Text
    value: Pence | None


class ContractChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the contract. What is not released is null; `changed_by` is the share in basis points."""

    index: int
    changed_on: Day
    kind: str
    ground: str | None
    term_days: int
    change_notice: str
    reason: Text | None
    value_before: Pence | None
    value_after: Pence | None
    changed_by: int | None
    providers: list[Winner] | None


class ContractEndRow(msgspec.Struct, frozen=True, kw_only=True):
    index: int
    ended_on: Day
    how: str
    cause: str
    reason: Text | None


class ParentRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the case is called off from: a case of this register, or known elsewhere by its reference."""

    index: int
    case: str | None
    reference: str | None
    until: Day | None
    name: Text | None
    members: list[Winner] | None


def named(providers: Iterable[Provider] | None) -> list[Winner] | None:
    """Providers as a row shows them; null while their names are not released."""
    if providers is None:
        return None
    return [Winner(provider_id=one.id, provider_name=one.name, value=None) for one in providers]


def parent(recorded: Recorded, event: ParentNamed) -> ParentRow:
    return ParentRow(
        index=recorded.index,
        case=event.parent,
        reference=event.reference,
        until=event.until,
        name=event.name.get(),
        members=named(event.members.get()),
    )


def change(recorded: Recorded, event: ContractChanged) -> ContractChangeRow:
    before, after = event.value_before.get(), event.value_after.get()
    return ContractChangeRow(
        index=recorded.index,
        changed_on=event.changed_on,
        kind=event.kind,
        ground=event.ground,
        term_days=event.term_days,
        change_notice=event.change_notice,
        reason=event.reason.get(),
        value_before=before,
        value_after=after,
        changed_by=_share(before, after),
        providers=named(event.providers.get()),
    )


def _share(before: Pence | None, after: Pence | None) -> int | None:
    """By how much a value changed, in basis points of what it was, rounded half away from zero."""
    if not before or after is None:
        return None
    size = (abs(after - before) * 20_000 + before) // (2 * before)
    return size if after >= before else -size


def end(recorded: Recorded, event: ContractEnded) -> ContractEndRow:
    reason = event.reason.get()
    return ContractEndRow(
        index=recorded.index, ended_on=event.ended_on, how=event.how, cause=event.cause, reason=reason
    )
