"""Numbers about homes on pages, as data, in a feed: the same cells everywhere, a proof beside them, and no child."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import fairplace_verify
from fairplace import issuing, shelf
from fairplace.errors import Misconfigured, Missing, Refused, Unproven
from fairplace.http import numbers_folder
from fairplace.http.app import create_app
from fairplace.ledger import proof
from tests.counting.many import SPOT, pseudonym, search
from tests.homes import APPROVER, MONITORING, OFFICER
from tests.office import open_office, signer
from tests.placement_office import PlacementOffice, open_placements
from tests.test_of_placements import secrets_of
from tests.verifier.test_sites import served

CHILDREN = 13
WHY = "A home was <b>counted</b> twice =cmd()"
FORMS = (
    "/homes/over-time",
    "/homes/decisions-1",
    "/homes/decisions-1.json",
    "/homes/decisions-1.csv",
    "/homes",
    "/homes/feed.json",
)


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
    assert "85&nbsp;%, London, 2007" in page
    assert re.search(r"Spot<svg.*?</th><td[^>]*>6</td><td[^>]*>46\.2\u00a0%</td>", page, re.DOTALL)
    assert "North, April to September 2025" in page


def test_the_spot_share_over_time_stands_beside_the_dated_line(client: TestClient[Litestar]) -> None:
    """E6: a series, with the line of 2007 at 85 %, labelled as what it is. A withdrawn release is not in it."""
    page = client.get("/homes/over-time").text
    spot = page[page.index("Bought on the spot") : page.index("Providers asked alike")]
    assert re.findall(r"<text[^>]*>([^<]+)</text>", spot) == ["April to September 2025", "46.2", "London, 2007", "85"]
    assert re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", spot)[3:] == [
        "April to September 2025", "6", "46.2\u00a0%", "London, 2007, a dated figure of elsewhere", "85&nbsp;%",
    ]  # fmt: skip
    assert "October 2025" not in page


def test_the_chart_of_a_release_has_the_dated_bar_last(client: TestClient[Litestar]) -> None:
    page = client.get("/homes/decisions-1").text
    chart = page[page.index('id="chart-spot-0-caption"') :]
    assert re.findall(r'text-anchor="end">([^<]+)<', chart[: chart.index("</svg>")])[-1] == "London, 2007"


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


@pytest.mark.parametrize(
    "name",
    [
        "decisions-0",
        "decisions-1-withdrawn.tlog-proof",
        "decisions-3",
        "decisions-1.xml",
        "feed",
        "..%2Fpolicy",
        "%00",
        "=1",
    ],
)
def test_what_is_not_there_is_not_found(client: TestClient[Litestar], name: str) -> None:
    assert client.get(f"/homes/{name}").status_code == 404


def test_a_release_without_a_number_small_enough_to_tell_of_a_child(client: TestClient[Litestar]) -> None:
    text = client.get("/homes/decisions-1.csv").content.decode("utf-8-sig")
    counts = [line["Count"] for line in csv.DictReader(io.StringIO(text))]
    assert not {"1", "2", "3", "4", "5"} & set(counts)
    assert "6" in counts


# The same as a folder for any web server


@pytest.fixture(scope="module")
def folder(office: PlacementOffice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("static") / "numbers"
    assert numbers_folder.write(office.register, shelf.root("web"), found) == 2
    return found


def test_the_folder_holds_the_same_files_as_the_site(client: TestClient[Litestar], folder: Path) -> None:
    for name in ("decisions-1", "decisions-2"):
        for suffix in (".json", ".csv", ".tlog-proof", *(["-withdrawn.tlog-proof"] if name == "decisions-2" else [])):
            assert (folder / f"{name}{suffix}").read_bytes() == client.get(f"/homes/{name}{suffix}").content
        for page in (name, "over-time"):
            here, there = (folder / f"{page}.html").read_text("utf-8"), client.get(f"/homes/{page}").text
            assert _cells(here) == _cells(there)
    assert "This release was withdrawn" in (folder / "decisions-2.html").read_text("utf-8")
    feed = json.loads((folder / "feed.json").read_bytes())
    assert [item["url"] for item in feed["items"]] == ["decisions-2.html", "decisions-1.html"]


def test_a_stranger_checks_the_folder_and_the_published_hashes(
    office: PlacementOffice, folder: Path, tmp_path: Path
) -> None:
    keys = office.register.settings.log[0].vkeys
    report = fairplace_verify.verify_releases(folder, keys)
    assert report.word == "genuine", report.verdict
    assert [(one.check, one.count) for one in report.checks][:3] == [("files", 3), ("entries", 3), ("releases", 1)]
    beside = fairplace_verify.audit(office.register.public, fairplace_verify.read_trust(keys, None))
    assert beside.report.word == "partly checked"
    assert fairplace_verify.verify_releases(folder, keys, beside=beside).word == "genuine"
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    changed = held["decisions-1.json"].replace(b'"number":6', b'"number":7', 1)
    assert changed != held["decisions-1.json"]
    for files in (held | {"decisions-1.json": changed}, {n: d for n, d in held.items() if "-withdrawn." not in n}):
        assert fairplace_verify.verify_releases(files, keys).word == "not genuine"


def test_a_stranger_checks_hashes_and_numbers_from_the_address_alone(office: PlacementOffice) -> None:
    with served(office.register) as address:
        report = fairplace_verify.verify_register(address, office.register.settings.log[0].vkeys)
    assert report.word == "partly checked", report.verdict
    assert [one.count for one in report.checks if one.check == "releases"] == [1]


def _cells(page: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>.*?</t[hd]>", page, re.DOTALL)


def test_no_page_of_the_folder_has_a_script_or_leads_out_of_it(folder: Path) -> None:
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 4
    for page in pages:
        text = page.read_text("utf-8")
        assert "<script" not in text
        for address in re.findall(r'(?:href|src|action)="([^"]*)"', text):
            assert address.startswith(("#", "data:image/svg+xml,")) or (folder / address.partition("#")[0]).is_file()
    assert (folder / "fairplace.css").stat().st_size > 10_000


def test_no_file_of_the_folder_tells_of_anybody(office: PlacementOffice, folder: Path) -> None:
    named = {b"North", b"North West", b"SYN01", b"SYN01 Council"}
    secrets = [one for one in secrets_of(office) if one not in named]
    secrets += [pseudonym(number).encode() for number in range(CHILDREN)]
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    del held["fairplace.css"]
    assert {name: one for name, data in held.items() for one in secrets if one in data} == {}


def test_the_folder_is_made_anew_and_nothing_else_is_ever_replaced(office: PlacementOffice, tmp_path: Path) -> None:
    out = tmp_path / "numbers"
    numbers_folder.write(office.register, shelf.root("web"), out)
    held = {path.name for path in out.iterdir()}
    assert {*(out / numbers_folder.MARKER).read_text("utf-8").splitlines()[1:], numbers_folder.MARKER} == held
    (out / "old.html").write_text("a page of an earlier version, which noted it")
    with (out / numbers_folder.MARKER).open("a", encoding="utf-8") as marker:
        marker.write("old.html\n")
    numbers_folder.write(office.register, shelf.root("web"), out)
    assert {path.name for path in out.iterdir()} == held
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("keep me")
    for stray in (other, other / "letter.txt"):
        with pytest.raises(Refused, match="holds something else"):
            numbers_folder.write(office.register, shelf.root("web"), stray)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["numbers", "other"]
    assert (other / "letter.txt").read_text() == "keep me"


def test_what_somebody_put_into_the_folder_is_not_lost(office: PlacementOffice, tmp_path: Path) -> None:
    out = tmp_path / "numbers"
    numbers_folder.write(office.register, shelf.root("web"), out)
    (out / ".git").mkdir()
    (out / "CNAME").write_text("numbers.council.example\n")
    with pytest.raises(Refused, match=r"holds \.git, CNAME, which this command did not write"):
        numbers_folder.write(office.register, shelf.root("web"), out)
    assert (out / "CNAME").read_text() == "numbers.council.example\n"
    assert (out / ".git").is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["numbers"]


def test_when_the_new_folder_cannot_be_moved_the_one_before_stays(
    office: PlacementOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full: the system refuses the last step."""
    out = tmp_path / "numbers"
    numbers_folder.write(office.register, shelf.root("web"), out)
    held = {path.name: path.read_bytes() for path in out.iterdir()}
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name == "numbers" and self.parent.name.startswith(".numbers"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(Misconfigured, match="No space left on device; the one before is there as it was"):
            numbers_folder.write(office.register, shelf.root("web"), out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == held
    assert [path.name for path in tmp_path.iterdir()] == ["numbers"]
    numbers_folder.write(office.register, shelf.root("web"), out)


def test_before_the_first_release_the_page_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_placements(tmp_path_factory.mktemp("none") / "register") as office:
        office.register.follow()
        with TestClient(create_app(office.register)) as client:
            assert "Nothing is released yet" in client.get("/homes").text
            assert "No half-year is over yet" in client.get("/homes/over-time").text
            assert client.get("/homes/feed.json").json()["items"] == []


def test_a_register_of_procurement_has_no_such_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_office(tmp_path_factory.mktemp("other") / "register") as office:
        office.register.follow()
        with TestClient(create_app(office.register)) as client:
            assert client.get("/homes").status_code == 404


def test_the_lost_file_of_one_release_takes_down_no_page_but_its_own_numbers(tmp_path: Path) -> None:
    with open_placements(tmp_path / "register") as office:
        register = office.register
        for number in range(CHILDREN):
            search(office, number)
        for until in ("2025-10-01T09:00:00.000Z", "2026-01-02T09:00:00.000Z"):
            office.wait_until(until)
            issuing.sign(register, issuing.draft(register, "decisions"), [signer(OFFICER.key), signer(MONITORING.key)])
        register.follow()
        [first, second] = issuing.issued(register)
        path = file_of(office, first)
        for spoil in (lambda: path.write_bytes(b"other bytes"), path.unlink):
            spoil()
            with TestClient(create_app(register)) as client:
                for whole in ("/homes", "/homes/feed.json", "/homes/over-time", f"/homes/{second.name}.json"):
                    assert client.get(whole).status_code == 200, whole
                page = client.get(f"/homes/{first.name}")
                assert page.status_code == 200
                assert "The file of this release cannot be shown" in page.text
                assert first.document.sha256 in page.text
                assert client.get(f"/homes/{first.name}.tlog-proof").status_code == 200
                for gone in (".json", ".csv"):
                    assert client.get(first.name.join(("/homes/", gone))).status_code == 404
            with pytest.raises((Missing, Unproven)):
                issuing.draft(register, "decisions", "2026-03-31")


def file_of(office: PlacementOffice, one: issuing.Issued) -> Path:
    """Where the file of a release lies: by a name that tells nothing."""
    for path in (office.folder / "documents").iterdir():
        aside = path.rename(path.with_name("aside"))
        is_it = not office.register.documents.is_here(one.document.sha256)
        aside.rename(path)
        if is_it:
            return path
    raise LookupError(one.name)
