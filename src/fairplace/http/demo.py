"""Walking through a demo register as one of its people. These addresses are not even there in any other register."""

from __future__ import annotations

from fairplace.demo import Persona, personas
from fairplace.errors import Missing
from fairplace.http.guard import AnyRequest, TheSent, cookie, from_page, secret_of, see_other
from fairplace.http.routing import public
from fairplace.http.site import Answer, Site, TheSite


def people(site: Site) -> list[Persona]:
    return personas(site.register.folder, site.register.domain)


@public("/demo")
def walk(site: TheSite) -> Answer:
    """Whom one can be."""
    return site.page("demo.html", personas=people(site))


@from_page("/demo")
def be(request: AnyRequest, site: TheSite, sent_by_anybody: TheSent) -> Answer:
    """Be one of them."""
    wanted = sent_by_anybody.get("person")
    found = next((one for one in people(site) if one.person == wanted), None)
    if found is None:
        raise Missing("there is nobody at this address in the demo; choose again from the list")
    secret = site.sessions.begin(site.accounts.person(found.person), ended=secret_of(request, site))
    return see_other("/desk", cookie(site.address, secret))


HANDLERS = (walk, be)
