"""A register on disk: open one, and what stands in its folder.

DIR/fairplace.toml      settings, no secret
DIR/register.sqlite     entries, openings under their subjects' keys, checkpoints, rows of projections
DIR/keys.sqlite         the subjects' keys, each under the key in secrets/vault.seed
DIR/documents/          files under keys of their own, by names that tell nothing
DIR/public/             what anybody may copy: checkpoint, tiles, disclosures, policy; of placements no entries, no disclosures
DIR/inside/             of a register of placements alone: the same with entries, for those within who check it
DIR/timestamps/         tokens of a time-stamping authority over checkpoints, if any were asked for
DIR/secrets/            seeds of the log and of the service keys, 0600, and what the log's signer remembers; no officer's
                        key, ever. A signer of its own has the log's seeds and its memory elsewhere.
DIR/policies/           the register's own rules, if any
DIR/accounts.sqlite     who can sign in; no evidence, and can be erased
DIR/drafts.sqlite       what people write before they sign, encrypted
DIR/documents.sqlite    what the documents of cases at the desk are, encrypted
DIR/post.sqlite         messages on their way and the links in them, encrypted
DIR/openers.sqlite      public keys of those who open sealed bids, and what they gave towards opening one, encrypted
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Self

from fairplace import catalogue, enrolling, erasures, replay, settings, shelf
from fairplace.begun import in_use
from fairplace.desk import Appended, Desk, Prepared
from fairplace.documents import Documents
from fairplace.errors import Misconfigured
from fairplace.holders import holders, provider_of
from fairplace.ledger import disclosure, entry
from fairplace.ledger.heads import behind
from fairplace.ledger.note import Signer, Vkey
from fairplace.ledger.publisher import Publisher
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.signing import HeadSigner
from fairplace.ledger.store import keeping
from fairplace.ledger.store.connection import format_of
from fairplace.ledger.store.files import FileLock
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.timestamps import Timestamps
from fairplace.ledger.vetting import Vetting
from fairplace.looking_through import before_it_goes
from fairplace.prepared import check_roles
from fairplace.reading import StoreReader
from fairplace.replay import Replay
from fairplace.rows import Rows
from fairplace.seen import Seen, ahead, seen
from fairplace.settings import Settings
from fairplace.signer import seeds
from fairplace.signer.client import RemoteSigner
from fairplace.signer.keeper import Keeper
from fairplace.sources import SYSTEM, Sources
from fairplace.subjects import subject_of
from fairplace.terms import KeyName
from fairplace.witness.client import Collector
from fairplace.witness.known import Cosigned, Witness, cosigned, known, policy

SERVICES = ("receiver", "assessor", "importer", "vault")
"""Roles whose keys the register itself holds: they take in, judge, copy, and write who read; they decide nothing."""

VAULT = "vault"
"""The seed under which subject keys are wrapped."""
_SERVICE_SEEDS = {"vault": "vault-service"}


class Register:
    """An open register. Close it, or use it in a `with`."""

    def __init__(self, folder: Path, sources: Sources, chosen: Settings) -> None:
        self.folder = folder
        self.sources = sources
        self.settings = chosen
        self.origin = self.settings.origin
        self._database = folder / self.settings.database
        vault = keeping.of_folder(folder, lambda: seeds.read(folder / "secrets", VAULT), subject_of)
        self.store = SqliteStore(self._database, sources, vault)
        self._is_whole = False
        self.reader = StoreReader(self.store, self.origin)
        self.documents = Documents(folder / "documents", FileLock(vault.keys))
        self.desk = Desk(
            self.store,
            self.reader,
            sources,
            signing_window=timedelta(minutes=self.settings.signing_window),
            before_append=self.check_not_behind,
            look_through=before_it_goes(self.documents),
            placements=chosen.kind == "placements",
        )

    @classmethod
    def open(cls, folder: Path, sources: Sources = SYSTEM) -> Register:
        """Raises Misconfigured when the folder is no register, or is newer than this program."""
        chosen = settings.load(folder)
        if not (folder / chosen.database).is_file():
            raise Misconfigured(
                f"{folder / chosen.database} is missing; restore it from its backup, or start anew in another folder"
            )
        if format_of(folder / chosen.database) == 1:
            _keep_what_is_new(folder)
        register = cls(folder, sources, chosen)
        if not register.reader.size:
            register.close()
            raise Misconfigured(f"{folder} holds no log {chosen.origin}; look at the origin in {settings.FILE}")
        try:
            register.check_kind()
            with register.store.chore("documents") as is_due:
                if is_due:
                    register.documents.lock_plain_ones()
            erasures.finish(register.store, register.documents, register.origin)
            in_use(folder)
        except BaseException:
            register.close()
            raise
        return register

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if "replay" in self.__dict__:
            self.replay.close()
        if "rows" in self.__dict__:
            self.rows.close()
        self.store.close()

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def is_of_placements(self) -> bool:
        return self.settings.kind == "placements"

    @property
    def whole(self) -> Path:
        """The published files with entries: the public ones, or those that a register of placements keeps within."""
        return self.folder / "inside" if self.is_of_placements else self.public

    def check_kind(self) -> None:
        """Raises Misconfigured when the entries are of another kind than the settings say: they would be published."""
        other = sorted(catalogue.TYPES.keys() - catalogue.PLACEMENTS.keys() - catalogue.OF_EITHER)
        types = other if self.is_of_placements else sorted(catalogue.PLACEMENTS)
        if next(iter(self.store.of_types(self.origin, types)), None) is not None:
            kind = "procurement" if self.is_of_placements else "placements"
            raise Misconfigured(
                f"{self.folder / settings.FILE} says kind = {self.settings.kind}, and the entries are of {kind}; set it back"
            )

    @cached_property
    def timestamps(self) -> Timestamps:
        return Timestamps(self.folder / "timestamps")

    @property
    def own_policies(self) -> Path:
        return self.folder / "policies"

    @property
    def policies(self) -> list[shelf.Shelved]:
        """What judges the cases of this register: the files for its kind, and its own."""
        return shelf.policies(self.own_policies, self.settings.kind)

    @property
    def domain(self) -> str:
        """The authority's domain: key names begin with it."""
        return domain_of(self.origin)

    def provider_of(self, key_name: str) -> str | None:
        """The provider for which a key was enrolled; null for everybody else's."""
        return provider_of(self.store, self.reader, key_name)

    def service(self, role: str) -> Signer:
        """The register's own key for a service role."""
        name = f"{self.domain}/service/{role}"
        return Signer(name, seeds.read(self.folder / "secrets", seed_of(role)))

    @cached_property
    def signer(self) -> HeadSigner:
        """Whoever holds the log's keys: they sign checkpoints."""
        return signer_of(self.folder, self.settings, self.sources)

    def log_vkeys(self) -> list[Vkey]:
        """Every key of the log that this register knows of: by its entries, and by its settings."""
        named = [Vkey.parse(text) for text in self.settings.log[0].vkeys]
        return list(dict.fromkeys([*self.reader.register().all_log_keys(), *named]))

    def seen(self) -> list[Seen]:
        """How far the published folder, the signer and the witnesses have seen this log."""
        return seen(self.public, self.signer, self.witnesses, self.origin, self.log_vkeys())

    def ahead(self) -> list[Seen]:
        """Those of them that have seen what is not here."""
        return ahead(self.seen(), self.store, self.origin, self.reader.register())

    def check_not_behind(self) -> None:
        """Raises Misconfigured when an old copy was put back. Asked once, before anything is recorded or signed."""
        if not self._is_whole:
            if found := self.ahead():
                raise Misconfigured(behind(found[0].who, self.origin, found[0].size, self.reader.size))
            self._is_whole = True

    def go_on_although_behind(self) -> None:
        """For recovery alone: it puts right what would otherwise stand in its way."""
        self._is_whole = True

    def vetting(self, signed: int) -> Vetting:
        """Judges the entries of this log from this size on, in order."""
        return Vetting(self.origin, signed, _may_stand)

    @cached_property
    def publisher(self) -> Publisher:
        """The one that signs checkpoints; several processes may have one, a lease lets one of them work."""
        self.check_not_behind()
        last = self.store.last_checkpoint(self.origin)
        return Publisher(
            self.store,
            self.origin,
            self.public,
            self.signer,
            clock=self.sources.clock,
            verify_entry=self.vetting(last.size if last else 0),
            collect=self.collector,
            witnesses=policy(self.witnesses, self.settings.quorum),
            timestamps=self.timestamps,
            inside=self.whole if self.is_of_placements else None,
        )

    @cached_property
    def witnesses(self) -> tuple[Witness, ...]:
        """Those that the settings name. Raises Misconfigured at what is no key of a witness."""
        return known(self.settings)

    @cached_property
    def collector(self) -> Collector:
        """Asks the witnesses; it remembers which of them failed, and what they said."""
        return Collector(self.witnesses, self.settings.quorum, clock=lambda: self.sources.clock().timestamp())

    def cosigned(self, note: bytes) -> Cosigned:
        """Which witnesses signed a checkpoint of this log, and whether they are enough."""
        return cosigned(note, self.witnesses, self.settings.quorum)

    @cached_property
    def replay(self) -> Replay:
        """Keeps the rows of the projections in step with the published log."""
        return Replay(
            self._database,
            self.reader,
            [] if self.is_of_placements else replay.loaded(shelf.projections()),  # nothing of it is told anybody
            code=replay.code_of(self.settings.authority),
        )

    @cached_property
    def rows(self) -> Rows:
        """What readers look up."""
        return Rows(self._database, [one.projection for one in replay.loaded(shelf.projections())])

    def follow(self) -> None:
        """Publish what is committed, and bring the rows to what is published. Raises Busy when others hold the lock."""
        self.publisher.publish()
        published = self.store.last_checkpoint(self.origin)
        self.replay.catch_up(published.size if published else 0)

    def enrol(
        self, vkey: str, role: str, *, holder: str, provider: str | None, admin: Signer, key: str | None = None
    ) -> Appended:
        """Add a key to the register, or a role to a key. The holder's name is sealed."""
        prepared = self.prepare_enrolment(vkey, role, holder=holder, provider=provider, by=admin.vkey.name, key=key)
        return self.desk.append(prepared, signed_by(admin)(prepared))

    def prepare_enrolment(
        self, vkey: str, role: str, *, holder: str, provider: str | None, by: KeyName, key: str | None = None
    ) -> Prepared:
        """What the key `by` is to sign so that a key may act in a role; `key` is the idempotency key."""
        named = Vkey.parse(vkey)
        holder = enrolling.check_role(role, holder, provider)
        enrolling.check_name(named.name, role, self.domain, provider)
        if role in SERVICES:
            enrolling.check_service(named, role, self.service(role).vkey)
        enrolling.check_one_key(named, role, holder, holders(self.store, self.reader), self.reader.register())
        opening = disclosure.make_opening(
            "/holder", {"name": holder, "provider_id": provider}, self.sources.entropy(disclosure.SALT_BYTES)
        )
        return self.prepare_key_event(
            "key.added/1",
            {"role": role, "vkey": vkey},
            by,
            statement=f"Let {described(named)} act as {role}",
            key=key,
            opening=opening,
        )

    def revoke(self, vkey: str, *, reason: str, admin: Signer) -> Appended:
        """From now on the key may sign nothing; what it signed before stands. `reason` is a public code.

        `admin` is a head's key, or the very key that is revoked.
        """
        enrolling.check_revocation(Vkey.parse(vkey), self.reader.register())
        return self.key_event(
            "key.revoked/1", {"reason": reason, "vkey": vkey}, admin, statement=f"Revoke the key {vkey}"
        )

    def limit(self, vkey: str, *, not_for: list[str], admin: Signer) -> Appended:
        """From now on the key may not sign events of these types."""
        return self.key_event(
            "key.limited/1",
            {"not_for": sorted(not_for), "vkey": vkey},
            admin,
            statement=f"Keep the key {vkey} from signing {', '.join(sorted(not_for))}",
        )

    def key_event(
        self,
        kind: str,
        body: dict[str, object],
        *signers: Signer,
        statement: str,
        key: str | None = None,
        opening: disclosure.Opening | None = None,
        second: frozenset[str] = frozenset(),
    ) -> Appended:
        """Record one event of the key register. `key` is its idempotency key; `second` is who must sign it second."""
        by = signers[0].vkey.name
        prepared = self.prepare_key_event(kind, body, by, statement=statement, key=key, opening=opening, second=second)
        return self.desk.append(prepared, signed_by(*signers)(prepared))

    def prepare_key_event(
        self,
        kind: str,
        body: dict[str, object],
        by: KeyName,
        *,
        statement: str,
        key: str | None = None,
        opening: disclosure.Opening | None = None,
        second: frozenset[str] = frozenset(),
    ) -> Prepared:
        """What the key `by` is to sign, first of two where `second` is not empty."""
        return self.desk.prepare_register(
            kind,
            body,
            actor=by,
            key=key or self.sources.event_id(),
            statement=statement,
            slots={opening.slot: disclosure.Slot("personal", opening.digest)} if opening else {},
            openings=(opening,) if opening else (),
            second=second,
        )


