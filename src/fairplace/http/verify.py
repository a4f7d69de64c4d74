"""Checking a record on this site, said honestly: the answer is this server's word, until it is checked elsewhere.

- The page's own script checks in the browser, where it can; a form that is sent is checked here.
- What is sent is bounded, held in memory, checked and forgotten; nothing of it is stored or logged.
"""

from __future__ import annotations

from pathlib import Path

import anyio.to_thread
import msgspec
from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.params import MultipartBody

import fairplace_verify
from fairplace.http.judged import Given, Result, judge
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite

CHECKER = Path(fairplace_verify.__file__)
SHORT = 200
"""Characters: a key of Ed25519 fits, one that no browser can check does not."""


class Form(msgspec.Struct, kw_only=True):
    """A file, or the text of a proof; and whom the visitor trusts."""

    file: UploadFile | None = None
    proof: str = ""
    keys: str = ""
    paper: str = ""
    remember: str = ""


@public("/verify")
def explained(site: TheSite) -> Answer:
    """How to check a record, and the form."""
    return _page(site)


@post("/verify", status_code=200)
async def check(site: TheSite, data: MultipartBody[Form]) -> Answer:
    """The form's answer. It looks at the file and changes nothing, so a page of another site gains nothing by sending it."""
    sent = await data.file.read() if data.file is not None and data.file.filename else b""
    sent = sent or data.proof.replace("\r\n", "\n").strip().encode("utf-8")
    return await anyio.to_thread.run_sync(_answered, site, sent, data)


def _answered(site: Site, sent: bytes, asked: Form) -> Answer:
    if not sent.strip():
        return _page(site, Result(verdict="nothing", sentence=""), asked)
    return _page(site, judge(site, Given(data=sent, keys=asked.keys, paper=asked.paper)), asked)


def _page(site: Site, result: Result | None = None, asked: Form | None = None) -> Answer:
    keys = site.settings.log[0].vkeys
    short = [key for key in keys if len(key) <= SHORT]
    return site.page("verify.html", result=result, asked=asked, keys=keys, short_keys=short, standing=site.standing())


@public("/fairplace_verify.py")
def checker(site: TheSite) -> Answer:
    """The checker itself, as this server has it. Careful readers fetch it from elsewhere and compare."""
    headers = {"content-disposition": 'attachment; filename="fairplace_verify.py"', **OPEN}
    return Response(CHECKER.read_bytes(), media_type="text/x-python", headers=headers)


HANDLERS = (explained, check, checker)
