"""The static record: checkpoints, tiles, disclosures and the rest, as any web server could give them out.

- Only paths of the published layout are answered (wire format, section 10); everything else is 404.
- What never changes may be kept for ever; the newest checkpoint for two seconds; disclosures can be taken down at any
  moment, so they are asked for anew each time.
"""

from __future__ import annotations

import re
from pathlib import Path

from litestar import Response
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, TheSite

TEXT = "text/plain"
BYTES = "application/octet-stream"
REPLY = "application/timestamp-reply"  # RFC 3161, section 3.4
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
BRIEFLY = "public, max-age=2, must-revalidate"
EACH_TIME = "no-cache"

_NUMBER = r"(?:x[0-9]{3}/)*[0-9]{3}"
_TILE = re.compile(
    rf"(?:entries|[0-9]|[1-5][0-9]|6[0-3])/{_NUMBER}(?:\.p/(?:[1-9][0-9]?|1[0-9]{{2}}|2[0-4][0-9]|25[0-5]))?"
)
_DISCLOSURES = re.compile(_NUMBER)
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,17}\.tsr")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_LOST = re.compile(r"[1-9][0-9]{0,18}/[1-9][0-9]{0,18}")


def _file(folder: Path, place: str, media: str, caching: str) -> Answer:
    try:
        data = (folder / place).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise Missing(f"{place[:200]} is not published") from error
    return Response(data, media_type=media, headers={"cache-control": caching, **OPEN})


@public("/checkpoint")
def checkpoint(site: TheSite) -> Answer:
    return _file(site.public, "checkpoint", TEXT, BRIEFLY)


@public("/policy")
def policy(site: TheSite) -> Answer:
    return _file(site.public, "policy", TEXT, EACH_TIME)


@public("/checkpoints/{name:str}")
def past_checkpoint(site: TheSite, name: FromPath[str]) -> Answer:
    if not _SIZE.fullmatch(name):
        raise Missing("an earlier checkpoint is named by its size, a whole number")
    # Not for ever: a checkpoint of an unchanged log is signed anew every day, at the same size.
    return _file(site.public, f"checkpoints/{name}", TEXT, A_DAY)


@public("/tile/{rest:path}")
def tile(site: TheSite, rest: FromPath[str]) -> Answer:
    if not _TILE.fullmatch(rest := rest.lstrip("/")):
        raise Missing("this is no path of a tile")
    return _file(site.public, f"tile/{rest}", BYTES, FOR_EVER)


@public("/timestamp/{name:str}")
def timestamp(site: TheSite, name: FromPath[str]) -> Answer:
    if not _TIMESTAMP.fullmatch(name):
        raise Missing("a timestamp is named by the size of its checkpoint, as 4848.tsr")
    return _file(site.public, f"timestamp/{name}", REPLY, A_DAY)


@public("/disclosures/{rest:path}")
def disclosures(site: TheSite, rest: FromPath[str]) -> Answer:
    if not _DISCLOSURES.fullmatch(rest := rest.lstrip("/")):
        raise Missing("this is no path of disclosures")
    return _file(site.public, f"disclosures/{rest}", TEXT, EACH_TIME)


@public("/lost/{rest:path}")
def lost(site: TheSite, rest: FromPath[str]) -> Answer:
    """A checkpoint of a part that was declared lost: it stays as evidence."""
    if not _LOST.fullmatch(rest := rest.lstrip("/")):
        raise Missing("this is no path of a lost checkpoint")
    return _file(site.public, f"lost/{rest}", TEXT, A_DAY)


HANDLERS = (checkpoint, policy, past_checkpoint, tile, timestamp, disclosures, lost)
