"""Numbers about homes on pages, as data, in a feed: the same cells everywhere, a proof beside them, and no child."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import fairplace_verify
from fairplace import issuing
from fairplace.http.app import create_app
from fairplace.ledger import proof
from tests.counting.many import SPOT, pseudonym, search
from tests.homes import APPROVER, MONITORING, OFFICER
from tests.office import open_office, signer
from tests.placement_office import PlacementOffice, open_placements
from tests.test_of_placements import secrets_of

CHILDREN = 13
WHY = "A home was <b>counted</b> twice =cmd()"
FORMS = ("/homes/decisions-1", "/homes/decisions-1.json", "/homes/decisions-1.csv", "/homes", "/homes/feed.json")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    """Release 1 stands, with seven homes under an agreement and six that were bought on the spot; 2 was withdrawn."""
    with open_placements(tmp_path_factory.mktemp("homes") / "register") as office:
        for number in range(CHILDREN):
            search(office, number, chosen=SPOT if number < 6 else None)
        for until in ("2025-10-01T09:00:00.000Z", "2026-01-02T09:00:00.000Z"):
            office.wait_until(until)
            made = issuing.draft(office.register, "decisions")
            issuing.sign(office.register, made, [signer(OFFICER.key), signer(MONITORING.key)])
        issuing.withdraw(office.register, "decisions", 2, WHY, signer(APPROVER.key))
        office.register.follow()
        yield office


@pytest.fixture(scope="module")
def app(office: PlacementOffice) -> Litestar:
    return create_app(office.register)


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app) as client:
        yield client


def test_the_page_shows_what_was_counted_beside_the_dated_line(client: TestClient[Litestar]) -> None:
    page = client.get("/homes/decisions-1").text
    assert "85 %, London, 2007" in page
    assert re.search(r"Spot<svg.*?</th><td[^>]*>6</td><td[^>]*>46\.2 %</td>", page, re.DOTALL)
    assert "North, April to September 2025" in page


def test_page_json_and_csv_have_the_same_cells(client: TestClient[Litestar]) -> None:
    page = client.get("/homes/decisions-1").text
    found = json.loads(client.get("/homes/decisions-1.json").content)
    lines = list(csv.DictReader(io.StringIO(client.get("/homes/decisions-1.csv").content.decode("utf-8-sig"))))
    rows = [row for table in found["tables"] for part in table["stretches"] for row in part["rows"]]
    assert len(lines) == sum(len(row["cells"]) for row in rows) > 100
    assert page.count('<tr class="govuk-table__row"><th scope="row"') == sum(
        len(row["cells"]) for row in rows if row["counted_with"] is None
    )


def test_the_file_is_the_one_whose_digest_two_persons_signed(
    client: TestClient[Litestar], office: PlacementOffice
) -> None:
    digest = hashlib.sha256(client.get("/homes/decisions-1.json").content).hexdigest()
    [one, _] = issuing.issued(office.register)
    assert office.register.reader.entry(one.index).envelope.body["document"]["sha256"] == digest
    page = client.get("/homes/decisions-1").text
    assert digest in page
    assert f"entry {one.index} of the log" in page


def test_the_proof_holds_and_opens_nothing_sealed(client: TestClient[Litestar], office: PlacementOffice) -> None:
    data = client.get("/homes/decisions-1.tlog-proof").content
    [one, _] = issuing.issued(office.register)
    read = proof.parse(data)
    assert read.index == one.index
    assert one.rows is not None
    assert one.rows.sha256.encode() not in data
    report = fairplace_verify.verify_proof(data, keys=office.register.settings.log[0].vkeys)
    assert report.false is None


def test_a_withdrawn_release_is_a_tombstone_in_every_form(client: TestClient[Litestar]) -> None:
    page = client.get("/homes/decisions-2").text
    assert "This release was withdrawn" in page
    assert "A home was &lt;b&gt;counted&lt;/b&gt; twice =cmd()" in page
    assert "<table" not in page
    assert b"tables" not in client.get("/homes/decisions-2.json").content
    assert b"Withdrawn" in client.get("/homes/decisions-2.csv").content
    assert "Withdrawn" in client.get("/homes").text


def test_the_feed_names_every_release(client: TestClient[Litestar]) -> None:
    feed = client.get("/homes/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["url"] for item in feed["items"]] == ["/homes/decisions-2", "/homes/decisions-1"]
    assert all(client.get(item["url"]).status_code == 200 for item in feed["items"])


@pytest.mark.parametrize("path", [*FORMS, "/homes/decisions-1.tlog-proof", "/homes/decisions-2"])
def test_nobody_and_nothing_of_a_case_is_in_any_form(
    client: TestClient[Litestar], office: PlacementOffice, path: str
) -> None:
    named = {b"North", b"North West", b"SYN01", b"SYN01 Council"}  # the places that the tables are about
    secrets = [one for one in secrets_of(office) if one not in named]
    secrets += [pseudonym(number).encode() for number in range(CHILDREN)]
    assert len(secrets) > 100
    answer = client.get(path)
    assert answer.status_code == 200
    assert [one for one in secrets if one in answer.content] == []


@pytest.mark.parametrize("name", ["decisions-0", "decisions-3", "decisions-1.xml", "feed", "..%2Fpolicy", "%00", "=1"])
def test_what_is_not_there_is_not_found(client: TestClient[Litestar], name: str) -> None:
    assert client.get(f"/homes/{name}").status_code == 404


def test_a_release_without_a_number_small_enough_to_tell_of_a_child(client: TestClient[Litestar]) -> None:
    text = client.get("/homes/decisions-1.csv").content.decode("utf-8-sig")
    counts = [line["Count"] for line in csv.DictReader(io.StringIO(text))]
    assert not {"1", "2", "3", "4", "5"} & set(counts)
    assert "6" in counts


def test_before_the_first_release_the_page_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_placements(tmp_path_factory.mktemp("none") / "register") as office:
        office.register.follow()
        with TestClient(create_app(office.register)) as client:
            assert "Nothing is released yet" in client.get("/homes").text
            assert client.get("/homes/feed.json").json()["items"] == []


def test_a_register_of_procurement_has_no_such_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_office(tmp_path_factory.mktemp("other") / "register") as office:
        office.register.follow()
        with TestClient(create_app(office.register)) as client:
            assert client.get("/homes").status_code == 404
