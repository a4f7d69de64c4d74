"""Providers, as the public may see them: awards and contracts, never bids or challenges."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.http import asked
from fairplace.http.made_from import of_places, of_rows
from fairplace.http.routing import public
from fairplace.http.site import Answer, TheSite, split_suffix


@public("/providers/{name:path}")
def provider(site: TheSite, name: FromPath[str]) -> Answer:
    """One provider. Its id may hold a slash, so it is the rest of the address."""
    key, data = split_suffix(name.lstrip("/"))
    row: Any = site.rows.get("provider", asked.provider(key))
    if row is None:
        raise Missing("no award or contract of a provider with this id is published here")
    if data:
        return site.data(row)
    steps = [*of_rows(row), *of_places(site.published, (award.index for award in row.awards))]
    return site.page(
        "provider.html",
        row=row,
        cases=site.rows.many("register", [award.case for award in row.awards]),
        made_from=site.made_from(f"/providers/{quote(key, safe='')}", steps),
    )


HANDLERS = (provider,)
