"""A provider's own homes as the list has them: whether each is available for matching, and if not, why not."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.params import FromPath, QueryParameter

from fairplace import home_words
from fairplace.errors import Missing
from fairplace.forms import answering
from fairplace.http import asked as address
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, signed_in
from fairplace.http.provider_place import Asking, mine, show, take
from fairplace.http.site import Answer, Site, TheSite
from fairplace.market.events import TYPES, ProviderRegistered, SettingRegistered
from fairplace.market.known import Home, Market
from fairplace.referral import codes
from fairplace.terms import day, london_day

Search = Annotated[str, QueryParameter(name="search")]
What = Annotated[str, QueryParameter(name="wrong")]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One home, and why a child could not be matched with it now; empty when one could."""

    home: Home
    why_not: tuple[str, ...]
    type: str


@signed_in("/desk/homes")
def homes(site: TheSite, visitor: TheVisitor) -> Answer:
    """Every home of this provider."""
    provider, _ = mine(site, visitor)
    market = site.register.reader.market() or Market()
    today = day(london_day(site.now()))
    found = market.homes_of(provider, market.upto)
    return site.page(
        "homes.html",
        visitor=visitor,
        lines=[
            Line(home=one, why_not=tuple(why_not(one, today)), type=codes.label("place", one.place_code))
            for one in sorted(found, key=lambda one: one.setting)
        ],
        listed=market.provider(provider, market.upto) is not None,
        codes=home_words,
    )


def why_not(home: Home, today: str) -> list[str]:
    """Why no child can be matched with this home today, in words."""
    found = []
    if home.status != "active":
        found.append(f"it is {home.status} on the list")
    if home.registration is None:
        found.append("what it is registered for is not on record")
    if home.room is None or home.room.places < 1:
        found.append("no room is declared")
    elif not home.room.available:
        reason = home_words.NO_ROOM.get(home.room.reason_not or "", "no reason is given")
        found.append(f"you said that no child could come now: {reason}")
    elif home.room.from_on > today:
        found.append("its room is free from a later day on")
    return found


@signed_in("/desk/homes/{setting:str}/{what:str}")
def form(
    site: TheSite,
    visitor: TheVisitor,
    setting: FromPath[str],
    what: FromPath[str],
    search: Search = "",
    wrong: What = "",
) -> Answer:
    """A form about one home, with what was written before."""
    return show(site, visitor, _asking(site, visitor, setting, what, search, wrong))


@acting("/desk/homes/{setting:str}/{what:str}")
def fill(
    site: TheSite,
    visitor: TheVisitor,
    setting: FromPath[str],
    what: FromPath[str],
    sent: TheSent,
    search: Search = "",
) -> Answer:
    """Keep it, check it, and go on to sign."""
    asking = _asking(site, visitor, setting, what, search, "")
    return take(site, visitor, asking, mine(site, visitor)[1], sent)


def _asking(site: Site, visitor: Visitor, setting: str, what: str, search: str, wrong: str) -> Asking:
    """The form for one home. Raises Missing for a home of another, as for one that there is not."""
    provider, _ = mine(site, visitor)
    market = site.register.reader.market() or Market()
    home = market.home(setting[:100], market.upto)
    if home is None or home.provider != provider:
        raise Missing("there is no home of yours at this address")
    stream, place = _stream(site, provider), f"/desk/homes/{home.setting}/{what}"
    more = {"setting": home.setting}
    match what:
        case "vacancy":
            return Asking(
                address=place, back="/desk/homes", back_to="Our homes", here="homes", title=f"Room in {home.setting}", case=stream,
                lead="The newest that you say of a home counts. It is kept with the day on which you said it.",
                do="declare-vacancy", gives="market.vacancy-declared/1", fields=answering.vacancy(),
                read=answering.read_vacancy, more=more,
            )  # fmt: skip
        case "gone" if home.room is not None:
            return Asking(
                address=place, back="/desk/homes", back_to="Our homes", here="homes", title=f"The room in {home.setting} is gone",
                lead="Then nobody decides on a place that is not there.", do="withdraw-vacancy", case=stream,
                gives="market.vacancy-withdrawn/1", fields=answering.gone(), more=more,
            )  # fmt: skip
        case "correct":
            referral = address.identifier(search) if search else None
            return Asking(
                address=place + (f"?search={referral}" if referral else ""), back="/desk/referrals",
                back_to="Referrals to us", title=f"The list is wrong about {home.setting}", case=stream,
                lead="Whoever keeps the list sees it, and it stays on record that you said so, and when.",
                do="dispute-entry", gives="market.entry-disputed/1", fields=answering.dispute(),
                more={**more, **({"referral": referral} if referral else {})},
                start={"field": [wrong]} if wrong in answering.DISPUTED else {},
            )  # fmt: skip
        case _:
            raise Missing("there is no such page for a home")


def _stream(site: Site, provider: str) -> str:
    """The stream in which everything of this provider stands."""
    names = [name for name, kind in TYPES.items() if kind in (ProviderRegistered, SettingRegistered)]
    for recorded in site.register.reader.of_types(sorted(names), 0, site.register.reader.size):
        event = recorded.event
        if isinstance(event, ProviderRegistered) and event.provider == provider:
            return recorded.stream
    raise Missing("you are not on the list yet; ask whoever keeps it")


HANDLERS = (homes, form, fill)
