"""The files and pages of all releases of numbers, made once: for the site, and for a folder on any web server.

- All of them are made of the one document whose digest two persons signed; nothing here reads a case.
- A withdrawn release is shown as its tombstone, in every form.
- Where a file stands is said by `At`: in the site below `/homes`, in a folder beside the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from fairplace import issuing, receipts
from fairplace.counting.plans import TITLES
from fairplace.disclosure_control import writing
from fairplace.disclosure_control.released import SYMBOLS, Release, Shown
from fairplace.errors import Malformed, Missing, Unproven
from fairplace.http import numbers_shown as shown
from fairplace.on_disk import Register

CSV, FEED, JSON, PROOF = (
    "text/csv",  # the charset is added to every text
    "application/feed+json",
    "application/json",
    "application/octet-stream",
)
WITHDRAWAL = "-withdrawn.tlog-proof"
SUFFIXES: Mapping[str, str] = {".json": JSON, ".csv": CSV, WITHDRAWAL: PROOF, ".tlog-proof": PROOF}
"""The files of a release. Only one that was withdrawn has the proof of its withdrawal."""

At = Callable[[str, str], str]
"""The address of a name with a suffix; no suffix is a page, and no name the list of all releases."""


def on_site(name: str, suffix: str = "") -> str:
    return f"/homes/{name}{suffix}" if name else "/homes"


def in_folder(name: str, suffix: str = "") -> str:
    return f"{name or 'index'}{suffix or '.html'}"


class Out(msgspec.Struct, frozen=True, kw_only=True):
    """One release that is out, and by which others its place was taken, or whose place it takes.

    `lost` says what is wrong with its file; the release then holds no more than its entry does.
    """

    one: issuing.Issued
    release: Release
    replaced_by: str = ""
    lost: str = ""

    @property
    def name(self) -> str:
        return self.one.name

    @property
    def replaces(self) -> str:
        return f"{self.one.plan}-{self.release.replaces}" if self.release.replaces else ""

    @property
    def title(self) -> str:
        return TITLES.get(self.one.plan, self.one.plan)

    @property
    def suffixes(self) -> Sequence[str]:
        found = [suffix for suffix in SUFFIXES if suffix != WITHDRAWAL or self.one.withdrawn_by is not None]
        return [suffix for suffix in found if not self.lost or SUFFIXES[suffix] == PROOF]


def out(register: Register, size: int) -> list[Out]:
    """The releases that the first entries of the log cover, the oldest first."""
    found = [_one(register, one) for one in issuing.issued(register) if one.index < size]
    later = {one.replaces: one.name for one in found if one.replaces and not one.one.withdrawn}
    return [msgspec.structs.replace(one, replaced_by=later.get(one.name, "")) for one in found]


def _one(register: Register, one: issuing.Issued) -> Out:
    """A release whose file is lost or spoiled is said to be so, beside the others."""
    try:
        return Out(one=one, release=issuing.release_of(register, one))
    except (Missing, Unproven, Malformed) as error:
        bare = Release(
            number=one.number, plan=one.plan, until=one.until, tables=(), late=Shown(symbol="missing"), rules=one.rules,
            withdrawn=one.withdrawn,
        )  # fmt: skip
        return Out(one=one, release=bare, lost=str(error))


def file(register: Register, one: Out, suffix: str) -> bytes:
    """A release as JSON, as CSV, or the proof of its entry. JSON is byte for byte what was signed, while it stands."""
    match suffix:
        case ".json" if one.one.withdrawn is None:
            return register.documents.get(one.one.document.sha256)
        case ".json":
            return writing.as_json(one.release)
        case ".csv":
            return writing.as_csv(one.release)
        case made if made == WITHDRAWAL and one.one.withdrawn_by is not None:
            return receipts.proof_of(register, one.one.withdrawn_by, frozenset())
        case _:
            return receipts.proof_of(register, one.one.index, frozenset())


def feed(register: Register, found: Sequence[Out], at: At) -> bytes:
    """JSON Feed 1.1: an item for each release, changed when it is withdrawn."""
    items = [
        {
            "id": f"{register.origin}/{one.name}",
            "url": at(one.name, ""),
            "title": f"{one.title}: numbers until {one.one.until}" + (", withdrawn" if one.one.withdrawn else ""),
            "content_text": one.one.withdrawn.why if one.one.withdrawn else f"SHA-256 {one.one.document.sha256}",
            "date_published": one.one.at,
        }
        for one in reversed(found)
    ]
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"Homes for children: numbers of {register.settings.authority}",
            "home_page_url": at("", ""),
            "feed_url": at("feed", ".json"),
            "items": items,
        }
    )


def index(found: Sequence[Out], at: At, frame: str) -> dict[str, Any]:
    """What the page of all releases is made of."""
    plans = {one.one.plan: one.title for one in found}
    shelves = [(title, [one for one in reversed(found) if one.one.plan == plan]) for plan, title in plans.items()]
    return {"shelves": shelves, "at": at, "frame": frame}


def over_time(found: Sequence[Out], at: At, frame: str) -> dict[str, Any]:
    return {"courses": shown.courses(one.release for one in found), "at": at, "frame": frame}


def page(one: Out, at: At, frame: str) -> dict[str, Any]:
    """What the page of one release is made of."""
    return {
        "out": one,
        "one": one.one,
        "release": one.release,
        "symbols": SYMBOLS,
        "late": str(one.release.late),
        "tables": shown.tables(one.release),
        "at": at,
        "frame": frame,
    }
