"""The public edition of a decision is a download of its page: current, cached by what it rests on, and nobody's but the public's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from fairplace.http.app import create_app
from fairplace.publish.bundle import Wish, write
from fairplace.publish.downloads import MOST_DOCUMENTS, PublicBundles
from tests.http.conftest import Client
from tests.http.town import LOSERS, Town, build
from tests.publish.case import everything, opened


def address(town: Town, name: str) -> str:
    return f"/decisions/{town.cases[name]}.fpbundle"


def test_the_page_leads_to_it_and_says_about_how_large_it_is(town: Town, client: Client) -> None:
    page = client.get(f"/decisions/{town.cases['imported']}").text
    [(link, size)] = re.findall(r'href="(/decisions/[^"]+\.fpbundle)" download>.+?about ([0-9.,]+ [kM]B)\)', page)
    data = client.get(link).content
    said = float(size.split()[0].replace(",", "")) * (1_000 if size.endswith("kB") else 1_000_000)
    assert abs(said - len(data)) < 0.3 * len(data), (said, len(data))


def test_it_is_the_public_edition_and_holds_nothing_of_those_who_lost(town: Town, client: Client) -> None:
    answer = client.get(address(town, "contract"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-disposition"].endswith('-public.fpbundle"')
    members = opened(answer.content)
    assert b'"edition":"public"' in members["bundle.json"]
    assert "record.pdf" not in members
    text = everything(members)
    assert not [loser for loser in LOSERS if loser.name.encode() in text or loser.id.encode() in text]


def test_it_is_asked_for_anew_each_time_and_sent_only_when_it_changed(town: Town, client: Client) -> None:
    first = client.get(address(town, "contract"))
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    again = client.get(address(town, "contract"), headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address(town, "contract"))
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(first.content)))


@pytest.mark.parametrize("name", ["nobody", "11111111-2222-4333-8444-555555555555", "..%2fpolicy", "x.json"])
def test_what_has_no_page_has_no_bundle(client: Client, name: str) -> None:
    assert client.get(f"/decisions/{name}.fpbundle").status_code in {400, 404}


def test_a_case_of_one_person_has_none(town: Town, client: Client) -> None:
    assert client.get(address(town, "hidden")).status_code == 404


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Town]:
    made = build(tmp_path / "register")
    yield made
    made.register.close()


def test_what_is_taken_down_is_gone_from_the_next_answer_before_it_is_published(own: Town) -> None:
    case = own.cases["contract"]
    with TestClient(create_app(own.register)) as client:
        before = client.get(address(own, "contract")).content
        assert b"offered the best care" in everything(opened(before))
        own.take_down(case, own.at["reasons"], "/reasons")
        after = client.get(address(own, "contract")).content
        assert b"offered the best care" not in everything(opened(after))
        own.settle()
        published = opened(client.get(address(own, "contract")).content)
        assert b"taken down: it could identify a child" in published["schedule.csv"]


def test_a_bundle_is_made_once_for_each_checkpoint_and_no_more_are_kept_than_fit(
    own: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles = PublicBundles(own.register)
    made = []

    def counted(register: object, wish: Wish, target: object) -> object:
        made.append(wish)
        return write(register, wish, target)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr("fairplace.publish.downloads.write", counted)
    for name in ("contract", "standstill", "contract", "standstill"):
        bundles.get(own.cases[name])
    assert [wish.most_documents for wish in made] == [MOST_DOCUMENTS] * 2
    monkeypatch.setattr("fairplace.publish.downloads.MOST_KEPT", 1)
    bundles.get(own.cases["ended"])
    bundles.get(own.cases["contract"])
    assert len(made) == 4, "nothing else was kept, so it is made again"
    assert bundles.size(own.cases["contract"]) == len(bundles.get(own.cases["contract"]).data)
