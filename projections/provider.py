"""A provider's page: awards and contracts that were released, and nothing else. Bids and challenges never."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from fairplace.procurement.events import Awarded, ContractChanged, ContractEntered, Imported
from fairplace.projection import Citation, Projection, Recorded, notices
from fairplace.terms import Day, Instant, Pence, Provider, Text


class ProviderAward(msgspec.Struct, frozen=True, kw_only=True):
    """An award or a contract in one case; an imported one stands as the notice states it."""

    case: str
    index: int
    awarded_at: Instant | None = None
    value: Pence | None = None
    contract_on: Day | None = None
    contract_value: Pence | None = None
    imported: bool = False
    award_id: str | None = None
    status: str | None = None
    decided_on: Day | None = None
    published_on: Day | None = None
    shared_with: int = 0


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What one release of an imported notice states of an award."""

    released_at: Instant | None
    award: ProviderAward


class ProviderRow(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an award still stands is for its case to say: it may have been withdrawn since."""

    provider: str
    name: Text = ""
    index: int = -1
    leaf: str = ""
    awards: list[ProviderAward] = []
    stated: list[Stated] = []


def keys(recorded: Recorded) -> Iterable[str]:
    event = recorded.event
    match event:
        case _ if recorded.case is None:
            return ()
        case Awarded():
            awards = (bid.award.get() for bid in event.bids.values())
            found = {award.provider.id for award in awards if award is not None}
        case ContractEntered() | ContractChanged():
            found = {provider.id for provider in event.providers.get(())}
        case Imported():
            found = {supplier.id for award in event.awards.get(()) for supplier in award.suppliers}
        case _:
            return ()
    return sorted(found - {""})


def empty(key: str, citation: Citation | None) -> ProviderRow:
    return ProviderRow(provider=key)


def fold(row: ProviderRow, recorded: Recorded) -> ProviderRow:
    event = recorded.event
    match event:
        case Awarded():
            row = _awarded(row, recorded, event)
        case ContractEntered():
            row = _contract(row, recorded, event)
        case ContractChanged():
            row = _changed(row, recorded, event)
        case Imported():
            row = _imported(row, recorded, event)
        case _:
            pass
    return replace(row, index=recorded.index, leaf=recorded.leaf)


def columns(row: ProviderRow) -> Mapping[str, str | int | None]:
    return {"awards": len(row.awards), "name": row.name, "words": f"{row.name} {row.provider}"}


def _awarded(row: ProviderRow, recorded: Recorded, event: Awarded) -> ProviderRow:
    won = [
        award
        for _, bid in sorted(event.bids.items())
        if (award := bid.award.get()) and award.provider.id == row.provider
    ]
    awards = [
        ProviderAward(case=str(recorded.case), index=recorded.index, awarded_at=event.happened_at, value=award.value)
        for award in won
    ]
    return replace(row, name=won[-1].provider.name if won else row.name, awards=[*row.awards, *awards])


def _contract(row: ProviderRow, recorded: Recorded, event: ContractEntered) -> ProviderRow:
    signers = event.providers.get([])
    facts = {
        "contract_on": event.entered_on,
        "contract_value": event.value.get(),
        "shared_with": len(signers) - 1,
    }
    return _party(row, recorded, signers, facts)


def _changed(row: ProviderRow, recorded: Recorded, event: ContractChanged) -> ProviderRow:
    """The contract's new value; who joined it by the change has it from that day on."""
    parties, value = event.providers.get([]), event.value_after.get()
    known = any(one.case == recorded.case and one.contract_on is not None for one in row.awards)
    facts: dict[str, Any] = {} if known else {"contract_on": event.changed_on}
    facts |= {"shared_with": len(parties) - 1} | ({} if value is None else {"contract_value": value})
    return _party(row, recorded, parties, facts)


def _party(row: ProviderRow, recorded: Recorded, parties: Sequence[Provider], facts: Mapping[str, Any]) -> ProviderRow:
    name = next((provider.name for provider in parties if provider.id == row.provider), row.name)
    at = next((at for at in reversed(range(len(row.awards))) if row.awards[at].case == recorded.case), None)
    awards = list(row.awards)
    if at is None:
        awards.append(replace(ProviderAward(case=str(recorded.case), index=recorded.index), **facts))
    else:
        awards[at] = replace(awards[at], **facts)
    return replace(row, name=name, awards=awards)


def _imported(row: ProviderRow, recorded: Recorded, event: Imported) -> ProviderRow:
    """An award that several releases state stands once, as the newest has it, and older ones where it is silent."""
    name = row.name
    stated = list(row.stated)
    for award in event.awards.get([]):
        supplier = next((one for one in award.suppliers if one.id == row.provider), None)
        if supplier is None:
            continue
        name = supplier.name
        one = ProviderAward(
            case=str(recorded.case),
            index=recorded.index,
            imported=True,
            award_id=award.id,
            status=award.status,
            decided_on=award.decided_on,
            published_on=award.published_on,
            value=award.value,
            shared_with=len(award.suppliers) - 1,
        )
        stated.append(Stated(released_at=event.released_at, award=one))
    mine = [one for one in stated if one.award.case == recorded.case]
    oldest = sorted(mine, key=lambda one: (one.released_at or "", one.award.index))
    merged = notices.merged_awards({str(one.award.award_id): one.award} for one in oldest)
    others = [one for one in row.awards if one.case != recorded.case or not one.imported]
    return replace(row, name=name, awards=[*others, *merged.values()], stated=stated)


projection = Projection[ProviderRow](
    name="provider", version=3, keys=keys, empty=empty, fold=fold, columns=columns, row=ProviderRow
)
