"""The static record: the published files, byte for byte, and nothing else."""

from __future__ import annotations

import pytest

from fairplace.errors import Misconfigured
from tests.http.conftest import Client
from tests.http.town import Town


def test_every_published_file_is_given_out_as_it_is(town: Town, client: Client) -> None:
    files = [path for path in sorted(town.register.public.rglob("*")) if path.is_file()]
    assert len(files) > 10
    for file in files:
        place = file.relative_to(town.register.public).as_posix()
        if place.startswith("."):
            continue
        answer = client.get(f"/{place}")
        assert answer.status_code == 200, place
        assert answer.content == file.read_bytes(), place
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("address", "media", "caching"),
    [
        ("/checkpoint", "text/plain; charset=utf-8", "public, max-age=2, must-revalidate"),
        ("/policy", "text/plain; charset=utf-8", "no-cache"),
        ("/tile/0/000.p/{size}", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("/tile/entries/000.p/{size}", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("/checkpoints/{size}", "text/plain; charset=utf-8", "public, max-age=86400"),
    ],
)
def test_what_can_change_is_not_kept(town: Town, client: Client, address: str, media: str, caching: str) -> None:
    answer = client.get(address.format(size=town.register.reader.size))
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
        200,
        media,
        caching,
    )


def test_disclosures_are_asked_for_anew_because_they_can_be_taken_down(town: Town, client: Client) -> None:
    answer = client.get(f"/disclosures/{town.at['reasons']:03d}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "address",
    [
        "/tile/0/1",
        "/tile/0/0001",
        "/tile/0/x00/001",
        "/tile/64/000",
        "/tile/-1/000",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/0/000.p/01",
        "/tile/0/000.p/",
        "/tile/0/000/",
        "/tile/0/",
        "/tile/entries",
        "/tile/0/../0/000",
        "/tile/0/000%00",
        "/tile/0/000%0a",
        "/tile/%2e%2e/%2e%2e/fairplace.toml",
        "/tile/0/٠٠٠",
        "/lost/7",
        "/lost/07/10",
        "/lost/../../fairplace.toml",
        "/timestamp/15",
        "/timestamp/../fairplace.toml",
        "/disclosures/../../fairplace.toml",
        "/disclosures/999",
        "/disclosures/x999/999",
        "/checkpoints/..%2fcheckpoint",
        "/checkpoints/007",
        "/checkpoints/999999",
        "/checkpoints/+1",
        "/policy/x",
    ],
)
def test_no_other_path_is_answered(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_style_sheet_is_kept_under_the_address_that_names_it(client: Client) -> None:
    home = client.get("/").text
    address = home.split('rel="stylesheet" href="')[1].split('"')[0]
    if address.endswith("?v="):
        raise Misconfigured("web/static is not compiled; run 'make assets' first")
    answer = client.get(address)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/fairplace.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/fairplace.css?v=other").headers["cache-control"] == "no-cache"
