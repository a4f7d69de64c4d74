"""Carry out commands with keys at hand: have each signed by whom it needs, and append it.

- A bid, a challenge or a statement of details is signed inside by who lodges it, and outside by the register's receiver.
- A provider's key speaks for that provider only.
- What concerns a bid comes in among a random number of cover deposits; all bear the same moment, in a random order.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fairplace.challenge.commands import LodgeChallenge, WithdrawChallenge
from fairplace.covering import among_covers
from fairplace.decision import Command
from fairplace.desk import ATTEMPTS, digest_of
from fairplace.errors import Conflict, Forbidden, Refused
from fairplace.ledger.note import Signer, Vkey
from fairplace.lodging import check_lodging, sign_lodging
from fairplace.on_disk import Register
from fairplace.prepared import Appended, Prepared
from fairplace.procurement.commands import AskQuestion, LodgeBid, WithdrawBid
from fairplace.provider.commands import StateFacts

Lodging = LodgeBid | WithdrawBid | LodgeChallenge | WithdrawChallenge | StateFacts


class Recorder:
    """Records commands in one register; `signer` finds a person's key by its name."""

    def __init__(self, register: Register, signer: Callable[[str], Signer]) -> None:
        self._register = register
        self._desk = register.desk
        self._signer = signer

    def record(self, command: Command) -> Appended:
        """Record one command. Raises what desk and keyring raise; nothing is half done."""
        if command.evidence == "sent-by-link":
            raise Forbidden(
                "only the register itself can say that something came by a link; report it with other evidence",
                code="link",
            )
        if found := self._desk.recorded(command):
            return found
        if self._desk.signs_for_themselves(command):
            return self._desk.record(command, self._sign_as(command))
        return self._lodge(command)

    def prepare(self, command: Command) -> Prepared:
        """What would be signed if the command were recorded now; nothing is written, and no key is asked for."""
        if self._desk.signs_for_themselves(command):
            return self._desk.prepare(command)
        return self._desk.prepare(command, actor=self._register.service("receiver").vkey.name)

    def _sign_as(self, command: Command) -> Callable[[Prepared], list[str]]:
        def sign(prepared: Prepared) -> list[str]:
            if prepared.second and command.second is None:
                raise Refused(
                    f"this needs a second signature by another person who is {' or '.join(sorted(prepared.second))};"
                    " name them in 'second'",
                    code="second-signature",
                )
            signers = [prepared.actor, *([command.second] if prepared.second and command.second else [])]
            return [self._signer(name).line(prepared.text) for name in signers]

        return sign

    # What the receiver takes in for others

    def _lodge(self, command: Command) -> Appended:
        receiver = self._register.service("receiver")
        signed = self._by_whom_it_is(command)
        for _ in range(ATTEMPTS):
            prepared = self._desk.prepare(signed, actor=receiver.vkey.name)
            # The command's own digest: a signature inside does not make it another command.
            prepared = msgspec.structs.replace(prepared, command=digest_of(command))
            batch = self._among_covers(prepared, command, receiver)
            try:
                done = self._desk.append_all([(one, [receiver.line(one.text)]) for one in batch])
            except Conflict as conflict:
                if conflict.kind not in ("stream", "condition", "deadline"):
                    raise
                lost = conflict
                continue
            return done[batch.index(prepared)]
        raise lost

    def _by_whom_it_is(self, command: Command) -> Command:
        """The command with the signature of whoever lodges: the one that it came with, or by their key at hand.

        What somebody who keeps the file tells of another has no signature of theirs inside, unless it came with one.
        """
        asker = self._desk.actor(command.as_)
        is_theirs = "provider" in asker.roles
        speaker = command.as_ if is_theirs else None
        signed = command
        if isinstance(command, Lodging):
            members = {**command.lodged(), "id": command.id, "log": self._register.origin}
            if command.signature is not None:
                speaker = check_lodging(command.signature, members, self._key).name
            elif is_theirs:
                note = sign_lodging(self._signer(command.as_), members)
                check_lodging(note, members, self._key)
                signed = msgspec.structs.replace(command, signature=note)
        elif is_theirs:
            self._signer(command.as_)  # only who holds the key may speak with its name
        if is_theirs and speaker != command.as_:
            raise Forbidden(
                f"{command.as_} brought a note signed by {speaker}; each lodges with their own key", code="key"
            )
        whose = _whose(command)
        if speaker is not None and whose is not None and (own := self._register.provider_of(speaker)) != whose:
            raise Forbidden(
                f"the key {speaker} is enrolled for {own or 'nobody'}; it cannot speak for {whose[:100]}", code="key"
            )
        return signed

    def _key(self, name: str, key_id: bytes) -> Vkey:
        standing = self._register.reader.register().standing(name, key_id)
        if standing is None or standing.revoked is not None:
            raise Forbidden(f"the key {name}+{key_id.hex()} may not sign here; enrol it first", code="key")
        return standing.vkey

    def _among_covers(self, prepared: Prepared, command: Command, receiver: Signer) -> list[Prepared]:
        if not prepared.type.startswith("deposit."):
            return [prepared]
        happened_at = command.happened_at if command.is_report and command.happened_at else prepared.at
        return among_covers(self._register, receiver, prepared, happened_at=happened_at, evidence=command.evidence)


def lodge_by_link(register: Register, challenge: LodgeChallenge) -> Appended:
    """Take in a challenge from whoever holds a link: the receiver signs, and nobody has signed inside."""
    receiver = register.service("receiver")
    return register.desk.record(challenge, lambda prepared: [receiver.line(prepared.text)], actor=receiver.vkey.name)


def ask_signed_in(register: Register, question: AskQuestion) -> Appended:
    """Take in a question of a provider's person who is signed in with this key: the receiver signs, nobody signs inside.

    Raises Forbidden for a key that does not speak for the provider that asks.
    """
    by = register.desk.actor(question.as_)
    if "provider" not in by.roles or question.asked_by is None or by.provider != question.asked_by.id:
        raise Forbidden(
            f"the key {question.as_} cannot ask for this provider; sign in as one of its people", code="key"
        )
    receiver = register.service("receiver")
    return register.desk.record(question, lambda prepared: [receiver.line(prepared.text)], actor=receiver.vkey.name)


def _whose(command: Command) -> str | None:
    """The provider in whose name the command speaks."""
    match command:
        case LodgeBid(provider=provider):
            return provider.id
        case WithdrawBid(provider=named) | StateFacts(provider=named):
            return named
        case LodgeChallenge(challenger=provider) | AskQuestion(asked_by=provider) if provider is not None:
            return provider.id
        case _:
            return None
