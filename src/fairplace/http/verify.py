"""Checking a record on this site, said honestly: the answer is this server's word, until it is checked elsewhere.

- The page's own script checks in the browser, where it can; a form that is sent is checked here.
- What is sent is bounded, checked and forgotten; nothing of it is logged. Only a bundle may be larger than any form's body:
  it comes into a file that has no name and is gone with the answer, one at a time, and a few a minute from one address.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, cast

import anyio
import anyio.to_thread
import msgspec
from litestar import Response, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException, InternalServerException

import fairplace_verify
from fairplace.errors import Busy, Malformed
from fairplace.formats import size
from fairplace.http.guard import BROKE_OFF, AnyRequest, broke_off, pairs, whence
from fairplace.http.judged import Given, Result, judge
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite

CHECKER = Path(fairplace_verify.__file__)
SHORT = 200
"""Characters: a key of Ed25519 fits, one that no browser can check does not."""
FORM = 64 * 1024
"""Bytes of a form beside the file in it."""
LARGE_PER_MINUTE = 6
"""Files larger than any form's body, from one network address."""
PATIENCE = 120
"""Seconds in which such a file must have come."""
INSTEAD = "a browser that runs the script of this page checks it and sends nothing, and so does the program that the page gives"

_one_large = threading.Lock()


class TooLarge(Malformed):
    """Something that is no bundle, and larger than any form's body."""

    status = 413


class Form(msgspec.Struct, kw_only=True):
    """A file, or the text of a proof; and whom the visitor trusts."""

    file: BinaryIO | None = None
    length: int = 0
    proof: str = ""
    keys: str = ""
    paper: str = ""
    remember: str = ""


@public("/verify")
def explained(site: TheSite) -> Answer:
    """How to check a record, and the form."""
    return _page(site)


@post("/verify", status_code=200, opt={"instead": INSTEAD})
async def check(request: AnyRequest, site: TheSite) -> Answer:
    """The form's answer. It looks at the file and changes nothing, so a page of another site gains nothing by sending it."""
    if request.content_type[0] != RequestEncodingType.MULTI_PART:
        raise HTTPException("a file comes in a multipart form; send it with the form of this page", status_code=400)
    length = request.content_length
    is_large = length is None or length > site.settings.limits.body
    async with _turn(request, site) if is_large else nullcontext():
        sent = await _come(request)
        try:
            return await anyio.to_thread.run_sync(_answered, site, _form(sent))
        finally:
            await sent.close()


@asynccontextmanager
async def _turn(request: AnyRequest, site: Site) -> AsyncIterator[None]:
    """Take the one place that there is for a large file. Raises TooMany and Busy, before anything of it is read."""
    await anyio.to_thread.run_sync(site.sessions.count, f"large file {whence(request)}", LARGE_PER_MINUTE)
    if not _one_large.acquire(blocking=False):
        raise Busy(f"another large file is being checked just now; try again in a moment: {INSTEAD}")
    try:
        yield
    finally:
        _one_large.release()


async def _come(request: AnyRequest) -> FormMultiDict:
    try:
        with anyio.fail_after(PATIENCE):
            return FormMultiDict(await pairs(request))
    except TimeoutError as error:
        raise HTTPException(
            f"the file did not come within {PATIENCE} seconds; send it again: {INSTEAD}", status_code=408
        ) from error
    except InternalServerException as error:
        if error.detail != BROKE_OFF:
            raise
        raise broke_off() from error


def _form(sent: FormMultiDict) -> Form:
    def text(name: str) -> str:
        return next((one for one in sent.getall(name, []) if isinstance(one, str)), "")

    file = next((one for one in sent.getall("file", []) if isinstance(one, UploadFile) and one.filename), None)
    return Form(
        file=cast("BinaryIO", file.file) if file else None,
        length=file.file.seek(0, 2) if file else 0,
        proof=text("proof"),
        keys=text("keys"),
        paper=text("paper"),
        remember=text("remember"),
    )


def _answered(site: Site, asked: Form) -> Answer:
    most = site.settings.limits.body
    for text in (asked.proof, asked.keys, asked.paper):
        if len(text) > most:
            raise TooLarge(f"a text has {size(len(text))}, and {size(most)} are taken here; {INSTEAD}")
    given = _given(asked, most)
    if not given.bundle and not given.data.strip():
        return _page(site, Result(verdict="nothing", sentence=""), asked)
    return _page(site, judge(site, given), asked)


def _given(asked: Form, most: int) -> Given:
    """A bundle as the file that came; everything else as its bytes, and bounded like any form."""
    if asked.file is None or not asked.length:
        data = asked.proof.replace("\r\n", "\n").strip().encode("utf-8")
        return Given(data=data, keys=asked.keys, paper=asked.paper)
    asked.file.seek(0)
    if asked.file.read(2) == b"PK":
        return Given(bundle=asked.file, keys=asked.keys, paper=asked.paper)
    if asked.length > most:
        came = f"the file has {size(asked.length)}, and only a bundle may have more than {size(most)} here"
        raise TooLarge(f"{came}; {INSTEAD}")
    asked.file.seek(0)
    return Given(data=asked.file.read(), keys=asked.keys, paper=asked.paper)


def _page(site: Site, result: Result | None = None, asked: Form | None = None) -> Answer:
    keys = site.settings.log[0].vkeys
    short = [key for key in keys if len(key) <= SHORT]
    return site.page("verify.html", result=result, asked=asked, keys=keys, short_keys=short, standing=site.standing())


@public("/fairplace_verify.py")
def checker(site: TheSite) -> Answer:
    """The checker itself, as this server has it. Careful readers fetch it from elsewhere and compare."""
    headers = {"content-disposition": 'attachment; filename="fairplace_verify.py"', **OPEN}
    return Response(CHECKER.read_bytes(), media_type="text/x-python", headers=headers)


HANDLERS = (checker,)
CHECKING = (explained, check)
"""The page and its form, which is bounded by `limits.bundle`."""
