"""What this server says of a file that somebody sent: the independent checker's answer, in the words of a page.

- Proofs are judged by the checker itself, called as a library; so is every step that a saved page names.
- Without a key of the reader's own nothing is called genuine: that this server knows the keys proves nothing to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import msgspec

import fairplace_verify
from fairplace.counted import counted
from fairplace.errors import Malformed, Missing
from fairplace.http import saved_page
from fairplace.http.site import Site
from fairplace.ledger import paper
from fairplace.ledger.note import tree_head
from fairplace.ledger.proof import parse

BEGINNING = b"c2sp.org/tlog-proof@"
MOST_STEPS = 500
"""Steps of a saved page that a server looks through for one visitor; a browser or the program may take more."""
MOST_OF_BUNDLE = 1_000
"""Steps of a bundle, those of the key register included: as many as one process looks through in about a second."""
MOST_SHOWN = 2_000
"""Characters of a value that a proof opens: the program's JSON has all of it."""
OWN = "the key came from this server: whose it is was not checked. Give a key from a contract, a letter or a notice"

_POLICY = re.compile(r"^(log|witness|group|quorum)[ \t]", re.MULTILINE)


class Step(msgspec.Struct, frozen=True):
    """One thing that the checker looked at."""

    ok: bool
    name: str
    detail: str


class Opened(msgspec.Struct, frozen=True):
    """What a proof opens: the kind of its step, its moment as the signer states it, and each sealed value by its slot."""

    kind: str
    at: str
    values: list[tuple[str, str, int]]  # the slot, how its value begins, and how many characters are left out


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
    opens: Opened | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor sent: the file, or a bundle where it lies; and whom they trust."""

    data: bytes = b""
    bundle: BinaryIO | None = None
    keys: str = ""
    paper: str = ""

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
        if given.bundle:
            return _bundle(site, given, given.bundle)
        if saved_page.is_page(given.data):
            return _page(site, given)
        if b"\n--\n" in given.data:
            return _evidence(site, given)
    except (fairplace_verify.Unreadable, Malformed) as error:
        return Result(verdict=fairplace_verify.NO_RECORD, sentence=str(error))
    sentence = "it is not a proof file, not a bundle, not evidence and not a saved page"
    return Result(verdict=fairplace_verify.NO_RECORD, sentence=sentence)


def _bundle(site: Site, given: Given, file: BinaryIO) -> Result:
    try:
        held = fairplace_verify.Container(file).members
    except fairplace_verify.Falsehood:
        held = {}  # the checker says what is wrong
    steps = sum(name.endswith(".tlog-proof") for name in held)
    if steps > MOST_OF_BUNDLE:
        raise Malformed(
            f"the bundle has {steps} steps, and this server looks through {MOST_OF_BUNDLE} for one visitor; a browser"
            " that runs the script of this page takes more, and so does the program"
        )
    report, own = _judged(site, given, partial(fairplace_verify.verify_bundle, file))
    return _told(site, given, report, own=own)


def _judged(
    site: Site, given: Given, check: Callable[[list[str], str | None], fairplace_verify.Report]
) -> tuple[fairplace_verify.Report, bool]:
    """What the checker says, and whether the visitor said whom they trust.

    This site's own keys say nothing of another log: without a key of the visitor's its record is not called false.
    """
    keys, policy, own = given.trust(site)
    report = check(keys, policy)
    if not own and report.origin and report.origin != site.register.origin:
        report = check([], None)
    return report, own


def _proof(site: Site, given: Given) -> Result:
    data = given.data.strip(b"\r\n\t ") + b"\n"
    report, own = _judged(site, given, partial(fairplace_verify.verify_proof, data))
    place = int(data.split(b"\n", 3)[2].removeprefix(b"index ")) if report.ok else None
    return _told(site, given, report, own=own, place=place)


def _evidence(site: Site, given: Given) -> Result:
    """Two states of one log, of one size and with two roots, both signed by it (published format, section 12)."""
    keys, policy, own = given.trust(site)
    trust, report = fairplace_verify.read_trust(keys, policy), fairplace_verify.Report()
    signers: list[set[str]] = []

    def states() -> tuple[str, int]:
        one, _, other = given.data.partition(b"\n--\n")
        pair = [fairplace_verify.read_checkpoint(text) for text in (one + b"\n", other)]
        first, second = pair
        report.origin, report.size, report.root = first.origin, first.size, fairplace_verify.b64(first.root)
        fairplace_verify.expect(first.origin == second.origin, "the two states are of two logs")
        signers.extend(fairplace_verify.known_signers(state, trust, report) for state in pair)
        if first.size != second.size:
            report.unsettled.append("the two states have different sizes: by themselves they prove nothing")
            return f"the two states have the sizes {first.size} and {second.size}", 2
        fairplace_verify.expect(first.root != second.root, "the two states are of the same history: they prove nothing")
        return f"both states are of {first.size} steps, but of two histories", 2

    report.take({"states": states, **{f"key, state {n}": _judging(trust, report, signers, n) for n in (1, 2)}})
    return _told(site, given, report, own=own)


def _judging(
    trust: fairplace_verify.Trust, report: fairplace_verify.Report, signers: list[set[str]], number: int
) -> fairplace_verify.Step:
    return lambda: trust.judge(report, signers[number - 1])


def _told(site: Site, given: Given, report: fairplace_verify.Report, *, own: bool, place: int | None = None) -> Result:
    """A report, and no more trust in it than the reader brought."""
    if report.trusted and not own:
        report.trusted, report.trust = False, OWN
    if given.paper.strip() and report.ok:
        report.take({"paper": lambda: _on_paper(site, given.paper, report)})
    return Result(
        verdict=report.word,
        sentence=str(report.false) if report.false else report.trust,
        steps=[Step(found.ok, found.check, found.detail) for found in report.checks],
        superseded=list(report.superseded),
        notes=[_on_a_page(note) for note in (*report.unsettled, *report.notes)],
        place=None if report.false else place,
        log=report.origin,
        here=report.origin == site.settings.log[0].origin,
        opens=_opened(report.opens) if report.opens and report.ok else None,
    )


def _opened(found: fairplace_verify.Opened) -> Opened:
    """A text stands as it was sealed, everything else as JSON; each is cut where it is long."""
    texts = {
        slot: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for slot, value in found.values.items()
    }
    return Opened(
        found.type,
        found.at,
        [(slot, text[:MOST_SHOWN], max(0, len(text) - MOST_SHOWN)) for slot, text in texts.items()],
    )


def _on_a_page(note: str) -> str:
    """A note of the program names its options; a page has none."""
    return note.replace("give --register as well", "hold it beside the register, with the program")


def _typed(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root: the five lines of paper, or the first three of a checkpoint as it is published."""
    if "checkpoint" in text.lower():
        return paper.read(text)
    return tree_head("\n".join([*text.split()[:3], ""]).encode("ascii", "replace"))


