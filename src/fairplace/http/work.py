"""My work: what waits for whoever is signed in."""

from __future__ import annotations

from fairplace.http.guard import TheVisitor, signed_in
from fairplace.http.site import Answer, TheSite


@signed_in("/desk")
def work(site: TheSite, visitor: TheVisitor) -> Answer:
    """What waits for them."""
    waiting = site.acts.waiting_for([key.name for key in visitor.keys], visitor.roles)
    return site.page("work.html", visitor=visitor, to_sign=[site.acts.get(one) for one in waiting])


HANDLERS = (work,)
