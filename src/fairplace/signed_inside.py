"""The signature inside: what the receiver seals for a provider as the provider's own act, the provider has signed.

- Whoever holds the receiver's key can so lodge nothing in another's name: it is asked for where the entry is appended.
- A report of what came by another way may lack it; a cover deposit, in which every value is null, has none.
- A challenge that names no challenger may come without one: somebody who is no provider sent a letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fairplace.errors import Forbidden, Malformed, Refused, Unproven
from fairplace.ledger import canonical
from fairplace.ledger.entry import Envelope
from fairplace.ledger.note import Vkey, parse_note
from fairplace.ledger.register import KeyRegister
from fairplace.lodging import HEADER, check_lodging
from fairplace.prepared import Prepared
from fairplace.terms import ACT, text

LODGE_BID, WITHDRAW_BID, LODGE_CHALLENGE = "lodge-bid", "withdraw-bid", "lodge-challenge"
STATE_FACTS = "state-facts"

_DOES = {
    "deposit.received/1": LODGE_BID,
    "deposit.received-late/1": LODGE_BID,
    "deposit.withdrawn/1": WITHDRAW_BID,
    "challenge.lodged/1": LODGE_CHALLENGE,
    "provider.facts-stated/1": STATE_FACTS,
}


def check_inside(
    prepared: Prepared, envelope: Envelope, register: KeyRegister, provider_of: Callable[[str], str | None]
) -> None:
    """Did the provider sign what is sealed in its name? Raises Refused, Forbidden or Unproven when it did not."""
    does = _DOES.get(envelope.type)
    if does is None:
        return
    values = {opening.slot.removeprefix("/"): opening.value for opening in prepared.openings}
    note = values.pop("challenger_signature" if does == LODGE_CHALLENGE else "provider_signature", None)
    if note is None:
        is_act = envelope.body["evidence"] == ACT
        named = values.get("challenger") if does == LODGE_CHALLENGE else _anything(values)
        if is_act and named:
            raise Refused(
                "this is lodged as a provider's own act without the provider's signature; the provider signs it, or an"
                " officer reports how it came",
                code="unsigned",
            )
        return
    members = _members(note)
    signer = check_lodging(note, members, lambda name, key_id: _provider_key(register, name, key_id))
    expected = {"do": does, "id": prepared.key, "log": envelope.log, **_sealed(does, envelope, values)}
    whose = provider_of(signer.name)
    lodged = _cleaned(does, members, whose)
    if whose is None or lodged != expected | {"whose": whose}:
        raise Unproven("the note inside says something else than what was lodged; sign what is lodged")


def _anything(values: Mapping[str, Any]) -> bool:
    """Does a deposit seal anything at all? A cover does not."""
    return any(value is not None for value in values.values())


def _members(note: str) -> dict[str, Any]:
    signed, _ = parse_note(note.encode("utf-8", "replace"))
    if not signed.startswith(HEADER):
        raise Malformed("the note inside is none over what is lodged; sign what is lodged")
    members = canonical.decode(signed[len(HEADER) :].removesuffix(b"\n"))
    if not isinstance(members, dict):
        raise Malformed("the note inside is none over what is lodged; sign what is lodged")
    return members


def _provider_key(register: KeyRegister, name: str, key_id: bytes) -> Vkey:
    standing = register.standing(name, key_id)
    if standing is None or standing.revoked is not None or "provider" not in {role for _, role in standing.roles}:
        raise Forbidden(f"the key {name}+{key_id.hex()} may lodge nothing here; enrol it as a provider's", code="key")
    return standing.vkey


def _sealed(does: str, envelope: Envelope, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the entry and its sealed values say of what was lodged."""
    match does:
        case "lodge-bid":
            return {name: values[name] for name in ("case", "document", "price", "provider")}
        case "withdraw-bid":
            return {"case": values["case"]}
        case "state-facts":
            return {"facts": values["facts"], "of": values["provider"]}
        case _:
            open_members = {name: envelope.body[name] for name in ("about", "case", "ground", "kind", "remedy")}
            return open_members | {name: values[name] for name in ("challenger", "words")}


def _cleaned(does: str, members: dict[str, Any], whose: str | None) -> dict[str, Any]:
    """The members that were signed, their texts as they are sealed; `whose` is whom they name."""
    named = "challenger" if does == LODGE_CHALLENGE else "provider"
    lodged = dict(members)
    said: Any = lodged.get(named)
    match said:
        case {"id": str(), "name": str(name)} as provider:
            lodged[named] = {**provider, "name": text(name)}
            lodged["whose"] = provider["id"]
        case str(provider_id):
            del lodged[named]
            lodged["whose"] = provider_id
            if does == STATE_FACTS:
                lodged |= {"of": provider_id, "facts": _clean(lodged.get("facts"))}
        case None if does == LODGE_CHALLENGE:
            lodged["whose"] = whose  # a challenger may stay unnamed, and still sign
    if isinstance(lodged.get("words"), str):
        lodged["words"] = text(lodged["words"])
    return lodged


def _clean(value: Any) -> Any:
    """Details as they are sealed: each text made fit for the log, and one in which nothing is left is not stated."""
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return (text(value) or None) if isinstance(value, str) else value
