"""What every page has at hand, and how an answer is made: as a page, or as its machine-readable twin.

- The handlers run in a pool of threads of a fixed size, templates included: reading a database blocks.
- Whoever prints a page takes the newest checkpoint home: every page has it at its foot, on paper only.
- A page is rendered whole before a byte is sent, so a fault in a template is a clean error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.types import Scope

from fairplace import erasures
from fairplace.accounts.ceremonies import Ceremonies
from fairplace.accounts.passkeys import Passkeys
from fairplace.accounts.sessions import Sessions
from fairplace.clerk import Clerk
from fairplace.drafting.signatures import Signatures
from fairplace.duties.table import Duties
from fairplace.http.link_sessions import LinkSessions
from fairplace.http.made_from import made_from
from fairplace.http.pages import Pages
from fairplace.http.ports import Rows
from fairplace.http.published import Published
from fairplace.http.readings import Readings
from fairplace.http.rulebook import Rulebook
from fairplace.http.search_table import Searches
from fairplace.ledger.archive import Archive
from fairplace.ledger.register import KeyRegister
from fairplace.on_disk import Register
from fairplace.publish.downloads import PublicBundles
from fairplace.recorded import Contested
from fairplace.settings import Settings
from fairplace.terms import LONDON, Instant, instant
from fairplace.witness.known import Cosigned, cosigned, known, last_met
from fairplace.workroom import Workroom

HTML = "text/html"
JSON = "application/json"
OPEN = {"access-control-allow-origin": "*"}
"""Public data may be read by a page of any other site: a monitor, a newspaper, a parent's own tool."""

Answer = Response[bytes]

BEFORE = 200
"""Earlier checkpoints that are looked through for the last one that had enough witnesses."""


class Standing(NamedTuple):
    """How many witnesses signed the newest state; while they are too few, the last state that had enough."""

    now: Cosigned
    last_size: int
    last_at: Instant | None


