"""The list of homes at the desk: who could be asked, what the list says of each, and the forms by which it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar.params import FromPath, QueryParameter

from fairplace import home_words
from fairplace.errors import Forbidden, Missing
from fairplace.forms import answering
from fairplace.forms import listing as forms
from fairplace.forms.fields import Fault, Field, Sent, read_all
from fairplace.http import asked, case_file
from fairplace.http.asked import Page
from fairplace.http.guard import Key, TheSent, TheVisitor, Visitor, acting, signed_in
from fairplace.http.provider_place import Asking, show, take
from fairplace.http.site import Answer, Site, TheSite
from fairplace.market.commands import COMMANDS
from fairplace.market.events import TYPES, AgreementConcluded, AuthorityRegistered
from fairplace.market.known import Home, Market, Provider
from fairplace.people import roles
from fairplace.referral import codes
from fairplace.seeking.listing import READ, Listing, listing
from fairplace.terms import Day, day, london_day

PAGE = 40
"""Providers on one page."""

NEW = "new"
"""The address of what is not on the list yet."""

GIVES = {str(one.__struct_config__.tag): one.gives for one in COMMANDS}

Which = Annotated[str, QueryParameter(name="home")]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A provider on the list, with where it stands and what its homes have."""

    stream: str
    provider: Provider
    tiers: tuple[tuple[str, str], ...]
    homes: tuple[Home, ...]

    @property
    def places(self) -> int:
        """Places that are declared free now."""
        return sum(one.room.places for one in self.homes if one.room is not None and one.room.available)


