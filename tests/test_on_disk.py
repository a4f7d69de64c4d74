"""A register's folder: made whole or not at all, opened only when it is one, and safe to follow from two sides."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from fairplace import settings
from fairplace.errors import FairplaceError, Malformed, Misconfigured, Refused
from fairplace.founding import create
from fairplace.ledger.note import Signer
from fairplace.on_disk import SERVICES, Register, domain_of
from fairplace.sources import SYSTEM
from tests.office import AUTHORITY, ORIGIN, ROOT, open_office, person, signer
from tests.story import DOMAIN, OFFERS


def made(folder: Path, **changes: Any) -> Register:
    given = {"authority": AUTHORITY, "origin": ORIGIN, "root": signer(ROOT), **changes}
    return create(folder, **given)


def test_a_new_register_stands_in_its_folder(tmp_path: Path) -> None:
    with made(tmp_path / "a" / "register") as register:
        folder = register.folder
        assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} >= {
            "fairplace.toml",
            "register.sqlite",
            "secrets",
            "public",
        }
        assert register.reader.size == 7  # opened, two keys of the log, four services
        assert (register.public / "checkpoint").is_file()
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder / "secrets").iterdir()] == [0o600] * 8
        assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "register.sqlite").stat().st_mode) == 0o600
        assert register.settings == settings.load(folder, {})
    with Register.open(folder) as again:
        assert again.reader.size == 7


def test_an_empty_folder_that_is_there_will_do(tmp_path: Path) -> None:
    made(tmp_path).close()
    Register.open(tmp_path).close()


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Refused, match="not empty"):
        made(tmp_path)
    with pytest.raises(Refused, match="not empty"):
        made(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("there", [False, True])
def test_what_fails_on_the_way_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    folder = tmp_path / "register"
    if there:
        folder.mkdir()
    calls: list[str] = []

    def fails_late(self: Register, vkey: str, role: str, **_: Any) -> None:
        calls.append(role)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Register, "enrol", fails_late)
        with pytest.raises(OSError, match="No space"):
            made(folder)
    assert calls == ["receiver"]
    assert folder.exists() == there
    made(folder).close()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"authority": "  "}, Refused),
        ({"authority": "a\0b"}, Malformed),
        ({"origin": "https://log.council.example"}, Misconfigured),
        ({"origin": ""}, Misconfigured),
    ],
)
def test_a_register_that_cannot_be_is_not_begun(
    tmp_path: Path, changes: dict[str, Any], error: type[FairplaceError]
) -> None:
    with pytest.raises(error):
        made(tmp_path / "register", **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_its_database_or_its_log_is_no_register(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    made(folder).close()
    text = (folder / "fairplace.toml").read_text()
    (folder / "fairplace.toml").write_text(text.replace("/commissioning", "/another"))
    with pytest.raises(Misconfigured, match="holds no log"):
        Register.open(folder)
    (folder / "fairplace.toml").write_text(text)
    (folder / "register.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(Misconfigured, match="no store of fairplace"):
        Register.open(folder)
    for part in folder.glob("register.sqlite*"):
        part.unlink()
    with pytest.raises(Misconfigured, match="is missing; restore it"):
        Register.open(folder)
    assert not (folder / "register.sqlite").exists()  # looking does not make one


@pytest.mark.parametrize("damage", [None, "", "zz", "00" * 31, "00" * 33, "\xff"])
def test_a_seed_that_is_lost_or_damaged_gets_a_sentence(tmp_path: Path, damage: str | None) -> None:
    with made(tmp_path / "register") as register:
        path = register.folder / "secrets" / "receiver.seed"
        if damage is None:
            path.unlink()
        else:
            path.write_text(damage, "latin-1")
        with pytest.raises(Misconfigured, match=r"receiver\.seed .*backup"):
            register.service("receiver")


def test_a_key_is_enrolled_with_a_role_that_is_known_and_a_holder(tmp_path: Path) -> None:
    with made(tmp_path / "register") as register:
        vkey = signer(f"{register.domain}/officer/7c").vkey.text
        wrong: list[dict[str, Any]] = [
            {"role": "king", "holder": "A", "provider": None},
            {"role": "officer", "holder": " ", "provider": None},
            {"role": "officer", "holder": "A", "provider": "GB-COH-1"},
            {"role": "provider", "holder": "A", "provider": None},
        ]
        for given in wrong:
            with pytest.raises(Malformed):
                register.enrol(vkey, admin=signer(ROOT), **given)
        assert register.reader.size == 7


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("other.example/officer/7c", "officer"),
        ("other.example/provider/7c", "provider"),
        (f"{DOMAIN}/provider/7c", "officer"),
        (f"{DOMAIN}/officer/7c", "provider"),
        (f"{DOMAIN}/provider/gb-coh-1", "provider"),
        (f"{DOMAIN}/officer/jane.doe", "officer"),
        (f"{DOMAIN}/officer/7c/x", "officer"),
        (f"{DOMAIN}/officer/", "officer"),
        (f"{DOMAIN}/7c", "officer"),
        (f"{DOMAIN}/root", "approver"),
        (f"{DOMAIN}/officer/7c", "root"),
        (f"{DOMAIN}/service/receiver", "officer"),
        (f"{DOMAIN}/service/receiver", "receiver"),
        (f"{DOMAIN}/service/receiver", "assessor"),
        (f"{DOMAIN}/officer/7c", "receiver"),
    ],
)
def test_a_key_has_the_name_of_its_kind_and_no_other_kind_of_role(tmp_path: Path, name: str, role: str) -> None:
    with made(tmp_path / "register") as register:
        size = register.reader.size
        provider = "GB-COH-1" if role == "provider" else None
        with pytest.raises(FairplaceError) as refused:
            register.enrol(signer(name).vkey.text, role, holder="A", provider=provider, admin=signer(ROOT))
        assert getattr(refused.value, "code", "key-name") == "key-name"
        assert register.reader.size == size


def test_the_registers_own_keys_have_no_further_role(tmp_path: Path) -> None:
    with made(tmp_path / "register") as register:
        for own in SERVICES:
            for role in ("approver", "provider", "receiver" if own != "receiver" else "importer"):
                with pytest.raises(Refused, match="cannot act as"):
                    register.enrol(
                        register.service(own).vkey.text,
                        role,
                        holder="A",
                        provider="GB-COH-1" if role == "provider" else None,
                        admin=signer(ROOT),
                    )


def test_one_person_has_one_key_that_decides(tmp_path: Path) -> None:
    with made(tmp_path / "register") as register:
        admin, first, second = signer(ROOT), *(signer(f"{DOMAIN}/officer/{token}") for token in ("1a", "2b"))

        def enrol(one: Signer, role: str, holder: str) -> None:
            register.enrol(one.vkey.text, role, holder=holder, provider=None, admin=admin)

        enrol(first, "evaluator", "Jane  Doe")
        enrol(first, "officer", "Jane Doe")  # a further role of the same key
        with pytest.raises(Refused, match="revoke the old key first") as refused:
            enrol(second, "approver", "JANE DOE ")
        assert refused.value.code == "two-keys"
        enrol(signer(f"{DOMAIN}/officer/3c"), "approver", "Jane Doe, finance")
        register.revoke(first.vkey.text, reason="lost", admin=admin)
        enrol(second, "approver", "Jane Doe")


def test_the_last_key_that_can_enrol_is_not_revoked(tmp_path: Path) -> None:
    with made(tmp_path / "register") as register:
        root, other = signer(ROOT), signer(f"{DOMAIN}/officer/1a")
        with pytest.raises(Refused, match="the last key"):
            register.revoke(root.vkey.text, reason="lost", admin=root)
        register.enrol(other.vkey.text, "key-admin", holder="A", provider=None, admin=root)
        register.revoke(root.vkey.text, reason="lost", admin=other)
        with pytest.raises(Refused, match="the last key"):
            register.revoke(other.vkey.text, reason="lost", admin=other)


def test_the_holder_of_a_key_is_in_no_public_byte(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        office.register.follow()
        public = b"".join(path.read_bytes() for path in office.register.public.rglob("*") if path.is_file())
        assert b"Holder of" not in public
        assert OFFERS[0].provider.id.encode() not in public
        alder = person(OFFERS[0].provider).key
        assert office.register.provider_of(alder) == OFFERS[0].provider.id
        assert office.register.provider_of(ROOT) is None


def test_two_open_registers_follow_the_same_log(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        office.tell("planned")
        with Register.open(office.folder, office.register.sources) as other:
            other.follow()
            office.register.follow()
            published = other.store.last_checkpoint(other.origin)
            assert published is not None
            assert published.size == office.register.reader.size
            assert other.reader.case(office.case) == office.register.reader.case(office.case)
            assert list(other.replay.stored()) == list(office.register.replay.stored())


def test_the_domain_of_a_log_is_that_of_its_keys() -> None:
    assert domain_of("log.council.example/commissioning") == "council.example"
    assert domain_of("council.example") == "council.example"
    assert SYSTEM.clock().tzinfo is not None
