"""Documents put in, looked at and kept, in the middle of a case."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.looking import look
from tests.browser.people import Person
from tests.filing import made


async def keep_documents(person: Person, case: str) -> None:
    """A tender pack, an e-mail with an attachment, and one that is refused."""
    page = person.page
    await page.goto(f"{person.site}/desk/cases/{case}")
    await page.get_by_role("link", name="Documents", exact=True).click()
    await put(person, "macros.docx", made.changed(made.docx(), {"word/vbaProject.bin": b"x"}), "Tender pack")
    await expect(page.get_by_text("A file with macros").first).to_be_visible()
    await look(page, "documents, one refused")
    await put(person, "Tender pack.docx", made.docx(), "Tender pack")
    await expect(page.get_by_role("link", name="Without names")).to_be_visible()
    await look(page, "a document")
    await page.get_by_role("link", name="Documents", exact=True).click()
    await put(person, "A question.eml", made.mail(), "E-mail")
    await expect(page.get_by_text("Are waking nights costed apart?")).to_be_visible()
    await look(page, "an e-mail")
    await page.get_by_role("button", name="Keep it as a document").click()
    await expect(page.get_by_role("link", name="an e-mail")).to_be_visible()
    await page.get_by_role("link", name="Documents", exact=True).click()
    await look(page, "documents")


async def put(person: Person, name: str, data: bytes, kind: str) -> None:
    page = person.page
    await page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    await page.get_by_role("group", name="What is it?").get_by_label(kind, exact=True).check()
    await page.get_by_role("button", name="Put it in").click()
