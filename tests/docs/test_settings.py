"""Every setting has its paragraph, and beside it what somebody who controls it could do."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import fairplace
from fairplace.settings import (
    Limits,
    LogSettings,
    MailSettings,
    OidcSettings,
    PublishSettings,
    Settings,
    VaultSettings,
    WitnessSettings,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "settings.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### `(.+?)`\n(.+?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
TABLES = {
    "log": LogSettings,
    "publish": PublishSettings,
    "limits": Limits,
    "witness": WitnessSettings,
    "oidc": OidcSettings,
    "mail": MailSettings,
    "vault": VaultSettings,
}


def settings() -> Iterator[tuple[str, object]]:
    """Each setting by its name in the file, with its default (NODEFAULT: it is required)."""
    for field in msgspec.structs.fields(Settings):
        table = TABLES.get(field.encode_name)
        if table is None:
            yield field.encode_name, default(field)
        else:
            yield from (
                (f"{field.encode_name}.{one.encode_name}", default(one)) for one in msgspec.structs.fields(table)
            )


def default(field: msgspec.structs.FieldInfo) -> object:
    """A default as TOML writes it, as far as it is a word."""
    made = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    return '""' if made == "" else made


def variables() -> set[str]:
    """What the program reads from the environment."""
    text = "\n".join(path.read_text("utf-8") for path in Path(fairplace.__file__).parent.rglob("*.py"))
    return set(re.findall(r"[\"`](FAIRPLACE_[A-Z_]+|XDG_[A-Z_]+)[\"`]", text))


def test_the_tables_are_all_there_are() -> None:
    nested = [
        field
        for field in msgspec.structs.fields(Settings)
        if "Settings" in str(field.type) or "Limits" in str(field.type)
    ]
    assert {field.encode_name for field in nested} == TABLES.keys()


def test_every_setting_and_variable_has_its_paragraph_and_nothing_else_has() -> None:
    assert sorted(SECTIONS) == sorted({name for name, _ in settings()} | variables())


@pytest.mark.parametrize(("name", "default"), list(settings()), ids=[name for name, _ in settings()])
def test_a_paragraph_states_the_default_that_the_code_has(name: str, default: object) -> None:
    if default is msgspec.NODEFAULT:
        assert "Required." in SECTIONS[name]
    else:
        assert f"Default: `{default}`" in SECTIONS[name]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_paragraph_says_what_an_attacker_could_do(name: str) -> None:
    assert re.search(r"[Ww]hoever (controls|can read) it", SECTIONS[name])
