"""Numbers about many homes: a list of all releases, each release as a page, JSON, CSV, a proof, and a feed.

- All of them are made of the one document whose digest two persons signed; nothing here reads a case.
- A withdrawn release is shown as its tombstone, in every form.
"""

from __future__ import annotations

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace import issuing, receipts
from fairplace.disclosure_control import writing
from fairplace.disclosure_control.released import SYMBOLS, Cell, ReleasedTable, Row, Shown
from fairplace.errors import Missing
from fairplace.http.routing import public
from fairplace.http.site import JSON, OPEN, Answer, Site, TheSite

CSV, FEED = "text/csv; charset=utf-8", "application/feed+json"
SUFFIXES = (".json", ".csv", ".tlog-proof")
NOWHERE = "there are no numbers at this address; /homes lists all releases"

_BASIS_POINTS = {0: 100, 1: 10, 2: 1}
"""Per cent with so many decimals, in hundredths of a per cent."""


@public("/homes")
def releases(site: TheSite) -> Answer:
    """Every release, the newest first."""
    return site.page("numbers.html", releases=[*reversed(_issued(site))])


@public("/homes/{name:str}")
def release(site: TheSite, name: FromPath[str]) -> Answer:
    """`PLAN-NUMBER` as a page, with `.json`, `.csv` or `.tlog-proof`; and `feed.json`."""
    if name == "feed.json":
        return _feed(site)
    suffix = next((one for one in SUFFIXES if name.endswith(one)), "")
    one = next((one for one in _issued(site) if address(one) == name.removesuffix(suffix)), None)
    if one is None:
        raise Missing(NOWHERE)
    if suffix == ".tlog-proof":
        return _file(receipts.proof_of(site.register, one.index, frozenset()), "application/octet-stream", name)
    made = issuing.release_of(site.register, one)
    if suffix == ".json":
        return _file(writing.as_json(made), JSON, name)
    if suffix == ".csv":
        return _file(writing.as_csv(made), CSV, name)
    return site.kept(
        f"/homes/{name}",
        (one.document.sha256, one.withdrawn_by),
        "numbers_release.html",
        lambda: {
            "one": one,
            "release": made,
            "address": address(one),
            "symbols": SYMBOLS,
            "late": str(made.late),
            "tables": [] if made.withdrawn else [_table(table) for table in made.tables],
            "spot_2007": "85 %, London, 2007",
        },
    )


def address(one: issuing.Issued) -> str:
    return f"{one.plan}-{one.number}"


def _issued(site: Site) -> list[issuing.Issued]:
    """The releases that the published log covers."""
    size = site.published.size()
    return [one for one in issuing.issued(site.register) if one.index < size]


def _file(data: bytes, media: str, name: str) -> Answer:
    headers = {"content-disposition": f'attachment; filename="{name}"', **OPEN}
    return Response(data, media_type=media, headers=headers)


def _feed(site: Site) -> Answer:
    """JSON Feed 1.1: an item for each release, changed when it is withdrawn."""
    items = [
        {
            "id": f"{site.register.origin}/{address(one)}",
            "url": f"/homes/{address(one)}",
            "title": f"Numbers until {one.until}" + (", withdrawn" if one.withdrawn else ""),
            "content_text": one.withdrawn.why if one.withdrawn else f"SHA-256 {one.document.sha256}",
            "date_published": one.at,
        }
        for one in reversed(_issued(site))
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"Homes for children: numbers of {site.settings.authority}",
        "home_page_url": "/homes",
        "feed_url": "/homes/feed.json",
        "items": items,
    }
    return Response(msgspec.json.encode(feed), media_type=FEED, headers=OPEN)


class Bar(msgspec.Struct, frozen=True):
    """A share for the chart, in hundredths of a per cent."""

    label: str
    value: int
    first: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One label of one place: its number and what is measured, as they are printed."""

    label: str
    count: str
    value: str
    beside: str
    bar: int | None


class Of(msgspec.Struct, frozen=True, kw_only=True):
    """One place in one period."""

    id: str
    name: str
    counted_with: str | None
    rounded: bool
    lines: list[Line]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A region in one period: itself, its chart, and the places in it."""

    id: str
    region: str
    words: str
    whole: Of
    bars: list[Bar]
    places: list[Of]


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """One table, its method, and its periods, the newest first."""

    name: str
    title: str
    method: str
    value: str | None
    beside: str
    parts: list[Part]


def _table(table: ReleasedTable) -> Shelf:
    names = {row.place: row.name for part in table.stretches for row in part.rows}
    parts = []
    for number, stretch in enumerate(sorted(table.stretches, key=lambda one: one.span, reverse=True)):
        key = f"{table.name}-{number}"
        rows = [_of(f"{key}-{at}", table, row, names) for at, row in enumerate(stretch.rows)]
        parts.append(
            Part(
                id=key,
                region=stretch.region,
                words=stretch.span.words,
                whole=rows[0],
                bars=_bars(table, stretch.rows[0]),
                places=rows[1:],
            )
        )
    value = {"share": "Share", "median": f"Median ({table.unit})", "mean": f"Mean ({table.unit})", "rate": "Rate"}
    return Shelf(
        name=table.name,
        title=table.title,
        method=table.method,
        value=value.get(table.measure),
        beside=table.beside[:1].upper() + table.beside[1:],
        parts=parts,
    )


def _of(key: str, table: ReleasedTable, row: Row, names: dict[str, str]) -> Of:
    percent = " %" if table.measure in ("share", "rate") else ""
    return Of(
        id=key,
        name=row.name,
        counted_with=names.get(row.counted_with, row.counted_with) if row.counted_with else None,
        rounded=row.rounded_to > 1,
        lines=[
            Line(
                label=_words(table, cell),
                count=str(cell.count),
                value=_printed(cell.value, percent),
                beside=_printed(cell.beside, ""),
                bar=_hundredths(cell.value) if percent else None,
            )
            for cell in row.cells
        ],
    )


def _bars(table: ReleasedTable, row: Row) -> list[Bar]:
    """A chart only where every share of the region is shown: a hidden one would look like none."""
    if table.measure != "share":
        return []
    cells = [cell for cell in row.cells if cell.label != "all" and (cell.value is None or cell.value.symbol != "z")]
    found = [(_words(table, cell), _hundredths(cell.value)) for cell in cells]
    if not found or any(value is None for _, value in found):
        return []
    return [Bar(label, value or 0, number == 0) for number, (label, value) in enumerate(found)]


def _words(table: ReleasedTable, cell: Cell) -> str:
    said = table.labels[cell.label]
    return said[:1].upper() + said[1:]


def _printed(value: Shown | None, percent: str) -> str:
    if value is None:
        return ""
    return str(value) + (percent if value.number is not None else "")


def _hundredths(value: Shown | None) -> int | None:
    if value is None or value.number is None or value.decimals not in _BASIS_POINTS:
        return None
    return value.number * _BASIS_POINTS[value.decimals]


HANDLERS = (releases, release)
