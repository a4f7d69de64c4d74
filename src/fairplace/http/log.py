"""The log: every place in it, as published, with its signed bytes and its proof to take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.params import FromPath, QueryParameter

from fairplace.http import asked
from fairplace.http.keys import keys_of
from fairplace.http.made_from import of_rows
from fairplace.http.routing import public
from fairplace.http.site import JSON, OPEN, Answer, Site, TheSite, split_suffix, wants_data
from fairplace.ledger import canonical
from fairplace.ledger.entry import Entry, parse

PAGE = 50
DEEPEST = 200
"""Entries that the first page looks through for fifty lines: places for bids stand together there."""
ALIKE = 3
"""So many places for bids, one after another, are one line of the first page."""
DEPOSIT = "deposit."
EMPTY: tuple[Any, ...] = (None, [], {})
"""Values that are public and say nothing: a place that no bid took."""
OPENINGS = ("value.disclosed/1", "value.withdrawn/1")
"""The steps that name parts of earlier ones."""
PLAINLY = ("case", "happened_at", "openings")
"""What the page says in its own way: the decision, the day and the parts."""
FOR_EVER = "public, max-age=31536000, immutable"

From = Annotated[str, QueryParameter(name="from")]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the log, in a list."""

    index: int
    leaf: str
    at: str
    type: str
    actor: str
    signatures: int


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Places for bids that came one after another, newest first; nobody can tell from them how many bids there are."""

    lines: list[Line]

    @property
    def newest(self) -> Line:
        return self.lines[0]

    @property
    def oldest(self) -> Line:
        return self.lines[-1]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one earlier step that a release or a take-down names: each part's name, and how many of it."""

    index: int
    parts: dict[str, int]


def _named(entry: Entry) -> list[Named]:
    if entry.envelope.type not in OPENINGS:
        return []
    return [
        Named(index=one["entry"], parts=dict(Counter(slot.rsplit("/", 1)[-1] for slot in one["slots"])))
        for one in entry.envelope.body["openings"]
    ]


def _line(index: int, entry: Entry) -> Line:
    envelope = entry.envelope
    return Line(
        index=index, leaf=entry.leaf_text, at=envelope.at, type=envelope.type, actor=envelope.actor,
        signatures=len(entry.lines),
    )  # fmt: skip


def together(lines: Iterable[Line]) -> list[Line | Places]:
    """What is shown first, newest first: each step for itself, but many places for bids in a row as one line."""
    found: list[Line | Places] = []
    for deposits, some in groupby(lines, lambda one: one.type.startswith(DEPOSIT)):
        run = list(some)
        found += [Places(lines=run)] if deposits and len(run) >= ALIKE else run
    return found[:PAGE]


def every(shown: Sequence[Line | Places]) -> list[Line]:
    return [line for one in shown for line in (one.lines if isinstance(one, Places) else (one,))]


@public("/log", "/log.json")
def log(request: Request[Any, Any, Any], site: TheSite, start: From = "") -> Answer:
    """Fifty places from `from` on; without it the newest fifty lines, newest first. As data: fifty places always."""
    size = site.published.size()
    newest, data = not start, wants_data(request)
    step = PAGE if data or not newest else DEEPEST
    first = max(size - step, 0) if newest else min(asked.place(start), size)
    lines = [_line(first + i, parse(raw)) for i, raw in enumerate(site.published.entries(first, first + step))]
    if data:
        return site.data({"from": first, "rows": lines})
    shown = together(lines[::-1]) if newest else lines
    rows = every(shown)
    first = rows[-1].index if newest and rows else first
    return site.page(
        "log.html",
        shown=shown,
        rows=rows,
        newest=newest,
        first=first,
        step=PAGE,
        size=size,
        standing=site.standing(),
        keys=keys_of(site.key_register()),
        made_from=site.made_from("/log" if newest else f"/log?from={first}", of_rows(*rows)),
    )


@public("/log/register.json")
def key_register(site: TheSite) -> Answer:
    """Where in the log the entries about keys stand: what a reader fetches to judge who might sign."""
    found = {"indexes": site.published.key_register(), "size": site.published.size()}
    return Response(msgspec.json.encode(found), media_type=JSON, headers={"cache-control": "no-cache", **OPEN})


@public("/log/{name:str}")
def entry(site: TheSite, name: FromPath[str]) -> Answer:
    """One place: as a page, as `.json`, as the raw `.entry`, or as a `.tlog-proof`."""
    for suffix, answer in ((".entry", _raw), (".tlog-proof", _proof)):
        if name.endswith(suffix):
            return answer(site, asked.place(name.removesuffix(suffix)))
    key, data = split_suffix(name)
    index = asked.place(key)
    raw = site.published.entry(index)
    found = parse(raw)
    openings = site.published.openings(index)
    if data:
        opened = {slot: opening.value for slot, opening in openings.items()}
        return site.data(
            {"contested": _doubt(site, index), "envelope": msgspec.to_builtins(found.envelope), "opened": opened},
            index=index,
            leaf=found.leaf_text,
        )
    return site.page(
        "entry.html",
        line=_line(index, found),
        entry=found,
        text=raw.decode("utf-8"),
        case=_case(site, found.envelope.body.get("case")),
        doubt=site.contested(index),
        openings={slot: _shown(one.value) for slot, one in sorted(openings.items()) if one.value not in EMPTY},
        empty=sum(one.value in EMPTY for one in openings.values()),
        closed=sorted((slot, part.basis) for slot, part in found.envelope.sealed.items() if slot not in openings),
        body=[(name, _shown(value)) for name, value in sorted(found.envelope.body.items()) if name not in PLAINLY],
        named=_named(found),
        bytes=len(raw),
        made_from=site.made_from(f"/log/{index}", [(index, found.leaf_text)]),
    )


def _doubt(site: Site, index: int) -> dict[str, Any] | None:
    """Which entry reports a key stolen that signed this step, and by which its owner stands by it."""
    found = site.contested(index)
    return None if found is None else {"said": found.said, "by": found.by, "reaffirmed": found.reaffirmed}


def _case(site: Site, case: object) -> Any:
    """The line of the case in the register, when it has a page."""
    return site.rows.get("register", case) if isinstance(case, str) else None


def _shown(value: Any) -> str:
    """A value of the log as people can read it: text as it is, everything else as canonical JSON."""
    return value if isinstance(value, str) else canonical.encode(value).decode("utf-8")


def _raw(site: Site, index: int) -> Answer:
    return _download(site.published.entry(index), f"{index}.entry", FOR_EVER)


def _proof(site: Site, index: int) -> Answer:
    return _download(site.published.proof(index), f"{index}.tlog-proof", "no-cache")


def _download(data: bytes, name: str, caching: str) -> Answer:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": caching, **OPEN}
    return Response(data, media_type="application/octet-stream", headers=headers)


HANDLERS = (log, key_register, entry)
