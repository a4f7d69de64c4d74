"""Checking in the browser: a file that is dropped, a page that is open, a page that was saved; and nothing is sent.

Whatever the site answers is made false by turns: the script must not believe it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser import corpus
from tests.browser.looking import look
from tests.browser.test_pages import Watched, opened
from tests.http.town import ORIGIN, WINNER, Town
from tests.matrix import some
from tests.verifier import writer as w

VERDICT = ".fp-verdict h2"


def key_of(town: Town) -> str:
    return town.register.settings.log[0].vkeys[0]


async def heading(page: Page) -> str:
    await page.locator(VERDICT).first.wait_for()
    return await page.locator(VERDICT).first.inner_text()


async def given(page: Page, name: str, data: bytes, *, keys: str = "", paper: str = "") -> str:
    """The heading of the answer to a file."""
    await page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
    await page.evaluate(
        "([keys, paper]) => { document.querySelector('#keys').value = keys; document.querySelector('#paper').value = paper; }",
        [keys, paper],
    )
    await page.evaluate("document.querySelector('[data-results]').replaceChildren()")
    await page.get_by_role("button", name="Check", exact=True).click()
    return await heading(page)


async def published(page: Page, site: str, path: str) -> bytes:
    return await (await page.request.get(f"{site}/{path}")).body()


@asynccontextmanager
async def verifying(browser: Browser, site: str, width: int = 390) -> AsyncIterator[Watched]:
    async with opened(browser, site, width) as watched:
        await watched.page.goto(site + "/verify")
        await watched.page.get_by_text("It is checked on this device").wait_for()
        yield watched
        assert watched.said == []
        assert watched.elsewhere == []


# Files


async def test_a_proof_is_checked_here_and_nothing_is_sent(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        proof = await published(page, site, f"log/{town.at['reasons']}.tlog-proof")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        assert await given(page, "26.tlog-proof", proof, keys=key_of(town)) == "Genuine. 5 of 5 checks passed"
        said = await page.locator("[data-results]").inner_text()
        assert f"step number {town.at['reasons']}" in said
        assert "Nothing of the file was sent." in said
        assert f'python3 fairplace_verify.py 26.tlog-proof --key "{key_of(town)}"' in said
        assert "whether the signer’s key was allowed" in said.lower()
        opened = town.register.reader.openings(town.at["reasons"], "public")
        assert opened.keys() == {*await page.locator(".fp-opened dt").all_inner_texts()}
        assert await page.locator(".fp-opened dd").first.inner_text() != ""
        assert asked == [], "the page said that nothing is sent"
        assert await page.evaluate("document.activeElement.textContent") == "Genuine. 5 of 5 checks passed"
        assert (await page.title()).startswith("Result: Check a record")
        await look(page, "check-proof")


async def test_without_a_key_of_ones_own_the_answer_is_not_genuine(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        proof = await published(watched.page, site, "log/26.tlog-proof")
        assert await given(watched.page, "a", proof) == "Partly checked. 5 of 5 checks passed"
        said = await watched.page.locator("[data-results]").inner_text()
        assert "the key came from this site, and anybody could make a site" in said
        await look(watched.page, "check-no-key-of-ones-own")


async def test_what_is_changed_is_named(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        proof = (await published(page, site, "log/26.tlog-proof")).decode()
        lines = proof.split("\n")
        entry = bytearray(base64.b64decode(lines[1].removeprefix("extra ")))
        entry[300] ^= 1
        for changed, why in (
            (
                "\n".join([lines[0], "extra " + base64.b64encode(bytes(entry)).decode(), *lines[2:]]),
                "Not genuine: the step ",
            ),
            (proof.replace("\nindex 26\n", "\nindex 27\n"), "Not genuine: the step does not stand where the file says"),
            (re.sub("\n[0-9]+\n", "\n63\n", proof, count=1), "Not genuine: "),
            (proof[:-20], "Not genuine: the file is damaged"),
        ):
            assert (await given(page, "a", changed.encode(), keys=key_of(town))).startswith(why)
            assert "The check that failed:" in await page.locator("[data-results]").inner_text()
        await look(page, "check-changed")
        assert (
            await given(page, "a", proof.encode(), keys=town.keys["officer"].vkey.text)
            == "Not genuine: it is not signed by the key that counts here"
        )
        assert await given(page, "a", proof.encode(), keys="nonsense") == "What you trust cannot be read"
        for other in (b"hello", b"", b"%PDF-1.7", b"<html><p>x", b"MIME-Version: 1.0\r\n\r\n"):
            assert (await heading_of(page, other)).startswith("This is not a record")
        await look(page, "check-other-files")


async def heading_of(page: Page, data: bytes) -> str:
    return await given(page, "a", data)


async def test_several_files_get_an_answer_each(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        files = [
            {
                "name": f"{i}.tlog-proof",
                "mimeType": "text/plain",
                "buffer": await published(page, site, f"log/{i}.tlog-proof"),
            }
            for i in (3, 26)
        ]
        await page.locator("#file").set_input_files(
            [*files, {"name": "b", "mimeType": "text/plain", "buffer": b"hello"}]
        )
        await page.get_by_role("button", name="Check", exact=True).click()
        await heading(page)
        found = await page.locator(VERDICT).all_inner_texts()
        assert [one.split(".")[0] for one in found] == [
            "Partly checked",
            "Partly checked",
            "This is not a record that can be checked here",
        ]


async def test_a_file_can_be_dropped_or_pasted(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        proof = await published(page, site, "log/26.tlog-proof")
        await page.evaluate(
            """text => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([text], '26.tlog-proof'));
              for (const kind of ['dragover', 'drop'])
                document.querySelector('h1').dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
            }""",
            proof.decode(),
        )
        assert (await heading(page)).startswith("Partly checked")
        await page.reload()
        await page.get_by_text("Paste the text of a proof instead").click()
        await page.get_by_label("Text of the proof").fill("\n" + proof.decode().replace("\n", "\r\n"))
        await page.get_by_role("button", name="Check", exact=True).click()
        assert (await heading(page)).startswith("Partly checked")


async def test_the_keyboard_alone_is_enough(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site, 1280) as watched:
        page = watched.page
        await page.locator("#file").focus()
        for _ in range(12):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.textContent.trim()") == "Check":
                break
        await page.keyboard.press("Enter")
        assert await heading(page) == "Choose a file first"
        assert await page.evaluate("document.activeElement.textContent") == "Choose a file first"
        await page.locator("#file").set_input_files({"name": "a", "mimeType": "", "buffer": b"hello"})
        await page.evaluate("document.querySelector('form button').focus()")
        await page.keyboard.press("Space")
        await page.get_by_text("This is not a record").first.wait_for()


async def test_evidence_of_two_histories_is_recognised(site: str, chromium: Browser) -> None:
    story = w.story()
    one, other = story.head(5), f"{w.ORIGIN}\n5\n{w.b64(b'x' * 32)}\n".encode()
    pair = [text + b"\n" + w.LOG.note(text) for text in (one, other, story.head(6))]
    async with verifying(chromium, site) as watched:
        page = watched.page
        assert await given(page, "e", pair[0] + b"--\n" + pair[1], keys=w.LOG.vkey) == "Genuine. 4 of 4 checks passed"
        assert "signed two different histories" in await page.locator("[data-results]").inner_text()
        assert (await given(page, "e", pair[0] + b"--\n" + pair[0], keys=w.LOG.vkey)).startswith("Not genuine")
        assert (await given(page, "e", pair[0] + b"--\n" + pair[2], keys=w.LOG.vkey)).startswith("Partly checked")
        assert (await given(page, "e", pair[0] + b"--\n" + pair[1])).startswith("Partly checked")
        forged = pair[0] + b"--\n" + other + b"\n" + w.NEW_LOG.note(other)
        assert (await given(page, "e", forged, keys=w.LOG.vkey)).startswith("Not genuine")


# Paper


def on_paper(origin: str, size: int, root: bytes) -> str:
    """The five lines of the format, section 12, made here from the format alone."""
    lines = ["fairplace checkpoint 1", origin, f"size {size}"]
    for number, half in enumerate((root[:16], root[16:]), 1):
        digits = half.hex().upper()
        check = hashlib.sha256(f"{origin}\n{size}\n{number}\n{digits}".encode()).digest()[0]
        lines.append(" ".join(re.findall(".{1,4}", f"{digits}{check:02X}")))
    return "\n".join(lines) + "\n"


async def test_paper_vouches_for_a_proof(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        checkpoint = (await published(page, site, "checkpoint")).decode().split("\n")
        size, root = int(checkpoint[1]), base64.b64decode(checkpoint[2])
        proof = await published(page, site, "log/26.tlog-proof")
        paper = on_paper(ORIGIN, size, root)
        for typed in (
            paper,
            f"Dear reader,\n{paper.lower()}\nYours",
            paper.replace("0", "O").replace("1\n", "1\n"),
            "\n".join(checkpoint[:3]),
        ):
            assert await given(page, "a", proof, paper=typed) == "Genuine. 6 of 6 checks passed", typed
        # one digit wrong: the line is named, and nothing is judged
        at = paper.index("\n", paper.index("size")) + 3
        slip = paper[:at] + ("0" if paper[at] != "0" else "7") + paper[at + 1 :]
        assert await given(page, "a", proof, paper=slip) == "What you trust cannot be read"
        assert "line 1 of the long number" in await page.locator("[data-results]").inner_text()
        # another history of the same size
        assert (
            await given(page, "a", proof, paper=on_paper(ORIGIN, size, b"x" * 32))
            == "Not genuine: it is not of the history on your paper"
        )
        # an older state, which the register's tree ties to the file; and one that it does not
        leaves = [base64.b64decode(json.loads(await published(page, site, f"log/{i}.json"))["leaf"]) for i in range(7)]
        assert (
            await given(page, "a", proof, paper=on_paper(ORIGIN, 7, w.root_of(leaves)))
            == "Genuine. 6 of 6 checks passed"
        )
        assert (await given(page, "a", proof, paper=on_paper(ORIGIN, 7, b"y" * 32))).startswith(
            "Not genuine: it is not of the history"
        )
        assert "one of the two histories was changed" in await page.locator("[data-results]").inner_text()
        # the example of the format
        assert "B795 34A6 8D96 421E F3B2 61FE 4D81 71A5 5A" in on_paper(
            "log.council.example/commissioning",
            3,
            bytes.fromhex("B79534A68D96421EF3B261FE4D8171A51183303B852C2BBEE76BB0247F7CDBE6"),
        )


# Pages


CHECKED = (
    "home", "decisions", "search", "decision, contract", "decision, standstill", "decision, open", "decision, ended", "decision, imported",
    "challenges", "challenge, decided", "challenge, open", "provider", "provider, odd id", "log", "log, from the start", "entry",
    "entry, the first", "entry, a release", "keys",
)  # fmt: skip


async def checked(page: Page, address: str) -> str:
    await page.goto(address)
    await page.get_by_role("button", name="Check this page").click()
    return await heading(page)


STANDING_FOR_ALL = ("home", "decision, contract", "provider, odd id", "entry, a release")


@pytest.mark.parametrize("name", some(CHECKED, *STANDING_FOR_ALL))
async def test_every_page_checks_its_own_steps(town: Town, site: str, chromium: Browser, name: str) -> None:
    async with opened(chromium, site, 390) as watched:
        page = watched.page
        assert await checked(page, site + town.pages()[name]) == "Partly checked. 6 of 6 checks passed"
        said = await page.locator("[data-results]").inner_text()
        assert "unchanged" in said
        assert "Whose register it is: you gave no key that you trust" in said
        assert await page.evaluate("document.activeElement.textContent") == "Partly checked. 6 of 6 checks passed"
        assert watched.elsewhere == []
        assert watched.said == []


def test_pages_without_steps_offer_no_check(town: Town) -> None:
    assert set(town.pages()) - set(CHECKED) == {
        "search, nothing found", "decisions, one stage", "rules", "rule", "verify", "about", "accessibility",
    }  # fmt: skip


async def test_a_checked_page_says_so_at_each_step_and_is_accessible(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 1280) as watched:
        page = watched.page
        await checked(page, site + town.pages()["decision, contract"])
        assert await page.locator(".fp-checked").count() == await page.locator(".fp-timeline__item").count() > 20
        await page.locator("summary", has_text="Show the working").click()
        assert (
            "texts and figures of the page are what the record says"
            in await page.locator("[data-results]").inner_text()
        )
        await look(page, "check-page")
        assert watched.said == []


async def test_a_key_that_the_browser_remembers_makes_pages_genuine(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        await page.get_by_text("Say whom you trust").click()
        await page.get_by_label("Remember it in this browser").check()
        proof = await published(page, site, "log/26.tlog-proof")
        assert (await given(page, "a", proof, keys=key_of(town))).startswith("Genuine")
        assert await checked(page, site + town.pages()["decision, contract"]) == "Genuine. 7 of 7 checks passed"
        await page.goto(site + "/verify")
        await page.get_by_text("It is checked on this device").wait_for()
        assert await page.evaluate("document.querySelector('#keys').value") == key_of(town)
        await checked(page, site + town.pages()["entry"])
        await page.get_by_role("button", name="Forget it").click()
        assert await page.evaluate("localStorage.length") == 0
        assert (await checked(page, site + town.pages()["entry"])).startswith("Partly checked")
        root = town.root.vkey.text
        await page.evaluate(f"localStorage.setItem('fairplace trust {ORIGIN}', JSON.stringify({json.dumps(root)}))")
        assert await checked(page, site + town.pages()["entry"]) == "Genuine. 7 of 7 checks passed"
        stranger = town.keys["officer"].vkey.text
        await page.evaluate(f"localStorage.setItem('fairplace trust {ORIGIN}', JSON.stringify({json.dumps(stranger)}))")
        assert (
            await checked(page, site + town.pages()["entry"])
            == "Not genuine: it is not signed by the key that counts here"
        )


async def test_a_history_that_changed_since_an_earlier_visit_shows(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 390) as watched:
        page = watched.page
        await checked(page, site + town.pages()["entry"])
        assert "Your browser now remembers this state" in await page.locator("[data-results]").inner_text()
        assert (await checked(page, site + town.pages()["entry"])).startswith("Partly checked")
        await page.locator("summary", has_text="Show the working").click()
        assert "It is also the history that this device saw on" in await page.locator("[data-results]").inner_text()
        name = f"fairplace state {ORIGIN}"
        for small, why in ((7, "the history was changed"), (10**6, "steps were taken out, or this is an old copy")):
            seen = json.dumps({"size": str(small), "root": w.b64(b"x" * 32), "at": "2026-11-01T00:00:00.000Z"})
            await page.evaluate("([name, seen]) => localStorage.setItem(name, seen)", [name, seen])
            assert await checked(page, site + town.pages()["entry"]) == "Not genuine: the history was changed"
            said = await page.locator("[data-results]").inner_text()
            assert why in said
            assert "1 November 2026" in said
        # a true older state, tied to this one by tiles; and the same with a tile that was bent
        leaves = [base64.b64decode(json.loads(await published(page, site, f"log/{i}.json"))["leaf"]) for i in range(9)]
        seen = json.dumps({"size": "9", "root": w.b64(w.root_of(leaves)), "at": "2026-11-01T00:00:00.000Z"})
        await page.evaluate("([name, seen]) => localStorage.setItem(name, seen)", [name, seen])

        await page.goto(site + town.pages()["entry"])
        size = (await published(page, site, "checkpoint")).split(b"\n")[1].decode()
        tile = await published(page, site, f"tile/0/000.p/{size}")
        await page.evaluate(LIE, ["/tile/0/", corpus.packed(tile[:-32] + b"x" * 32)])
        await page.get_by_role("button", name="Check this page").click()
        assert await heading(page) == "Not genuine: the history was changed"
        assert (await checked(page, site + town.pages()["entry"])).startswith("Partly checked")
        await page.evaluate("([name]) => localStorage.setItem(name, '{\"size\":1}')", [name])
        assert (await checked(page, site + town.pages()["entry"])).startswith("Partly checked")
        assert watched.said == []


def inside(proof: bytes) -> tuple[list[bytes], bytes]:
    lines = proof.split(b"\n")
    return lines, base64.b64decode(lines[1].removeprefix(b"extra "))


def changed_inside(proof: bytes, at: int) -> bytes:
    lines, extra = inside(proof)
    lines[1] = b"extra " + base64.b64encode(extra[:at] + bytes([extra[at] ^ 1]) + extra[at + 1 :])
    return b"\n".join(lines)


def reopened(proof: bytes) -> bytes:
    lines, extra = inside(proof)
    entry, _, opened_parts = extra.partition(b"\n~")
    first, *others = opened_parts.split(b"\n~")
    parts = json.loads(base64.urlsafe_b64decode(first + b"=="))
    again = w.b64url(w.canonical([parts[0], parts[1], "Larchfield Homes CIC"])).encode()
    lines[1] = b"extra " + base64.b64encode(b"\n~".join([entry, again, *others]) + (b"" if others else b"\n"))
    return b"\n".join(lines)


LIES: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a step that was changed": ("/log/{reasons}.tlog-proof", lambda data: changed_inside(data, 400), "Not genuine: a step is not in the log"),
    "a proof of another step": ("/log/{reasons}.tlog-proof", lambda data: re.sub(rb"\nindex [0-9]+\n", b"\nindex 25\n", data), "Not genuine: a step is not"),
    "another state": ("/checkpoint", lambda data: data.replace(data.split(b"\n")[2], w.b64(b"x" * 32).encode()), "Not genuine: "),
    "a smaller state": ("/checkpoint", lambda data: re.sub(rb"\n[0-9]+\n", b"\n20\n", data, count=1), "Not genuine: "),
    "a register with a gap": ("/log/register.json", lambda data: data.replace(b",5,", b","), "Not genuine: a step is not signed"),
    "a register without an end": ("/log/register.json", lambda data: data.replace(b",9,10", b""), "Not genuine: a step is not signed"),
    "no register": ("/log/register.json", lambda _: b'{"indexes":[],"size":60}', "Not genuine: "),
    "an opening of another text": ("/log/{reasons}.tlog-proof", reopened, "Not genuine: a step is not in the log"),
}  # fmt: skip


LIE = """([path, body]) => {
  const real = fetch, data = Uint8Array.from(atob(body), one => one.charCodeAt(0));
  globalThis.fetch = (address, ...more) => address.startsWith(path) ? Promise.resolve(new Response(data)) : real(address, ...more);
}"""
"""From here on the site answers something else at this path. What the script gets is what a lying server would send."""


@pytest.mark.parametrize(
    "lie",
    some(
        list(LIES), "a step that was changed", "a smaller state", "a register with a gap", "an opening of another text"
    ),
)
async def test_a_site_that_lies_is_not_believed(town: Town, site: str, chromium: Browser, lie: str) -> None:
    path, bend, why = LIES[lie]
    path = path.format(**town.at)
    async with opened(chromium, site, 390) as watched:
        page = watched.page
        body = await published(page, site, path.lstrip("/"))
        bent = bend(body)
        assert bent != body, "the lie is the truth"
        await page.goto(site + f"/log/{town.at['reasons']}")
        await page.evaluate(LIE, [path, corpus.packed(bent)])
        await page.get_by_role("button", name="Check this page").click()
        assert (await heading(page)).startswith(why)
        if lie in some(list(LIES), "a step that was changed"):
            await look(page, f"check-{lie}")


async def test_words_that_the_record_does_not_say_are_marked(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 390) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"])
        await page.evaluate(
            "document.querySelector('#p1 [data-from]').textContent = 'Larchfield Homes offered the best care.'"
        )
        await page.get_by_role("button", name="Check this page").click()
        assert await heading(page) == "Not genuine: the page does not say what the record says"
        assert await page.locator(".fp-differs").count() == 1
        assert "LarchfieldHomes" in await page.locator("[data-results]").inner_text()
        await look(page, "check-other-words")


async def saved_in(page: Page, how: str) -> bytes:
    """The open page as a browser saves it."""
    if how == "one file":
        session = await page.context.new_cdp_session(page)
        found: dict[str, Any] = await session.send("Page.captureSnapshot", {"format": "mhtml"})
        return str(found["data"]).encode()
    if how == "source":
        answer = await page.request.get(page.url)
        return await answer.body()
    return (await page.content()).encode()


SAVED = [
    (name, how)
    for name in ("decision, contract", "challenge, decided", "entry", "log", "home")
    for how in ("one file", "source", "as it stands")
]


@pytest.mark.parametrize(
    ("name", "how"),
    some(SAVED, ("decision, contract", "as it stands"), ("challenge, decided", "source"), ("home", "one file")),
)
async def test_a_saved_page_is_checked(
    town: Town, site: str, chromium: Browser, tmp_path: Path, how: str, name: str
) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        await checked(page, site + town.pages()[name])
        data = await saved_in(page, how)
        await page.goto(site + "/verify")
        await page.get_by_text("It is checked on this device").wait_for()
        assert await given(page, "page.mhtml", data, keys=key_of(town)) == "Genuine. 7 of 7 checks passed"
        assert "the page itself stayed on this device" in await page.locator("[data-results]").inner_text()
        for old, new in ((WINNER.name, "Larchfield Homes CIC"), ("Yes, when at least", "No, when at least")):
            if name == "decision, contract" and how != "one file":
                changed = data.replace(old.encode(), new.encode())
                assert changed != data
                assert (
                    await given(page, "page.html", changed) == "Not genuine: the page does not say what the record says"
                )


async def test_what_a_saved_page_says_of_itself_is_not_believed(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        text = (await published(page, site, town.pages()["entry"].lstrip("/"))).decode()
        found = re.search(r'data-made-from="([^"]*)"', text)
        assert found
        said = unescape(found[1])
        made = json.loads(said)
        leaf = made["steps"][0][1]

        async def judged(changed: Any) -> str:
            return await given(page, "a.html", text.replace(found[1], escape(json.dumps(changed))).encode())

        assert (await judged(made)).startswith("Partly checked")
        other = w.b64(b"x" * 32)
        assert (await judged(made | {"steps": [[26, other]]})).startswith("Not genuine: a step is not in the log")
        assert (await judged(made | {"steps": [[5000, leaf]]})).startswith("Not genuine: a step is not in the log")
        origin, size, _, *rest = made["checkpoint"].split("\n")
        forged = "\n".join([origin, size, other, *rest])
        assert (await judged(made | {"checkpoint": forged})).startswith("Not genuine: the history was changed")
        assert (
            await judged(made | {"checkpoint": made["checkpoint"].replace("northcliffe", "southcliffe")})
        ).startswith("Not genuine")
        for bad in ({}, [], None, made | {"page": "//evil.example/"}, made | {"page": "https://evil.example/"}, made | {"steps": [[1.5, leaf]]},
                    made | {"format": "fairplace/page/2"}, made | {"steps": 5}, made | {"checkpoint": 1}, made | {"steps": [["1", leaf]]}):  # fmt: skip
            assert (await judged(bad)).startswith("This is not a record")


async def test_a_page_that_got_further_steps_is_superseded(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        text = (await published(page, site, town.pages()["decision, contract"].lstrip("/"))).decode()
        found = re.search(r'data-made-from="([^"]*)"', text)
        assert found
        made = json.loads(unescape(found[1]))
        older = text.replace(found[1], escape(json.dumps(made | {"steps": made["steps"][:-2]})))
        assert (
            await given(page, "a.html", older.encode(), keys=key_of(town))
            == "Genuine but superseded. 7 of 7 checks passed"
        )
        assert "2 steps have been added to what this page shows" in await page.locator("[data-results]").inner_text()


# What a browser cannot do


NO_ED25519 = """{
  const real = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (form, data, kind, ...more) =>
    kind === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) : real(form, data, kind, ...more);
}"""
INSECURE = "Object.defineProperty(crypto, 'subtle', {value: undefined})"


@pytest.mark.parametrize("lack", [NO_ED25519, INSECURE])
async def test_a_browser_that_cannot_check_says_so_and_asks_the_server(
    town: Town, site: str, chromium: Browser, lack: str
) -> None:
    async with opened(chromium, site, 390) as watched:
        page = watched.page
        await page.add_init_script(lack)
        await page.goto(site + "/verify")
        await page.get_by_text("This browser cannot check signatures").wait_for()
        assert not await page.get_by_text("nothing of it is sent").is_visible()
        proof = await published(page, site, "log/26.tlog-proof")
        await page.locator("#file").set_input_files({"name": "a", "mimeType": "", "buffer": proof})
        async with page.expect_navigation():
            await page.get_by_role("button", name="Check", exact=True).click()
        assert await heading(page) == "Partly checked. 5 of 5 checks passed"
        assert "This is this server’s word." in await page.locator("[data-results]").inner_text()
        await page.goto(site + town.pages()["entry"])
        if lack == INSECURE:
            assert not await page.get_by_role("button", name="Check this page").is_visible()
        else:
            assert await checked(page, site + town.pages()["entry"]) == "Not checked"
        assert watched.said == []


async def test_one_can_ask_the_server_all_the_same(town: Town, site: str, chromium: Browser) -> None:
    async with verifying(chromium, site) as watched:
        page = watched.page
        proof = await published(page, site, "log/26.tlog-proof")
        await page.locator("#file").set_input_files({"name": "a", "mimeType": "", "buffer": proof})
        async with page.expect_navigation():
            await page.get_by_role("button", name="Send it to this server instead").click()
        assert "This is this server’s word." in await page.locator("[data-results]").inner_text()


async def test_without_a_script_nothing_is_offered_that_needs_one(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 390, script=False) as watched:
        page = watched.page
        await page.goto(site + "/verify")
        assert await page.get_by_text(
            "The file is sent to this server, checked and forgotten.", exact=True
        ).is_visible()
        assert not await page.get_by_text("nothing of it is sent").is_visible()
        assert not await page.get_by_role("button", name="Send it to this server instead").is_visible()
        await page.goto(site + town.pages()["decision, contract"])
        assert not await page.get_by_role("button", name="Check this page").is_visible()