def described(vkey: Vkey) -> str:
    """A key as a statement names it: of a passkey, where it signs."""
    return f"the passkey {vkey.name}, which signs at {vkey.passkey.site}," if vkey.passkey else f"the key {vkey.name}"


def _may_stand(one: entry.Entry, register: KeyRegister, index: int) -> None:
    """Do the roles of those who signed allow it? Somebody who can write to the file cannot add what nobody may sign."""
    check_roles(one, register, index)


def signed_by(*signers: Signer) -> Callable[[Prepared], list[str]]:
    """A signing by keys at hand, the actor's first."""
    return lambda prepared: [signer.line(prepared.text) for signer in signers]


def _keep_what_is_new(folder: Path) -> None:
    """The seeds that a register of format 1 lacks. Nothing is wrapped under them before its upgrade."""
    for name in (VAULT, seed_of("vault")):
        with contextlib.suppress(FileExistsError):
            seeds.keep(folder / "secrets", name, SYSTEM.entropy(32))


def signer_of(folder: Path, chosen: Settings, sources: Sources = SYSTEM) -> HeadSigner:
    """The signer of a register's log: behind its socket, or in this process with the keys in `secrets/`."""
    if chosen.socket:
        return RemoteSigner(chosen.socket, chosen.origin)
    return Keeper(folder / "secrets", chosen.origin, clock=sources.clock)


def seed_of(role: str) -> str:
    """The name of the file that holds a service's seed."""
    return _SERVICE_SEEDS.get(role, role)


def domain_of(origin: str) -> str:
    """`council.example` of `log.council.example/commissioning`."""
    return origin.partition("/")[0].removeprefix("log.")


def own_seed(folder: Path, name: str) -> bytes:
    """A seed of the register's own for something that is no evidence: made when it is first needed."""
    if not (folder / "secrets" / f"{name}.seed").exists():
        seeds.keep(folder / "secrets", name, SYSTEM.entropy(32))
    return seeds.read(folder / "secrets", name)
