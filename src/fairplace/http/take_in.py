"""When the site is down: a page that seals a bid without it, and taking in a bid that came by another way.

- The page is one file that asks for nothing and sends nothing; its policy allows its own script alone.
- Whoever takes a bid in says when and how it came: a report, under their name, and recorded as late when it was.
"""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec
from litestar.params import FromPath
from markupsafe import Markup

from fairplace.errors import FairplaceError, Malformed, Missing, Refused
from fairplace.forms.fields import Fault, Field, read_all
from fairplace.forms.provider_ids import provider_id
from fairplace.http import bids, case_file, evidence
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.debriefs import SENDERS
from fairplace.http.guard import File, TheSent, TheVisitor, Visitor, acting, signed_in
from fairplace.http.proofs import download
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger import paper
from fairplace.procurement.commands import LodgeBid
from fairplace.sealing import container
from fairplace.sealing.container import MEDIA
from fairplace.terms import CaseId, Document, Provider

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)

FIELDS = (
    provider_id("provider_id"),
    Field(name="provider_name", label="The provider’s name", kind="line"),
    Field(name="price", label="Price", kind="money", hint="As the letter with the file says", optional=True),
    Field(name="happened_at", label="When did it come?", kind="moment"),
)


@signed_in("/desk/bids/{case:str}/offline")
def offline(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The page to keep for when the site is down, as a file."""
    row = bids.tender(site, visitor, case)
    seal = bids.terms(site, row)
    if not seal:
        raise Missing(
            "bids are not sealed to anybody here, so there is no page to keep; send a bid that is late by post"
        )
    script = _script(site)
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    page = site.pages.render(
        "offline_bid.html",
        row=row,
        seal=seal,
        openers=site.openers.confirmed(),
        at=site.register.store.now(),
        hash=f"sha256-{digest}",
        script=Markup('<script type="module">{}</script>').format(Markup(script)),  # noqa: S704 - our own file
    )
    return download(page.encode("utf-8"), "seal-a-bid.html")


def _script(site: Site) -> str:
    """Both modules in one, so that the page needs no other file."""
    scripts = site.pages.scripts
    parts = [scripts.get(scripts.version, name) or b"" for name in ("seal.js", "offline.js")]
    whole = "\n".join(_EXPORT.sub("", _IMPORT.sub("", part.decode("utf-8"))) for part in parts)
    assert "</script" not in whole
    return f"\n{whole}"


@signed_in("/desk/cases/{case:str}/take-in")
def form(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Say who bid, when and how it came."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    return closed(site, visitor, case) if past is None else _page(site, visitor, past.case)


def _page(
    site: Site, visitor: Visitor, case: CaseId, *, sent: dict[str, list[str]] | None = None,
    faults: tuple[Fault, ...] = (), refusal: str = "", status: int = 200, taken: int | None = None,
) -> Answer:  # fmt: skip
    return site.page(
        "take_in.html",
        status=status,
        visitor=visitor,
        case=case,
        title=case_file.title(case_file.seen(site, case_file.history(site, case), visitor)),
        fields=FIELDS,
        sent=sent or {},
        wrong={fault.name: fault.sentence for fault in faults},
        faults=faults,
        refusal=refusal,
        kinds=[".sealed", *sorted(evidence.MEDIA)],
        largest=site.settings.limits.document,
        taken=taken,
        code="" if taken is None else paper.short_code(taken, site.register.reader.entry(taken).leaf),
    )


@acting("/desk/cases/{case:str}/take-in", most=evidence.LARGEST_FORM)
def take_in(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Record a bid that came by another way: a report, which procedure never refuses."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/take-in", sent)
    members, found = read_all(FIELDS, sent.fields)
    faults, came = tuple(found), sent.files.get("document", [])[:1]
    if not came:
        faults = (*faults, Fault("document", "Choose the file that came"))
    if faults:
        return _page(site, visitor, past.case, sent=sent.fields, faults=faults, status=422)
    try:
        command = LodgeBid(
            id=f"take-in:{site.accounts.sources.stream_id()}",
            as_=visitor.key.name if visitor.key else "",
            case=past.case,
            evidence="stated-by-officer",
            happened_at=members["happened_at"],
            provider=Provider(id=members["provider_id"], name=members["provider_name"]),
            document=_kept(site, past.case, came[0]),
            price=members.get("price"),
        )
        done = site.clerk.carry_out(command).recorded
    except (FairplaceError, msgspec.ValidationError) as error:
        status = error.status if isinstance(error, FairplaceError) else 422
        return _page(site, visitor, past.case, sent=sent.fields, refusal=str(error), status=status)
    entry = site.register.reader.entry(done.index)
    site.lodgings.put(
        bids.KINDS[entry.envelope.type],
        past.case,
        members["provider_id"],
        place=done.index,
        stream=entry.envelope.stream,
        person=visitor.person.id,
    )
    return _page(site, visitor, past.case, taken=done.index)


def _kept(site: Site, case: CaseId, came: File) -> Document:
    """The file among the documents, once it is what it says. Raises Refused or Malformed before anything is kept."""
    if not came.data.startswith(container.HEADER):
        evidence.check(site, [came])
        return evidence.keep(site, [came])[0].document
    if len(came.data) > site.settings.limits.document:
        raise Refused(f"the file has {len(came.data):,} bytes; at most {site.settings.limits.document:,} are taken in")
    head = container.read(came.data).head
    if head.case != case:
        raise Malformed("this file was sealed for another tender; take it in there")
    if not {one.key for one in head.openers} <= site.openers.known():
        raise Refused("this file is sealed to keys that were never openers here; nobody here could open it")
    return site.documents.put(came.data, MEDIA)


HANDLERS = (offline, form, take_in)
