"""Make a bundle: one case in one edition, as one file that proves itself (wire format, section 11).

- The same register, published to the same size, and the same wishes give the same bytes.
- It is written beside its place and renamed: a bundle is there whole, or not at all.
- What is not public is readable by nobody but whoever asked for it: mode 0600.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from fairplace.errors import Malformed, Refused
from fairplace.on_disk import Register
from fairplace.people.roles import Edition
from fairplace.publish import evidence, paper, telling
from fairplace.publish.book import Book
from fairplace.publish.editions import check_asker
from fairplace.publish.evidence import Member
from fairplace.publish.held import Asker, SignedIn, gather
from fairplace.publish.packing import pack
from fairplace.terms import CaseId

SUFFIX = ".fpbundle"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for. `provider` is whose bid a bidder's edition is about, or who was asked for a home; `receipts` are proof files.

    `asker` is who takes it and what for; the public edition needs nobody.

    `most_documents`: leave out documents that would make more bytes than that in all.
    """

    case: CaseId
    edition: Edition
    provider: str | None = None
    asker: Asker | SignedIn | None = None
    receipts: tuple[bytes, ...] = ()
    without_documents: bool = False
    most_documents: int | None = None
    pdf: bool = True

    @property
    def file_name(self) -> str:
        return f"{self.case}-{self.edition}{SUFFIX}"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that was made. `opened` counts openings, `pages` those of the PDF; `newer` entries are not covered yet."""

    sha256: str
    bytes: int
    entries: int
    opened: int
    withheld: int
    documents: int
    pages: int
    newer: int


def make(register: Register, wish: Wish, target: Path) -> Made:
    """Write the bundle that was wished for. Raises Refused when something stands there already."""
    if target.exists():
        raise Refused(f"{target} is there already; give another file with --out")
    if not target.parent.is_dir():
        raise Refused(f"{target.parent} is no folder; give a file in a folder that exists")
    published = register.store.last_checkpoint(register.origin)
    register.replay.catch_up(published.size if published else 0)  # how a case is cited comes from the rows
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=SUFFIX)
    try:
        with os.fdopen(handle, "w+b") as file:
            made = write(register, wish, cast("BinaryIO", file))
            os.fchmod(file.fileno(), 0o644 if wish.edition == "public" else 0o600)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return made


def write(register: Register, wish: Wish, target: BinaryIO) -> Made:
    """The bundle into a new file that can be sought."""
    _check_asker(register, wish)
    held = gather(register, wish.case, wish.edition, provider=wish.provider, asker=wish.asker)
    node = register.store.node(register.origin)
    papers = evidence.papers(held, register.documents, without=wish.without_documents, most=wish.most_documents)
    said, listed = evidence.about(held, papers)
    proofs = evidence.proofs(held, node)
    policy, stamps = evidence.published_files(register, held)
    proving: dict[str, Member] = {
        **proofs,
        **stamps,
        **evidence.consistency(wish.receipts, held, node),
        **evidence.document_members(listed, register.documents),
    }
    digest = evidence.digest(proving)
    book = Book(register, held, listed, len(papers) - len(listed))
    certificate = book.certificate(digest)
    record = book.record(digest, certificate, attached=wish.pdf)
    printed = paper.paginated(record, _attached(proofs), held.as_of) if wish.pdf else None
    members: dict[str, Member] = {
        **proving,
        "bundle.json": said,
        "policy": policy,
        "README.txt": book.readme(digest, _folders(proving)).encode("utf-8"),
        "certificate.txt": certificate.encode("utf-8"),
        "chronology.csv": telling.chronology(book.told.pages),
        "index.csv": book.index(printed.anchors if printed else {}),
        "record.html": record.encode("utf-8"),
        "schedule.csv": telling.schedule(book.told.gaps),
    } | ({"record.pdf": printed.data} if printed else {})
    sha256 = pack(target, members)
    return Made(
        sha256=sha256,
        bytes=target.seek(0, os.SEEK_END),
        entries=len(held.entries),
        opened=sum(len(one.openings) for one in held.entries),
        withheld=sum(len(one.closed) for one in held.entries),
        documents=sum(not one.why for one in listed),
        pages=printed.pages if printed else 0,
        newer=held.newer,
    )


def _check_asker(register: Register, wish: Wish) -> None:
    """May whoever asks have this edition? Raises Forbidden, or Malformed where it is not said who asks."""
    if (wish.edition in ("bidder", "provider")) != (wish.provider is not None):
        raise Malformed("whom it is about is given for the edition of a bidder or of a provider, and for no other")
    if wish.edition == "public":
        return
    if wish.asker is None:
        raise Malformed(f"the {wish.edition} edition opens what is not public; say who takes it, and what for")
    name = wish.asker.key
    check_asker(wish.edition, register.desk.roles_of(name), register.provider_of(name), wish.provider)


def _attached(proofs: Mapping[str, bytes]) -> dict[str, bytes]:
    """What goes along with the PDF: the proof of each entry of the case, so that the PDF alone can be checked too."""
    return {name.removeprefix("proofs/"): data for name, data in proofs.items() if name.startswith("proofs/")}


def _folders(proving: Mapping[str, Member]) -> list[str]:
    return sorted({name.partition("/")[0] for name in proving})
