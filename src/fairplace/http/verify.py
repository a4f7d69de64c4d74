"""Checking a record on this site, said honestly: the answer is this server's word, until it is checked elsewhere.

- What is sent is bounded, held in memory, checked and forgotten; nothing of it is stored or logged.
- The check is the independent checker's own, called as a library.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import anyio.to_thread
import msgspec
from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.params import MultipartBody

import fairplace_verify
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite

MOST = 256_000
"""Bytes of a proof file: the longest entry in base64, 63 hashes and a checkpoint fit more than twice."""

BEGINNING = b"c2sp.org/tlog-proof@"
CHECKER = Path(fairplace_verify.__file__)

Verdict = Literal["genuine", "false", "other", "nothing"]


class Step(msgspec.Struct, frozen=True):
    """One thing that the checker looked at."""

    ok: bool
    name: str
    detail: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the checker said of a proof file. `place` is where it stands in this register, when it does."""

    verdict: Verdict
    sentence: str
    steps: list[Step]
    notes: list[str]
    place: int | None = None


class Form(msgspec.Struct, kw_only=True):
    """A proof as a file, or the same pasted."""

    file: UploadFile | None = None
    proof: str = ""


@public("/verify")
def explained(site: TheSite) -> Answer:
    """How to check a record, and the form."""
    return site.page("verify.html", result=None, keys=site.settings.log[0].vkeys, standing=site.standing())


@post("/verify", status_code=200)
async def check(site: TheSite, data: MultipartBody[Form]) -> Answer:
    """The form's answer. It looks at the file and changes nothing, so a page of another site gains nothing by sending it."""
    given = await data.file.read() if data.file is not None and data.file.filename else b""
    given = given or data.proof.replace("\r\n", "\n").encode("utf-8")
    if len(given) > MOST:
        raise HTTPException(status_code=413, detail=f"the file has {len(given)} bytes; a proof has at most {MOST}")
    return await anyio.to_thread.run_sync(_answered, site, given)


def _answered(site: Site, given: bytes) -> Answer:
    keys = site.settings.log[0].vkeys
    return site.page("verify.html", result=judged(given, keys), keys=keys, standing=site.standing())


def judged(given: bytes, keys: list[str]) -> Result:
    """Check a proof file against the keys of this register's log."""
    given = given.strip(b"\r\n\t ") + b"\n"
    if given == b"\n":
        return Result(verdict="nothing", sentence="", steps=[], notes=[])
    if not given.startswith(BEGINNING):
        return Result(verdict="other", sentence="", steps=[], notes=[])
    try:
        report = fairplace_verify.verify_proof(given, keys)
    except fairplace_verify.Unreadable as error:
        return Result(verdict="other", sentence=str(error), steps=[], notes=[])
    steps = [Step(found.ok, found.check, found.detail) for found in report.checks]
    if report.false is not None:
        return Result(verdict="false", sentence=str(report.false), steps=steps, notes=report.notes)
    verdict: Verdict = "genuine" if report.trusted else "false"
    return Result(verdict=verdict, sentence=report.trust, steps=steps, notes=report.notes, place=_place(given))


def _place(given: bytes) -> int:
    """The third line of a proof that was found complete."""
    return int(given.split(b"\n", 3)[2].removeprefix(b"index "))


@public("/fairplace_verify.py")
def checker(site: TheSite) -> Answer:
    """The checker itself, as this server has it. Careful readers fetch it from elsewhere and compare."""
    headers = {"content-disposition": 'attachment; filename="fairplace_verify.py"', **OPEN}
    return Response(CHECKER.read_bytes(), media_type="text/x-python", headers=headers)


HANDLERS = (explained, check, checker)
