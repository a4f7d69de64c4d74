"""Pages that stand still: what this register proves, how accessible it is, and the few files that pages bring."""

from __future__ import annotations

from litestar import Response
from litestar.params import FromPath, FromQuery

from fairplace.errors import Missing
from fairplace.http.routing import public
from fairplace.http.site import Answer, TheSite

JAVASCRIPT = "text/javascript"
FOR_EVER = "public, max-age=31536000, immutable"


@public("/about")
def about(site: TheSite) -> Answer:
    return site.page("about.html")


@public("/accessibility")
def accessibility(site: TheSite) -> Answer:
    return site.page("accessibility.html")


@public("/static/{name:str}")
def asset(site: TheSite, name: FromPath[str], v: FromQuery[str] = "") -> Answer:
    """A style sheet of ours. Kept for ever under the address that names its digest."""
    found = site.pages.assets.get(name)
    if found is None:
        raise Missing("there is no such file")
    data, media = found
    caching = FOR_EVER if v and v == site.pages.assets.version(name) else "no-cache"
    return Response(data, media_type=media, headers={"cache-control": caching})


@public("/scripts/{version:str}/{name:str}")
def script(site: TheSite, version: FromPath[str], name: FromPath[str]) -> Answer:
    """A script of ours. An older page asks for older scripts: it gets none, and works without."""
    found = site.pages.scripts.get(version, name)
    if found is None:
        raise Missing("there is no such script in this version of the site")
    return Response(found, media_type=JAVASCRIPT, headers={"cache-control": FOR_EVER})


@public("/robots.txt")
def robots(site: TheSite) -> Answer:
    """Search engines may read everything here but the raw log."""
    return Response(b"User-agent: *\nDisallow: /tile/\nDisallow: /disclosures/\n", media_type="text/plain")


HANDLERS = (about, accessibility, asset, script, robots)
