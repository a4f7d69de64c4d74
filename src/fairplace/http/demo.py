"""Walking through a demo register as one of its people. These addresses are not even there in any other register."""

from __future__ import annotations

from collections import Counter

from litestar.params import FromPath

from fairplace import shelf
from fairplace.counted import counted
from fairplace.demo import Persona, personas
from fairplace.errors import Missing
from fairplace.http import prose, referrals, work
from fairplace.http.guard import AnyRequest, TheSent, cookie, from_page, secret_of, see_other
from fairplace.http.routing import public
from fairplace.http.site import Answer, Site, TheSite

PAGES = {
    "officer": "officer", "evaluator": "evaluator", "moderator": "moderator", "approver": "approver",
    "monitoring": "monitoring-officer", "auditor": "openers", "key-admin": "administrator", "provider": "provider",
}  # fmt: skip
"""The how-to page of whoever acts in a competition, by role."""
IN_A_SEARCH = {
    "officer": "find-a-home", "social-worker": "find-a-home", "evaluator": "panel", "moderator": "panel",
    "approver": "approver", "budget-holder": "approver", "nominated-officer": "approver", "director": "approver",
    "provider": "provider",
}  # fmt: skip
"""The same for a search for a home."""

MOST_SAID = 3
"""Kinds of work that are named."""


def people(site: Site) -> list[Persona]:
    return personas(site.register.folder, site.register.domain)


def waits(site: Site, one: Persona) -> str:
    """What is on their desk in the searches; empty in a register of procurements, whose demo says it of its last day."""
    if not site.seeks:
        return ""
    provider = site.accounts.person(one.person).provider
    if provider:
        many = len(referrals.waiting_for(site, provider))
        return f"{counted(many, 'referral waits', 'referrals wait') if many else 'No referral waits'} for their answer."
    mine = Counter(found.step.title for found in work.next_for(site, {one.role}, site.now()) if found.step)
    if not mine:
        return "Nothing waits for them now."
    said = [f"{title} ({many})" for title, many in mine.most_common(MOST_SAID)]
    return f"On their desk: {'; '.join(said)}{'; and more' if len(mine) > MOST_SAID else ''}."


@public("/demo")
def walk(site: TheSite) -> Answer:
    """Whom one can be, and in a register of placements what waits for each now."""
    found = people(site)
    pages = IN_A_SEARCH if site.seeks else PAGES
    return site.page("demo.html", personas=found, waits={one.person: waits(site, one) for one in found}, pages=pages)


@public("/demo/how-to/{name:str}")
def how_to(site: TheSite, name: FromPath[str]) -> Answer:
    """What the page of `docs/how-to` for one of them says, without its pictures."""
    if name not in {*PAGES.values(), *IN_A_SEARCH.values()}:
        raise Missing("there is no such page in the demo; choose whom you want to be")
    source = (shelf.root("docs") / "how-to" / f"{name}.md").read_text("utf-8")
    title = prose.plain(source.partition("\n")[0].removeprefix("# "))
    return site.page("demo_how_to.html", title=title, name=name, sections=prose.sections(source))


@from_page("/demo")
def be(request: AnyRequest, site: TheSite, sent_by_anybody: TheSent) -> Answer:
    """Be one of them."""
    wanted = sent_by_anybody.get("person")
    found = next((one for one in people(site) if one.person == wanted), None)
    if found is None:
        raise Missing("there is nobody at this address in the demo; choose again from the list")
    secret = site.sessions.begin(site.accounts.person(found.person), ended=secret_of(request, site))
    return see_other("/desk", cookie(site.address, secret))


HANDLERS = (walk, how_to, be)
