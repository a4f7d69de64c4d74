"""A passkey that signs: from enrolment by a second person to entries that a stranger finds genuine, and to its successor."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

import fairplace_verify
from fairplace.ledger.note import Vkey
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.browser.test_checking import checked
from tests.browser.test_recording import Council
from tests.browser.walking import fill_in_a_plan

ONLY_ES256 = """const make = navigator.credentials.create.bind(navigator.credentials);
navigator.credentials.create = (options) => {
  options.publicKey.pubKeyCredParams = options.publicKey.pubKeyCredParams.filter((one) => one.alg === -7);
  return make(options);
};"""
"""As most devices are: they know no Ed25519."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def council(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Council]:
    made = Council(tmp_path_factory.mktemp("passkeys") / "register")
    made.register.follow()
    async with served_at(made.register) as made.site:
        yield made
    made.register.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ada(council: Council, chromium: Browser) -> Person:
    """She lets others in."""
    one = await council.person(chromium, "Ada", "key-admin")
    await one.sign_in()
    return one


def invited(council: Council, name: str, role: str) -> str:
    secret = Workroom(council.register).accounts.invite(name=name, email="one@council.example", roles=(role,))
    return f"{council.site}/welcome/{secret}"


async def prepare(one: Person) -> None:
    """Fill in a plan, up to the page where it is signed."""
    page = one.page
    await page.goto(f"{one.site}/desk/cases/new/plan")
    await fill_in_a_plan(page)
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_role("heading", name="Sign", exact=True)).to_be_visible()


async def plan(one: Person) -> int:
    await prepare(one)
    return await one.sign()


def passkey_of(council: Council, place: int) -> str:
    """The site of the passkey that signed this entry first."""
    line = council.register.reader.entry(place).lines[0]
    standing = council.register.reader.register().standing(line.name, line.key_id)
    assert standing is not None
    assert standing.vkey.passkey is not None
    return standing.vkey.passkey.site


def genuine(council: Council) -> fairplace_verify.Report:
    """What a stranger finds of the published files."""
    council.register.publisher.publish()
    report = fairplace_verify.verify_register(council.register.public, [council.root.vkey.text])
    assert report.word == "genuine", report.verdict
    return report


@pytest.mark.parametrize("algorithm", ["EdDSA", pytest.param("ES256", marks=pytest.mark.long)])
async def test_a_passkey_signs_what_a_stranger_finds_genuine(
    council: Council, ada: Person, chromium: Browser, algorithm: str
) -> None:
    bel = await Person.at(chromium, council.site)
    if algorithm == "ES256":
        await bel.context.add_init_script(ONLY_ES256)
    await bel.join(invited(council, f"bel {algorithm}", "officer"), keeper="A passkey")
    await expect(bel.page.get_by_text("A passkey: your device knows")).to_be_visible()
    await look(bel.page, "my keys, a passkey that waits")

    await ada.page.goto(f"{council.site}/desk/people")
    await expect(ada.page.get_by_text(f"a passkey, which signs at {council.site}")).to_be_visible()
    await ada.page.get_by_role("button", name=f"Confirm bel {algorithm} as officer").click()
    await expect(ada.page.get_by_text(f"which signs at {council.site}, act as officer")).to_be_visible()
    enrolled = council.register.reader.entry(await ada.sign()).envelope.body
    key = Vkey.parse(enrolled["vkey"]).passkey
    assert key is not None
    assert (len(key.public), key.site) == (32 if algorithm == "EdDSA" else 65, council.site)

    await bel.sign_in()
    place = await plan(bel)
    assert passkey_of(council, place) == council.site
    case = council.register.reader.entry(place).envelope.stream
    await bel.page.goto(f"{council.site}/desk/cases/{case}")
    await expect(bel.page.get_by_text("with your passkey.")).to_be_visible()
    await bel.page.get_by_role("button", name="Open the file").click()  # a request to read is signed so, too
    await expect(bel.page.get_by_role("heading", name="Evaluate")).to_be_visible()
    assert genuine(council).size > place
    # and so does the visitor's own browser, from the page of the step: no key was given that says whose register it is
    assert (await checked(bel.page, f"{council.site}/log/{place}")).startswith("Partly checked.")
    assert "unchanged" in await bel.page.locator("[data-results]").inner_text()
    await bel.page.goto(f"{council.site}/keys")
    await expect(bel.page.get_by_text(f"A passkey, which signs at {council.site}").first).to_be_visible()
    await look(bel.page, "who may sign")
    await bel.context.close()


@pytest.mark.long
async def test_a_device_key_makes_place_for_a_passkey(council: Council, ada: Person, chromium: Browser) -> None:
    cem = await council.person(chromium, "Cem", "officer")
    await cem.sign_in()
    await cem.page.goto(f"{council.site}/desk/keys")
    await look(cem.page, "my keys, with one in use")
    await cem.ask_for_key("phone", keeper="A passkey")
    await expect(cem.page.get_by_text("Let a new key of")).to_be_visible()
    await look(cem.page, "sign, for a new key")
    await cem.page.get_by_role("button", name="Sign on this device").click()
    await expect(cem.page.get_by_role("heading", name="Waiting for a signature")).to_be_visible()
    await ada.page.goto(f"{council.site}/desk")
    await ada.page.get_by_role("link", name="Put a new key in the place of an old one").click()
    place = await ada.sign()
    rotated = council.register.reader.entry(place)
    assert rotated.envelope.type == "key.rotated/1"
    admin = next(
        key.vkey.name for key in council.register.reader.register().standings() if key.roles[0][1] == "key-admin"
    )
    assert [line.name for line in rotated.lines] == [Vkey.parse(rotated.envelope.body["vkey"]).name, admin]
    assert passkey_of(council, await plan(cem)) == council.site
    genuine(council)
    await cem.context.close()


async def test_a_passkey_that_is_not_there_signs_nothing_and_says_why(
    council: Council, ada: Person, chromium: Browser
) -> None:
    """Another device, a finger that does not fit, a prompt that is closed: the browser says one thing of all of them."""
    dee = await council.person(chromium, "Dee", "officer", keeper="A passkey")
    await dee.sign_in()
    await prepare(dee)
    before = council.register.reader.size
    await dee.page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    await dee.page.get_by_role("button", name="Sign with your passkey").click()
    await expect(dee.page.get_by_text("the passkey was not found on this device")).to_be_visible()
    await look(dee.page, "sign, and the passkey is not there")
    assert council.register.reader.size == before
    await dee.page.reload()
    await dee.sign()
    assert council.register.reader.size == before + 1
    await dee.context.close()
