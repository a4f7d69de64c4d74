"""Pages that are kept: never an older one than the record."""

from __future__ import annotations

from pathlib import Path

from litestar.testing import TestClient

from fairplace.http.app import create_app
from fairplace.http.site import Kept
from tests.http.town import Town


def test_a_page_is_made_once_for_each_token() -> None:
    kept, made = Kept(most=2), []

    def make(body: bytes) -> bytes:
        made.append(body)
        return body

    assert [kept.get("a", token, lambda: make(b"x")) for token in (1, 1, 2, 2, 1)] == [b"x"] * 5
    assert len(made) == 3


def test_the_page_that_was_not_asked_for_longest_goes_first() -> None:
    kept = Kept(most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, 1, lambda: b"old")
    assert [kept.get(key, 1, lambda: b"new") for key in ("a", "c", "b")] == [b"old", b"old", b"new"]


def test_a_take_down_is_gone_from_the_next_page(tmp_path: Path) -> None:
    from fairplace.openness import events as o

    town = Town(tmp_path / "register")
    case = town.planned("one", "Homes near Ada Lovelace School")
    planned = town.at[f"{case} planned"]
    town.release(case, "notice", planned)
    town.settle()
    with TestClient(create_app(town.register)) as client:
        address = f"/decisions/{case}"
        assert "Ada Lovelace" in client.get(address).text
        assert "Ada Lovelace" in client.get(address).text
        taken = o.Withdrawn(
            **town.common(case),
            ground="child",
            openings=[o.Slots(entry=planned, slots=["/title"])],
            reason=town.text("A name stood in it.", "personal"),
        )
        town.say(case, taken, by="monitoring")
        town.settle()
        everything = [
            client.get(one)
            for one in (
                address,
                f"{address}.json",
                f"/log/{planned}",
                f"/log/{planned}.json",
                "/",
                "/decisions",
                "/decisions.json?q=Lovelace",
                f"/log/{planned}.tlog-proof",
                f"/disclosures/{planned:03d}",
            )
        ]
        assert [answer.status_code for answer in everything] == [200] * 9
        assert [b"Lovelace" in answer.content.replace(b"q=Lovelace", b"") for answer in everything[:6]] == [False] * 6
        assert everything[6].json()["total"] == 0
        assert all(b"Ada" not in answer.content for answer in everything)
    town.register.close()
