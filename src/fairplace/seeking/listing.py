"""The list of who could be asked for a home, as whoever keeps it sees it: each with the stream in which it stands.

- What a provider said is wrong stays on top until the list was changed about that home, or about whom it depends on.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairplace.market.events import (
    AgreementConcluded,
    AuthorityRegistered,
    CapabilityEvidenced,
    EntryDisputed,
    ProviderRegistered,
    SettingChanged,
    SettingRegistered,
)
from fairplace.recorded import Recorded
from fairplace.terms import Instant

READ = (
    AuthorityRegistered,
    ProviderRegistered,
    AgreementConcluded,
    SettingRegistered,
    SettingChanged,
    CapabilityEvidenced,
    EntryDisputed,
)
"""The events of which the list is made; what a home says of its room is not among them."""


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a provider says is wrong, and nobody has changed since."""

    stream: str
    setting: str
    field: str
    words: str | None
    at: Instant


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """In which stream each of them stands, and what is disputed."""

    authorities: dict[str, str]
    providers: dict[str, str]
    agreements: dict[str, str]
    disputes: tuple[Dispute, ...]


def listing(records: Iterable[Recorded]) -> Listing:
    authorities: dict[str, str] = {}
    providers: dict[str, str] = {}
    agreements: dict[str, str] = {}
    disputes: dict[str, list[Dispute]] = {}
    for recorded in records:
        match recorded.event:
            case AuthorityRegistered(authority=code):
                authorities[code] = recorded.stream
            case ProviderRegistered(provider=code):
                providers[code] = recorded.stream
            case AgreementConcluded(agreement=code):
                agreements[code] = recorded.stream
            case SettingChanged(setting=setting) | CapabilityEvidenced(setting=setting):
                disputes.pop(setting, None)
            case EntryDisputed() as said:
                disputes.setdefault(said.setting, []).append(
                    Dispute(
                        stream=recorded.stream,
                        setting=said.setting,
                        field=said.field,
                        words=said.words.get(None),
                        at=recorded.at,
                    )
                )
            case _:
                pass
    return Listing(
        authorities=authorities,
        providers=providers,
        agreements=agreements,
        disputes=tuple(one for them in disputes.values() for one in them),
    )
