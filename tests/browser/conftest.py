"""A real server and a real Chromium for the tests of the pages."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright

from fairplace import shelf
from fairplace.http.app import create_app
from fairplace.http.pages import Scripts
from tests.http.town import Town, build

ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",  # a process for each person costs more than what they do
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.matrix)  # pages are looked at in the middle of every story


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = build(tmp_path_factory.mktemp("town") / "register")
    yield made
    made.register.close()


@pytest.fixture(scope="session")
def version() -> str:
    """The digest that stands in the address of the scripts."""
    return Scripts(shelf.root("web")).version


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(town: Town) -> AsyncIterator[str]:
    """The address of the running site."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(town.register), log_level="warning", server_header=False))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag to look at, no event to wait for
        await asyncio.sleep(0.01)
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    await task


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the quickest first
    found = os.environ.get("FAIRPLACE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine, and under CI=true a browser test is never skipped")
        pytest.skip("no Chromium on this machine: sudo apt-get install chromium-headless-shell fonts-liberation")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()
