"""The list of who could be asked for a home, as whoever keeps it sees it: each with the stream in which it stands.

- What a provider said is wrong stays on top until just that is answered: what a home is registered for by a change of its
  registration, its places by one of them, its level by evidence, its tier by an agreement with its provider.
- A correction answers what it corrects. One that changes neither registration nor places answers what no other entry can:
  the area, the tier, something else.
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
    Registration,
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
    disputes: list[Dispute] = []
    owners: dict[str, str] = {}
    stood: dict[str, tuple[Registration | None, int | None]] = {}
    for recorded in records:
        match recorded.event:
            case AuthorityRegistered(authority=code):
                authorities[code] = recorded.stream
            case ProviderRegistered(provider=code):
                providers[code] = recorded.stream
            case AgreementConcluded(agreement=code, tiers=tiers):
                agreements[code] = recorded.stream
                disputes = [one for one in disputes if one.field != "agreement" or owners.get(one.setting) not in tiers]
            case SettingRegistered() as home:
                owners[home.setting] = home.provider
                stood[home.setting] = home.registration.get(None), home.places.get(None)
            case SettingChanged() as change:
                now = change.registration.get(None), change.places.get(None)
                answered = _answered(change.reason, stood.get(change.setting, (None, None)), now)
                stood[change.setting] = now
                disputes = [one for one in disputes if one.setting != change.setting or one.field not in answered]
            case CapabilityEvidenced(setting=setting):
                disputes = [one for one in disputes if one.setting != setting or one.field != "capability"]
            case EntryDisputed() as said:
                disputes.append(
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
        disputes=tuple(disputes),
    )


def _answered(
    reason: str, before: tuple[Registration | None, int | None], now: tuple[Registration | None, int | None]
) -> set[str]:
    """What of a home is answered by a change of it."""
    match reason:
        case "registration":
            return {"ages", "sexes"}
        case "places":
            return {"places"}
        case "correction":
            was, then = before[0], now[0]
            found = {"places"} if before[1] != now[1] else set[str]()
            if was is None or then is None or (was.age_from, was.age_to) != (then.age_from, then.age_to):
                found.add("ages")
            if was is None or then is None or set(was.sexes) != set(then.sexes):
                found.add("sexes")
            is_same = was is not None and was == then and before[1] == now[1]
            return {"area", "agreement", "other"} if is_same else found
        case _:
            return set()
