"""Bundles in the browser: judged as by the independent checker, compared, dropped on the page."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

import fairplace_verify as checker
from tests.browser import corpus
from tests.browser.looking import look
from tests.browser.test_checking import VERDICT, given, verifying
from tests.browser.test_pages import opened
from tests.matrix import every, many
from tests.verifier import writer as w
from tests.verifier.test_beside import pair

ROOT = Path(__file__).parents[2]

RUN = """async ([version, cases]) => {
  const { Bundle } = await import(`/scripts/${version}/bundle.js`), report = await import(`/scripts/${version}/report.js`);
  const { readTrust } = await import(`/scripts/${version}/trust.js`), { fromB64 } = await import(`/scripts/${version}/bytes.js`);
  const out = [];
  for (const [data, trust] of cases) out.push((await new Bundle(fromB64(data), await readTrust(trust)).run()).verdict);
  return out;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(site: str, chromium: Browser) -> AsyncIterator[Page]:
    async with opened(chromium, site, 390) as watched:
        await watched.page.goto(site + "/about")
        yield watched.page
        assert watched.said == []


async def judged(page: Page, version: str, cases: list[tuple[bytes, str]]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(cases), 100):
        part = [[corpus.packed(data), trust] for data, trust in cases[start : start + 100]]
        found += await page.evaluate(RUN, [version, part])
    return found


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the checker said of each bundle in its own tests: they are run once more, by themselves, and write it down."""
    path = tmp_path_factory.mktemp("record") / "bundles"
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "tests.browser.recording", "-p", "no:cacheprovider",
        "tests/verifier/test_bundles.py", "-k", "not thousand and not bare and not command and not flipped",
    ]  # fmt: skip
    paths = {"FAIRPLACE_RECORD": str(path), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | paths, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.long
async def test_every_bundle_of_the_checkers_own_tests_is_judged_alike(
    page: Page, version: str, record: list[dict[str, Any]]
) -> None:
    words = Counter(one["word"] for one in record)
    assert min(words["genuine"], words["not genuine"], words["partly checked"]) >= 2, words
    assert len(record) > 60
    record = list(every(3, record))
    cases = [(checker.from_b64(one["data"].encode()), one["policy"] or "\n".join(one["keys"])) for one in record]
    found = await judged(page, version, cases)
    right = [one["word"] for one in record]
    assert [(i, found[i], right[i]) for i in range(len(record)) if found[i] != right[i]] == []


def told(chance: random.Random) -> w.Writer:
    """A story with something else in it: well signed, and mostly false."""
    story, at = w.story([w.LOG]), chance.randrange(14)
    again = w.Writer([w.LOG]).begin()
    again.entries, again.events, again.disclosures = [], [], {}
    again.entries, again.events = story.entries[:at], story.events[:at]
    again.disclosures = {i: dict(one) for i, one in story.disclosures.items() if i < at}
    again.active, again.salts, again.in_effect = [w.LOG], 100, {i: set(s) for i, s in story.in_effect.items() if i < at}
    signers = (w.OFFICER, w.EVALUATOR, w.RECEIVER, w.ROOT, w.STRANGER)
    for _ in range(chance.randrange(4)):
        kind = chance.choice(
            (
                "procurement.note/1",
                "deposit.received/1",
                "evaluation.sheet-signed/1",
                "value.disclosed/1",
                "key.revoked/1",
                "hold.placed/1",
            )
        )
        body: dict[str, Any] = {"case": chance.choice((w.CASE, w.CASE, w.OTHER_CASE))}
        sealed: dict[str, Any] = {"/words": "x"}
        stream = chance.choice((w.CASE, w.SHEET, w.DEPOSIT, w.REGISTER))
        if kind == "deposit.received/1":
            body, sealed = {"happened_at": w.AT}, {"/case": chance.choice((w.CASE, None)), "/seen": None}
        if kind == "key.revoked/1":
            body, sealed, stream = {"reason": "lost", "vkey": chance.choice(signers).vkey}, {}, w.REGISTER
        if kind == "value.disclosed/1" and again.events:
            named = chance.randrange(len(again.events))
            body = w.release_of([{"entry": named, "slots": sorted(again.events[named]["sealed"]) or ["/x"]}])
        if stream != w.CASE and "case" in body and kind != "value.disclosed/1":
            body["seen"] = next((again.leaf(i) for i, e in enumerate(again.events) if e["stream"] == w.CASE), "")
        if chance.random() < 0.3:
            leaves = [i for i, e in enumerate(again.events) if e["type"] == "evaluation.sheet-signed/1"]
            body["rests_on"] = again.rests_on(["evaluation.sheet-signed/1"], leaves if chance.random() < 0.7 else [])
        bend = (lambda event: event.update(corpus.twisted(event, chance))) if chance.random() < 0.3 else None
        again.add(
            kind,
            body,
            by=chance.choice(signers[:3]) if chance.random() < 0.8 else chance.choice(signers),
            stream=stream,
            sealed=sealed,
            bend=bend,
        )
    return again.publish() if again.entries else story


def bundles(count: int) -> list[bytes]:
    """Bundles of small logs, mostly with one thing wrong: in the log, in a member, in the container."""
    chance = random.Random(11)
    made: list[bytes] = []
    while len(made) < count:
        try:
            members = told(chance).members(chance.choice(("court", "public", "bidder", "ring")))
        except (KeyError, ValueError, TypeError, AttributeError):  # the twist broke what the writer itself looks at
            continue
        if chance.random() < 0.4:
            name = chance.choice(sorted(members))
            if chance.random() < 0.3:
                del members[name]
            else:
                members[name] = corpus.bent(members[name], chance) if members[name] else b"x"
        data = w.zipped(members)
        made.append(corpus.bent(data, chance) if chance.random() < 0.15 else data)
    return made


async def test_bent_bundles_are_judged_alike(page: Page, version: str) -> None:
    cases = bundles(many(600))
    found = await judged(page, version, [(data, w.LOG.vkey) for data in cases])
    right = [checker.verify_bundle(data, [w.LOG.vkey]).word for data in cases]
    wrong = [i for i in range(len(cases)) if found[i] != right[i]]
    assert [(i, found[i], checker.verify_bundle(cases[i], [w.LOG.vkey]).verdict) for i in wrong] == []
    assert right.count("genuine") > len(cases) // 60
    assert right.count("not genuine") > len(cases) // 3


async def test_no_changed_byte_of_a_bundle_is_called_genuine(page: Page, version: str) -> None:
    good = w.story([w.LOG]).fpbundle()
    cases = []
    for at in range(0, len(good), 41):
        changed = bytearray(good)
        changed[at] ^= 1 << at % 8
        cases.append((bytes(changed), w.LOG.vkey))
    found = await judged(page, version, [(good, w.LOG.vkey), *cases])
    assert found[0] == "genuine"
    assert set(found[1:]) == {"not genuine"}


async def test_a_bundle_is_checked_on_the_page(site: str, chromium: Browser) -> None:
    story = w.story([w.LOG])
    async with verifying(chromium, site) as watched:
        page = watched.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        assert (
            await given(page, "court.fpbundle", story.fpbundle("court"), keys=w.LOG.vkey)
            == "Genuine. 7 of 7 checks passed"
        )
        said = await page.locator("[data-results]").inner_text()
        assert "for people, no evidence" in said
        assert "no later step was left off the end cannot be seen from a bundle alone" in said
        assert f'python3 fairplace_verify.py court.fpbundle --key "{w.LOG.vkey}"' in said
        assert asked == []
        assert (await given(page, "a.fpbundle", story.fpbundle("public"))).startswith("Partly checked. 6 of 6")
        assert (
            "sealed values that this edition does not open"
            in (await page.locator("[data-results]").inner_text()).lower()
        )
        bent = story.fpbundle().replace(b"for people\n", b"For people\n", 1)
        assert await given(page, "a.fpbundle", bent) == "Not genuine: it is not put together as a bundle must be"
        await look(page, "bundle-1")


async def dropped(page: Page, *files: bytes) -> list[str]:
    names = ("council.fpbundle", "provider.fpbundle")
    buffers = [{"name": name, "mimeType": "", "buffer": data} for name, data in zip(names, files, strict=True)]
    await page.locator("#file").set_input_files(buffers)
    await page.evaluate(f"document.querySelector('#keys').value = '{w.LOG.vkey}'")
    await page.evaluate("document.querySelector('[data-results]').replaceChildren()")
    await page.get_by_role("button", name="Check", exact=True).click()
    await page.locator(VERDICT).first.wait_for()
    return await page.locator(VERDICT).all_inner_texts()


async def test_two_bundles_say_how_they_agree(site: str, chromium: Browser) -> None:
    story = w.story([w.LOG])
    async with verifying(chromium, site) as watched:
        page = watched.page
        assert (await dropped(page, story.fpbundle("court"), story.fpbundle("public")))[0] == "The two bundles agree"
        said = await page.locator(".fp-verdict").first.inner_text()
        program = pair(story.fpbundle("court"), story.fpbundle("public")).finding
        for wanted in (r"(\d+) entries agree byte for byte", r"opens (\d+) value"):
            assert re.findall(wanted, said) == re.findall(wanted, program), (said, program)
        assert "“council.fpbundle” opens" in said
        assert "None is altered" in said
        assert "None is missing" in said
        await look(page, "bundle-2")
        other = w.Writer([w.LOG]).begin()
        w.planned(other, sealed={"/title": "Another title"})
        assert (await dropped(page, story.fpbundle("court"), other.publish().fpbundle("court")))[
            0
        ] == "The two bundles do not agree"
        assert "Altered: " in await page.locator(".fp-verdict").first.inner_text()
        case = w.Writer([w.LOG]).begin()
        w.planned(case, case=w.OTHER_CASE)
        assert (await dropped(page, story.fpbundle("court"), case.publish().fpbundle("court", case=w.OTHER_CASE)))[
            0
        ] == "Two bundles of different cases"
