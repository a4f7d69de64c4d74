"""Numbers about many homes: a list of all releases, each release as a page, JSON, CSV, a proof, and a feed."""

from __future__ import annotations

from litestar import Response
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.http import numbers_made as made
from fairplace.http.numbers_made import on_site
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite

FRAME = "base.html"
NOWHERE = "there are no numbers at this address; /homes lists all releases"


@public("/homes")
def releases(site: TheSite) -> Answer:
    """Every release, the newest first."""
    return site.page("numbers.html", **made.index(_out(site), on_site, FRAME))


@public("/homes/{name:str}")
def release(site: TheSite, name: FromPath[str]) -> Answer:
    """`PLAN-NUMBER` as a page, or as one of its files; `over-time`; and `feed.json`."""
    found = _out(site)
    if name == "feed.json":
        return Response(made.feed(site.register, found, on_site), media_type=made.FEED, headers=OPEN)
    if name == "over-time":
        return site.page("numbers_over_time.html", **made.over_time(found, on_site, FRAME))
    suffix = next((one for one in made.SUFFIXES if name.endswith(one)), "")
    one = next((one for one in found if one.name == name.removesuffix(suffix)), None)
    if one is None or (suffix and suffix not in one.suffixes):
        raise Missing(NOWHERE)
    if suffix:
        headers = {"content-disposition": f'attachment; filename="{name}"', **OPEN}
        return Response(made.file(site.register, one, suffix), media_type=made.SUFFIXES[suffix], headers=headers)
    return site.kept(
        f"/homes/{name}",
        (one.one.document.sha256, one.one.withdrawn_by, one.replaced_by, one.lost),
        "numbers_release.html",
        lambda: made.page(one, on_site, FRAME),
    )


def _out(site: Site) -> list[made.Out]:
    """The releases that the published log covers."""
    return made.out(site.register, site.published.size())


HANDLERS = (releases, release)
