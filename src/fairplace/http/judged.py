"""What this server says of a file that somebody sent: the independent checker's answer, in the words of a page.

- Proofs are judged by the checker itself, called as a library; so is every step that a saved page names.
- Without a key of the reader's own nothing is called genuine: that this server knows the keys proves nothing to them.
"""

from __future__ import annotations

import re

import msgspec

import fairplace_verify
from fairplace.errors import Malformed, Missing
from fairplace.http import saved_page
from fairplace.http.site import Site
from fairplace.ledger.proof import parse

BEGINNING = b"c2sp.org/tlog-proof@"
MOST_STEPS = 500
"""Steps of a saved page that a server looks through for one visitor; a browser or the program may take more."""
OWN = "the key came from this server: whose it is was not checked. Give a key from a contract, a letter or a notice"

_POLICY = re.compile(r"^(log|witness|group|quorum)[ \t]", re.MULTILINE)


class Step(msgspec.Struct, frozen=True):
    """One thing that the checker looked at."""

    ok: bool
    name: str
    detail: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. `verdict` is one of the five words; `place` is where a proof's step stands, in this log if `here`."""

    verdict: str
    sentence: str
    steps: list[Step] = []
    superseded: list[str] = []
    notes: list[str] = []
    place: int | None = None
    log: str = ""
    here: bool = False


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor sent: the file, and whom they trust."""

    data: bytes
    keys: str = ""

    def trust(self, site: Site) -> tuple[list[str], str | None, bool]:
        """Keys, a policy, and whether the reader brought them."""
        text = self.keys.replace("\r\n", "\n").strip()
        if _POLICY.search(text):
            return [], text + "\n", True
        keys = text.split()
        return keys or site.settings.log[0].vkeys, None, bool(keys)


def judge(site: Site, given: Given) -> Result:
    """Check one file. What is no record, or names no key that can be read, is said to be so."""
    try:
        if given.data.lstrip(b"\r\n\t ").startswith(BEGINNING):
            return _proof(site, given)
        if saved_page.is_page(given.data):
            return _page(site, given)
    except (fairplace_verify.Unreadable, Malformed) as error:
        return Result(verdict=fairplace_verify.NO_RECORD, sentence=str(error))
    return Result(verdict=fairplace_verify.NO_RECORD, sentence="it is not a proof file and not a saved page")


def _proof(site: Site, given: Given) -> Result:
    data = given.data.strip(b"\r\n\t ") + b"\n"
    keys, policy, own = given.trust(site)
    report = fairplace_verify.verify_proof(data, keys, policy)
    place = int(data.split(b"\n", 3)[2].removeprefix(b"index ")) if report.ok else None
    return _told(report, own=own, place=place, here=report.origin == site.settings.log[0].origin)


def _told(report: fairplace_verify.Report, *, own: bool, place: int | None = None, here: bool = False) -> Result:
    """A report, and no more trust in it than the reader brought."""
    if report.trusted and not own:
        report.trusted, report.trust = False, OWN
    return Result(
        verdict=report.word,
        sentence=str(report.false) if report.false else report.trust,
        steps=[Step(found.ok, found.check, found.detail) for found in report.checks],
        superseded=list(report.superseded),
        notes=[*report.unsettled, *report.notes],
        place=place,
        log=report.origin,
        here=here,
    )


def _page(site: Site, given: Given) -> Result:
    """A saved page: each step that it names, from what is published here, and its marked words."""
    page = saved_page.read(given.data)
    said = page.made_from
    origin = said.checkpoint.partition("\n")[0]
    if origin != site.settings.log[0].origin:
        raise Malformed(f"the page is of the register {origin[:200]}, and can be checked on the site of that register")
    if len(said.steps) > MOST_STEPS:
        raise Malformed(f"the page names {len(said.steps)} steps; this server looks through {MOST_STEPS} at most")
    keys, policy, own = given.trust(site)
    report = fairplace_verify.Report(origin=origin)
    opened: dict[int, dict[str, object]] = {}

    def state() -> tuple[str, int]:
        size, root = said.checkpoint.split("\n")[1:3]
        try:
            right = site.published.past(int(size)) if size.isascii() and size.isdigit() and len(size) < 19 else b""
        except Missing:
            right = b""
        fairplace_verify.expect(
            right.startswith(f"{origin}\n{size}\n{root}\n\n".encode()),
            "the page names a state that was never published",
        )
        return f"the page was made from the published state of {size} steps", 1

    def steps() -> tuple[str, int]:
        for index, leaf in said.steps:
            with fairplace_verify.At(entry=index):
                fairplace_verify.expect(index < site.published.size(), "the log has no such step")
                proof = site.published.proof(index)
                found = fairplace_verify.verify_proof(proof, keys, policy)
                if found.false:
                    raise found.false
                report.trusted, report.trust, report.size = found.trusted, found.trust, found.size
                came = parse(proof)
                right = came.entry.leaf_text
                fairplace_verify.expect(
                    leaf == right, f"the page gives the fingerprint {leaf[:60]}, the log has {right}"
                )
                opened[index] = {one.slot: one.value for one in came.openings}
        return "each step that the page names is in the log, unchanged and in its place", len(said.steps)

    def words() -> tuple[str, int]:
        same, different, closed = saved_page.compared(page.words, opened)
        fairplace_verify.expect(not different, next(iter(different), ""))
        if closed:
            report.superseded.append(f"{len(closed)} texts and figures of the page are not public now")
        return "the marked texts and figures are what the record says", same

    report.take({"state": state, "steps": steps, "words": words})
    report.notes += ["headings, sums, and what the rules said: the site writes these itself"]
    report.notes += ["whether the keys that signed the steps were allowed to: the whole log tells"]
    return _told(report, own=own)