def _on_paper(site: Site, text: str, report: fairplace_verify.Report) -> tuple[str, int]:
    """Is it the history that the reader's paper names? Sizes that differ are tied through the tree published here."""
    origin, size, root = _typed(text)
    fairplace_verify.expect(origin == report.origin, f"the paper is of the log {origin}, the file of {report.origin}")
    came = fairplace_verify.from_b64(report.root.encode())
    if size != report.size:
        try:
            right, came = site.published.root(report.size), site.published.root(size)
        except Missing as error:
            raise Malformed(f"the paper and the file cannot be tied together here: {error}") from error
        fairplace_verify.expect(
            origin == site.settings.log[0].origin and fairplace_verify.b64(right) == report.root,
            "the state of the file is no beginning of the history that this register gives now",
        )
    says = f"the paper says {root.hex().upper()}, the record gives {came.hex().upper()} at size {size}"
    fairplace_verify.expect(came == root, f"{says}: one of the two histories was changed")
    report.trusted, report.trust = True, "the record is of the history that your paper names"
    return f"it is the history that your paper names at size {size}", 1


def _page(site: Site, given: Given) -> Result:
    """A saved page: each step that it names, from what is published here, and its marked words."""
    if site.register.is_of_placements:
        raise Malformed("a register of placements publishes no steps, so there is none to hold a page against")
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
                report.trusted, report.trust = found.trusted, found.trust
                report.size, report.root = found.size, found.root
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
            report.superseded.append(
                f"{counted(len(closed), 'text or figure of the page is', 'texts and figures of the page are')} not public now"
            )
        return "the marked texts and figures are what the record says", same

    report.take({"state": state, "steps": steps, "words": words})
    report.notes += ["headings, sums, and what the rules said: the site writes these itself"]
    report.notes += ["whether the keys that signed the steps were allowed to: the whole log tells"]
    return _told(site, given, report, own=own)