class Kept:
    """Rendered pages, each good as long as its token is: nothing older is ever given out, and a page is kept once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pages: dict[str, tuple[object, bytes]] = {}
        self._lock = threading.Lock()

    def get(self, key: str, token: object, make: Callable[[], bytes]) -> bytes:
        with self._lock:
            found = self._pages.pop(key, None)
            if found is not None and found[0] == token:
                self._pages[key] = found  # the newest stands last
                return found[1]
        body = make()
        with self._lock:
            self._pages[key] = (token, body)
            while len(self._pages) > self._most:
                del self._pages[next(iter(self._pages))]
        return body


class Site:
    """One register's pages."""

    def __init__(
        self,
        register: Register,
        pages: Pages,
        rulebook: Rulebook,
        bundles: PublicBundles,
        room: Workroom,
        clerk: Clerk,
        address: str,
    ) -> None:
        self.register = register
        self.address = address
        self.forget_erased = room.forget_erased
        self.accounts = room.accounts
        self.sessions = Sessions(room.accounts)
        self.passkeys = Passkeys(room.accounts, site=address, name=register.settings.authority)
        self.oidc = room.oidc(f"{address}/sign-in/back")
        self.oidc_name = register.settings.oidc.name if register.settings.oidc else None
        self.drafts = room.drafts
        self.layouts = room.layouts
        self.cabinet = room.cabinet
        self.acts = room.acts
        self.outbox, self.links, self.notes, self.lodgings = room.outbox, room.links, room.notes, room.lodgings
        self.openers = room.openers
        self.link_sessions = LinkSessions(register)
        self.sends_mail = register.settings.mail is not None
        self.clerk = clerk
        self.signatures = Signatures(room.acts, clerk)
        self.duties = Duties(register.reader, lambda: {one.rule.code: one.rule for one in clerk.rules})
        self.searches = Searches(register.reader, partial(erasures.under_way, register.store, register.origin))
        self.readings = Readings(register, Ceremonies(room.accounts))
        self.settings: Settings = register.settings
        self.rows: Rows = register.rows
        self._reader = register.reader
        self._keys: tuple[int, KeyRegister] = (0, KeyRegister())
        self.published = Published(register.public)
        self.public = register.public
        self.documents = register.documents
        self.archive = Archive(register.public)
        self.pages = pages
        self.rulebook = rulebook
        self.bundles = bundles
        self._kept = Kept(most=128)
        self.heads = Kept(most=512)
        """The heads of sealed bids, by the digest of the file: what is opened by whom, and nothing that is sealed."""
        self._witnesses = known(self.settings)
        self._standing: tuple[bytes, Standing] | None = None

    @staticmethod
    def of(scope: Scope) -> Site:
        """The site that a request came to."""
        site: Site = scope["state"]["site"]
        return site

    def comes_with(self, scope: Scope) -> None:
        """A request comes to this site."""
        scope.setdefault("state", {})["site"] = self

    @property
    def seeks(self) -> bool:
        """Is this a register of placements: does it hold searches for homes?"""
        return self.register.is_of_placements

    def standing(self) -> Standing | None:
        """Which witnesses signed the newest state of the log; None before the first."""
        note = self.published.checkpoint()
        if note is None:
            return None
        if self._standing is None or self._standing[0] != note:
            now = cosigned(note, self._witnesses, self.settings.quorum)
            last = None
            if not now.met:
                last = last_met(self.published.earlier(BEFORE), self._witnesses, self.settings.quorum)
            when = instant(datetime.fromtimestamp(last.seconds, UTC)) if last else None
            self._standing = note, Standing(now, last.size if last else 0, when)
        return self._standing[1]

    def today(self) -> date:
        """The day in London: whether a standstill runs depends on it, and nothing that is recorded does."""
        return datetime.now(UTC).astimezone(LONDON).date()

    def now(self) -> Instant:
        """The moment at the register's own clock, by which clocks at the desk run."""
        return instant(self.register.sources.clock())

    def key_register(self) -> KeyRegister:
        """Who may sign, as far as it is published."""
        size = self.published.size()
        known, register = self._keys
        if known != size:
            register = self._reader.register_at(size)
            self._keys = (size, register)
        return register

    def contested(self, index: int) -> Contested | None:
        """Is a signature on this step contested, as far as that is published?"""
        for recorded in self._reader.recorded(index, index + 1, "public", self.published.size()):
            return recorded.contested
        said = self.key_register().contested(index, self._reader.entry(index).lines)  # a step of the key register
        return Contested(said=min(said.values()), by=tuple(said)) if said else None

    def page(self, template: str, /, *, status: int = 200, **context: Any) -> Answer:
        """A page for people. Every template gets `size`, how many entries are published, and `now`."""
        context.setdefault("size", self.published.size())
        context.setdefault("now", self.now())
        context.setdefault("paper", self.published.paper())
        body = self.pages.render(template, **context).encode("utf-8")
        return Response(body, media_type=HTML, status_code=status)

    def kept(self, key: str, token: tuple[object, ...], template: str, make: Callable[[], dict[str, Any]]) -> Answer:
        """A page that is dear to make. `token` says what it is made of; the day and the size of the log count too."""
        size = self.published.size()

        def body() -> bytes:
            return self.pages.render(
                template, size=size, now=self.now(), paper=self.published.paper(), **make()
            ).encode("utf-8")

        return Response(self._kept.get(key, (*token, size, self.today()), body), media_type=HTML)

    def made_from(self, page: str, steps: Iterable[tuple[int, str]]) -> str | None:
        """What the page at this address says it was made from."""
        return made_from(self.published, page, steps)

    def data(
        self, row: msgspec.Struct | dict[str, Any], *, index: int | None = None, leaf: str | None = None
    ) -> Answer:
        """The same for machines: the row, and where in the log it stands."""
        builtins = msgspec.to_builtins(row)
        builtins["index"] = builtins.get("index", index)
        builtins["leaf"] = builtins.get("leaf", leaf)
        builtins["size"] = self.published.size()
        return Response(msgspec.json.encode(builtins), media_type=JSON, headers=OPEN)


TheSite = NamedDependency[Site]
"""The site, as a handler asks for it."""


def wants_data(request: Request[Any, Any, Any]) -> bool:
    """Was the machine-readable twin of a list asked for?"""
    return str(request.scope["path"]).endswith(".json")


def split_suffix(name: str) -> tuple[str, bool]:
    """The key in an address, and whether its JSON was asked for."""
    return (name.removesuffix(".json"), True) if name.endswith(".json") else (name, False)