class One(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of the list: an authority, a provider, or an agreement."""

    stream: str
    authority: AuthorityRegistered | None = None
    line: Line | None = None
    agreement: AgreementConcluded | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form of the list: the command that it becomes, and of what kind of stream it is."""

    do: str
    title: str
    lead: str
    fields: Sequence[Field]
    read: Callable[[Sequence[Field], Sent], tuple[dict[str, Any], list[Fault]]] = read_all
    start: Mapping[str, Sequence[str]] = {}
    home: str = ""  # the one home that it is about


@signed_in("/desk/market")
def index(site: TheSite, visitor: TheVisitor, page: Page = 1) -> Answer:
    """Everybody on the list by name, a page at a time; what is disputed stands on top of each."""
    visitor.need(*case_file.SEEKERS)
    market, known = _market(site), _listing(site)
    listed = sorted(
        (one for one in market.providers(market.upto) if one.provider in known.providers),
        key=lambda one: (one.name or one.provider).lower(),
    )
    return site.page(
        "market.html",
        visitor=visitor,
        lines=[_line(market, known, one) for one in listed[(page - 1) * PAGE : page * PAGE]],
        total=len(listed),
        page=page,
        pages=max(1, -(-len(listed) // PAGE)),
        authorities=[(known.authorities[one.authority], one) for one in market.authorities(market.upto)],
        agreements=[(known.agreements[one.agreement], one) for _, one in market.agreements(market.upto)],
        disputes=known.disputes,
        field=answering.DISPUTED,
        may=_may(visitor),
        codes=home_words,
        today=_today(site),
    )


@signed_in("/desk/market/{stream:str}")
def one(site: TheSite, visitor: TheVisitor, stream: FromPath[str]) -> Answer:
    """One authority, provider or agreement, and what can be recorded of it."""
    visitor.need(*case_file.SEEKERS)
    found, market = _one(site, stream), _market(site)
    return site.page(
        "market_one.html",
        visitor=visitor,
        it=found,
        names={one.provider: one.name or one.provider for one in market.providers(market.upto)},
        type_of=lambda code: codes.label("place", code),
        provider_class=codes.label("place_provider", found.line.provider.provider_class) if found.line else "",
        disputes=[each for each in _listing(site).disputes if each.stream == found.stream],
        field=answering.DISPUTED,
        may=_may(visitor),
        codes=home_words,
    )


@signed_in("/desk/market/{stream:str}/{what:str}")
def form(site: TheSite, visitor: TheVisitor, stream: FromPath[str], what: FromPath[str], home: Which = "") -> Answer:
    """A form of the list, with what was written before."""
    return show(site, visitor, _asking(site, visitor, stream, what, home))


@acting("/desk/market/{stream:str}/{what:str}")
def fill(
    site: TheSite, visitor: TheVisitor, stream: FromPath[str], what: FromPath[str], sent: TheSent, home: Which = ""
) -> Answer:
    """Keep it, check it, and go on to sign."""
    return take(site, visitor, _asking(site, visitor, stream, what, home), _key(visitor), sent)


def _asking(site: Site, visitor: Visitor, stream: str, what: str, home: str) -> Asking:
    """The form. Raises Missing where there is none, Forbidden where it is for others.

    A form about one home has an address of its own, so that what was written of another is never shown in it.
    """
    visitor.need(*case_file.SEEKERS)
    if stream == NEW:
        found, made = None, _new(_market(site), what, _today(site))
    else:
        found = _one(site, stream)
        made = _of(found, _market(site), what, home, _today(site))
    if made is None:
        raise Missing("there is no such form of the list")
    gives = GIVES[made.do]
    if not roles.may(visitor.roles, gives):
        raise roles.for_others(gives)
    case = found.stream if found else ""
    return Asking(
        address=f"/desk/market/{case or NEW}/{what}" + (f"?home={quote(made.home)}" if made.home else ""),
        back=f"/desk/market/{case}" if case else "/desk/market",
        back_to=_called(found) if found else "the list of homes",
        title=f"{made.title}: {made.home}" if made.home else made.title,
        lead=made.lead,
        do=made.do,
        gives=gives,
        case=case,
        fields=made.fields,
        read=made.read,
        start=made.start,
        here="market",
    )


def _new(market: Market, what: str, on: Day) -> Form | None:
    match what:
        case "authority":
            return Form(do="register-authority", title="Enter an authority", fields=forms.authority(market), read=forms.read_authority,
                        lead="Whose children are looked for, and in whose areas homes lie.")  # fmt: skip
        case "provider":
            return Form(do="register-provider", title="Enter a provider", fields=forms.provider(market, on),
                        lead="Whoever is on the list can be asked. Our own service is one of them, beside the others.")  # fmt: skip
        case "agreement":
            return Form(do="conclude-agreement", title="Record an agreement", fields=forms.agreement(market), read=forms.read_agreement,
                        lead="A framework, a dynamic market or a block: who stands in it, and on what terms.")  # fmt: skip
        case _:
            return None


def _of(it: One, market: Market, what: str, home: str, on: Day) -> Form | None:
    if it.authority is not None and what == "policy":
        return Form(do="declare-in-house-policy", title="Declare that own homes are asked first", fields=forms.policy(),
                    lead="For one kind of home, by how many hours, and why.")  # fmt: skip
    if (agreement := it.agreement) is not None:
        match what:
            case "nights" if agreement.committed:
                return Form(do="record-occupancy", title="Record the nights of a block", fields=forms.occupancy(agreement),
                            lead="How many of the places that are paid for were filled.")  # fmt: skip
            case "rise":
                return Form(do="decide-uplift", title="Decide on a rise of fees", fields=forms.uplift(agreement, market),
                            read=lambda fields, sent: forms.read_uplift(agreement, fields, sent),
                            lead="For everybody by the agreement’s one rule; hardship is shown, not said.")  # fmt: skip
            case _:
                return None
    return _of_provider(it.line, market, what, home, on) if it.line is not None else None


def _of_provider(line: Line, market: Market, what: str, home: str, on: Day) -> Form | None:
    """The form about one home names it and offers no other. Without one it asks which, and fills in nothing of any."""
    if home and home not in {one.setting for one in line.homes}:
        return None
    named = next((one for one in line.homes if one.setting == home), line.homes[0] if len(line.homes) == 1 else None)
    homes = (named,) if named is not None else line.homes
    picked = {"setting": [named.setting]} if named is not None else {}
    made = _about(line, market, what, homes, picked, forms.as_registered(named) if named else {}, on)
    if made is None or named is None or what in ("owner", "home"):
        return made
    return msgspec.structs.replace(made, home=named.setting)


def _about(
    line: Line,
    market: Market,
    what: str,
    homes: tuple[Home, ...],
    picked: Mapping[str, Sequence[str]],
    registered: Mapping[str, Sequence[str]],
    on: Day,
) -> Form | None:
    match what:
        case "owner":
            return Form(do="declare-ownership", title="Say who owns it", fields=forms.ownership(), lead="In the end, behind every company between.")  # fmt: skip
        case "home":
            return Form(do="register-setting", title="Enter a home", fields=forms.setting(market, on), read=forms.read_setting,
                        lead="For whom it is registered decides who is asked for which child.")  # fmt: skip
        case "change" if homes:
            return Form(do="change-setting", title="Change what the list says of a home", fields=forms.change(homes), read=forms.read_change,
                        start=registered, lead="From now on. What it said before stays on record.")  # fmt: skip
        case "grade" if homes:
            return Form(do="rate-setting", title="Record a grade", fields=forms.rating(homes, on), start=picked, lead="As the inspection gave it.")  # fmt: skip
        case "level" if homes:
            return Form(do="evidence-capability", title="Record what a home can do", fields=forms.capability(homes), read=forms.read_capability, start=picked,
                        lead="The level that counts follows from what shows it, and is never above the one claimed.")  # fmt: skip
        case "room" if homes:
            return Form(do="declare-vacancy", title="Declare room in a home", fields=forms.vacancy(homes), read=forms.read_vacancy, start=picked,
                        lead="As its provider told you. It can say so itself under Our homes.")  # fmt: skip
        case "gone" if any(one.room is not None for one in homes):
            return Form(do="withdraw-vacancy", title="The room is gone", fields=forms.gone(homes), start=picked, lead="As its provider told you.")  # fmt: skip
        case "cost" if homes and line.provider.authority is not None:
            return Form(do="declare-full-cost", title="Declare what a home costs in full", fields=forms.cost(homes), start=picked,
                        lead="Overheads included, so that own homes stand beside others at their full price.")  # fmt: skip
        case _:
            return None


def _key(visitor: Visitor) -> Key:
    if visitor.key is None:
        raise Forbidden("you have no signing key that may act yet; make one under My keys", code="key")
    return visitor.key


def _may(visitor: Visitor) -> set[str]:
    """The commands of the list that whoever looks may sign."""
    return {do for do, gives in GIVES.items() if roles.may(visitor.roles, gives)}


def _today(site: Site) -> Day:
    return day(london_day(site.now()))


def _market(site: Site) -> Market:
    return site.register.reader.market() or Market()


def _listing(site: Site) -> Listing:
    names = sorted(name for name, kind in TYPES.items() if kind in READ)
    return listing(site.register.reader.of_types(names, 0, site.register.reader.size))


def _line(market: Market, known: Listing, provider: Provider) -> Line:
    tiers = [
        (concluded.agreement, concluded.tiers[provider.provider])
        for _, concluded in market.agreements(market.upto)
        if provider.provider in concluded.tiers
    ]
    homes = sorted(market.homes_of(provider.provider, market.upto), key=lambda one: one.setting)
    return Line(stream=known.providers[provider.provider], provider=provider, tiers=tuple(tiers), homes=tuple(homes))


def _one(site: Site, stream: str) -> One:
    """Raises Missing when nothing of the list stands there."""
    name, market, known = asked.identifier(stream), _market(site), _listing(site)
    for one in market.providers(market.upto):
        if known.providers.get(one.provider) == name:
            return One(stream=name, line=_line(market, known, one))
    for authority in market.authorities(market.upto):
        if known.authorities.get(authority.authority) == name:
            return One(stream=name, authority=authority)
    for _, agreement in market.agreements(market.upto):
        if known.agreements.get(agreement.agreement) == name:
            return One(stream=name, agreement=agreement)
    raise Missing("nothing of the list stands at this address")


def _called(it: One) -> str:
    if it.line is not None:
        return it.line.provider.name or it.line.provider.provider
    return it.authority.name if it.authority is not None else it.agreement.agreement if it.agreement is not None else ""


HANDLERS = (index, one, form, fill)
