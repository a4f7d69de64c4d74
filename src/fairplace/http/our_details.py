"""A provider's own details: what it states of itself once, for every bid; the form, the signature and the receipts.

- Nobody else's page has them before its bids are opened, and no entry tells that a provider looked at its own: it would
  tell who is about to bid.
"""

from __future__ import annotations

import msgspec
from litestar.params import FromPath

from fairplace import details
from fairplace.deciders import convert
from fairplace.errors import Conflict, FairplaceError, Malformed, Refused
from fairplace.forms import growing
from fairplace.forms import our_details as form
from fairplace.http import lodging_here
from fairplace.http.beginning import Against
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.lodging_here import mine
from fairplace.http.proofs import lodged
from fairplace.http.provider_place import Asking, against, checked, show
from fairplace.http.site import Answer, Site, TheSite
from fairplace.provider.commands import MOST_PAPERS, StateFacts
from fairplace.terms import Instant, day, london_day

HOME, CHANGE, SIGN = "/desk/details", "/desk/details/change", "/desk/details/sign"
OF_NO_CASE = ""


@signed_in("/desk/details")
def home(site: TheSite, visitor: TheVisitor) -> Answer:
    """What they state now, what of it has run out, and the receipts of all that they stated."""
    provider, _ = mine(visitor)
    return site.page(
        "details.html",
        visitor=visitor,
        stated=details.own(site.register.reader, provider),
        today=day(london_day(site.now())),
        says=form.WORDS,
        waiting=lodging_here.waits(site, visitor, OF_NO_CASE) is not None,
        earlier=_receipts(site, provider),
    )


def _receipts(site: Site, provider: str) -> list[tuple[int, Instant]]:
    """Every statement of theirs with its moment, the newest first."""
    reader = site.register.reader
    return [(index, reader.entry(index).envelope.at) for index in reversed(reader.statements().upto(provider))]


def ran_out(site: Site, visitor: Visitor) -> int:
    """How many of their registrations, accreditations and insurances have run out, as they stated them."""
    if site.seeks or visitor.person.provider is None or "provider" not in visitor.roles:
        return 0
    found = details.own(site.register.reader, visitor.person.provider)
    return len(found.out(day(london_day(site.now())))) if found else 0


def _asking(site: Site, provider: str, sent: Sent | None, visitor: Visitor) -> Asking:
    """The form, as long as what was typed into it; before that, as they stated it last."""
    start = _start(site, provider)
    empty = Asking(
        address=CHANGE, back=HOME, back_to="Our details", here="details", title="Our details", case=OF_NO_CASE,
        lead="State them once: every bid of yours has them from then on. What you state takes the place of all that you stated before.",
        do="state-facts", gives="provider.facts-stated/1", fields=(), read=form.read, more={"provider": provider},
        start=start, grows="rows",
    )  # fmt: skip
    draft = site.drafts.get(OF_NO_CASE, empty.task, visitor.person.id)
    typed = sent.fields if sent is not None else draft.written if draft is not None else start
    fields = form.fields(typed)
    return msgspec.structs.replace(empty, fields=fields, full=growing.full(fields, MOST_PAPERS))


def _start(site: Site, provider: str) -> dict[str, list[str]]:
    if (found := details.own(site.register.reader, provider)) is not None:
        return form.filled(found.facts)
    public = site.rows.get("provider", provider)
    return form.begun(provider, public.name if public is not None and public.name else "")


@signed_in("/desk/details/change")
def change(site: TheSite, visitor: TheVisitor) -> Answer:
    """The form, with what was written before."""
    return show(site, visitor, _asking(site, mine(visitor)[0], None, visitor))


@acting("/desk/details/change")
def fill(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Keep it, check it, and go on to sign; nothing is recorded yet."""
    provider, key = mine(visitor)
    asking = _asking(site, provider, sent, visitor)
    members = checked(site, visitor, asking, sent)
    if not isinstance(members, dict):
        return members
    id_ = f"web:{site.accounts.sources.stream_id()}"
    try:
        command = convert({**members, **asking.more, "do": asking.do, "id": id_, "as": key.name})
        waiting = lodging_here.Waiting(command=lodging_here.written(site, command))
        lodging_here.wait(site, visitor, OF_NO_CASE, waiting)
    except (Refused, Malformed, Conflict) as error:
        return against(site, visitor, asking, sent, Against(str(error), error.status))
    return see_other(SIGN)


@signed_in("/desk/details/sign")
def read(site: TheSite, visitor: TheVisitor) -> Answer:
    """What is to be signed, in words and to the byte. Where nothing waits: what they state, as after the button Back."""
    mine(visitor)
    begun = lodging_here.waits(site, visitor, OF_NO_CASE)
    return see_other(HOME) if begun is None else _sign_page(site, visitor, begun[1])


def _sign_page(site: Site, visitor: Visitor, command: object, *, fault: str = "", status: int = 200) -> Answer:
    assert isinstance(command, StateFacts)
    text = lodging_here.text(site, command)
    return site.page(
        "details_sign.html",
        status=status,
        visitor=visitor,
        command=command,
        stated=details.drafted(command, site.now()),
        today=day(london_day(site.now())),
        says=form.WORDS,
        text=lodging_here.encoded(text),
        digest=lodging_here.digest(text),
        key=lodging_here.key_of(visitor, command),
        fault=fault,
    )


@acting("/desk/details/sign")
def sign(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Record what was signed; or let it go."""
    provider, _ = mine(visitor)
    begun = lodging_here.waits(site, visitor, OF_NO_CASE)
    if begun is None:  # signed already, perhaps in another tab
        return see_other(HOME)
    command = begun[1]
    if sent.get("drop"):
        lodging_here.let_go(site, visitor, OF_NO_CASE)
        return see_other(CHANGE)
    try:
        lodging_here.check(site, visitor, command, sent)
        done = lodging_here.carry_out(site, command, sent)
    except FairplaceError as error:
        return _sign_page(site, visitor, command, fault=str(error), status=error.status)
    lodging_here.let_go(site, visitor, OF_NO_CASE)
    site.drafts.drop(OF_NO_CASE, _asking(site, provider, None, visitor).task, visitor.person.id)
    return see_other(f"{HOME}/receipts/{done.index}")


@signed_in("/desk/details/receipts/{name:str}")
def receipt(site: TheSite, visitor: TheVisitor, name: FromPath[str]) -> Answer:
    """The receipt of one statement of theirs: a page, a text to keep, or its proof."""
    provider, _ = mine(visitor)
    return lodged(
        site, name, site.register.reader.statements().upto(provider), template="details_receipt.html", visitor=visitor
    )


HANDLERS = (home, change, fill, read, sign, receipt)
