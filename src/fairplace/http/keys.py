"""The keys of the register: who may sign, as what, since when; which keys were lost or stolen; and the log's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request

from fairplace.http.made_from import of_places
from fairplace.http.routing import public
from fairplace.http.site import Answer, TheSite, wants_data
from fairplace.ledger.key_table import RECOVERY_WAIT, Standing
from fairplace.ledger.register import KeyRegister
from fairplace.terms import instant, moment


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Signatures on the entries `first` to `last` are contested since the entry `said`."""

    said: int
    first: int
    last: int


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One key that signs steps, or did. `ended` is the entry since when it may not, `how` it ended.

    `passkey_of` is the site at which it signs, when it is a passkey.
    """

    name: str
    vkey: str
    passkey_of: str | None
    roles: list[str]
    added: int
    replaces: str | None
    ended: int | None
    how: str
    contested: list[Doubt]


class RecoveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A lost key that is being replaced: where and when that began, and from when on the new key may take its place."""

    start: int
    at: str
    due: str
    name: str
    replaces: str
    vkey: str


class LogKeyLine(msgspec.Struct, frozen=True, kw_only=True):
    vkey: str
    kind: str
    added: int
    retired: int | None


class EarlierLog(msgspec.Struct, frozen=True, kw_only=True):
    """The log that this one continues, as far as it was trusted."""

    log: str
    size: int
    root: str


class KeysPage(msgspec.Struct, frozen=True, kw_only=True):
    keys: list[KeyLine]
    recoveries: list[RecoveryLine]
    log_keys: list[LogKeyLine]
    continues: EarlierLog | None


def keys_of(register: KeyRegister) -> KeysPage:
    """What the key register says, for the page and for machines."""
    earlier = register.continues
    return KeysPage(
        keys=[_line(standing) for standing in register.standings()],
        recoveries=[
            RecoveryLine(
                start=one.start,
                at=one.at,
                due=_due(one.at, RECOVERY_WAIT),
                name=one.vkey.name,
                replaces=one.replaces.text,
                vkey=one.vkey.text,
            )
            for one in register.recoveries()
            if one.over is None
        ],
        log_keys=[
            LogKeyLine(
                vkey=key.vkey.text,
                kind="Ed25519" if key.vkey.kind == 1 else "ML-DSA-44",
                added=key.added,
                retired=key.retired,
            )
            for key in register.log_key_history()
        ],
        continues=None if earlier is None else EarlierLog(log=earlier.log, size=earlier.size, root=earlier.root),
    )


def _line(standing: Standing) -> KeyLine:
    return KeyLine(
        name=standing.vkey.name,
        vkey=standing.vkey.text,
        passkey_of=standing.vkey.passkey.site if standing.vkey.passkey else None,
        roles=sorted({role for _, role in standing.roles}),
        added=standing.added,
        replaces=standing.replaces.text if standing.replaces else None,
        ended=standing.revoked,
        how=standing.ended,
        contested=[Doubt(said=one.said, first=one.first, last=one.last) for one in standing.contested],
    )


def _due(at: str, wait: timedelta) -> str:
    return instant(moment(at) + wait)


@public("/keys", "/keys.json")
def keys(request: Request[Any, Any, Any], site: TheSite) -> Answer:
    """Every key that signs or signed, and what is said of it, as published."""
    page = keys_of(site.key_register())
    if wants_data(request):
        return site.data(page)
    steps = of_places(site.published, site.published.key_register())
    return site.page("keys.html", page=page, made_from=site.made_from("/keys", steps))


HANDLERS = (keys,)
