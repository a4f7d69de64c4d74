"""What a register's settings may say, and what is said of those that may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace import settings
from fairplace.errors import Misconfigured, Missing

GOOD = """\
format = 1
authority = "Northbrook \\"the\\" Council"
[[log]]
origin = "log.council.example/commissioning"
vkeys = ["a", "b"]
"""


def read(text: str, **environment: str) -> settings.Settings:
    return settings.read(text.encode(), "fairplace.toml", environment)


def test_what_is_left_out_has_its_default() -> None:
    found = read(GOOD)
    assert found.authority == 'Northbrook "the" Council'
    assert found.origin == "log.council.example/commissioning"
    assert (found.database, found.signing_window, found.publish.every) == ("register.sqlite", 15, 1)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    made = settings.new(authority='A "quoted" \\ name\x7f\n[[log]]', origin="log.a.example/b", vkeys=["x", 'y"'])
    settings.write(tmp_path, made)
    assert settings.load(tmp_path, {}) == made
    assert [path.name for path in tmp_path.iterdir()] == ["fairplace.toml"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour = 1\n" + GOOD, "unknown field `colour`"),
        (GOOD + "colour = 1", "unknown field `colour` - at `$.log[0]`"),
        (GOOD + "[publish]\nnever = true", "unknown field `never`"),
        (GOOD.replace("format = 1", "format = 2"), "format 2, this fairplace knows up to 1; use a newer fairplace"),
        (GOOD.replace("format = 1", "format = 0"), "format 0, expected 1"),
        (GOOD.replace("format = 1", "format = true"), "Expected `int`, got `bool`"),
        (GOOD.replace("format = 1\n", ""), "missing required field `format`"),
        ("format = 1\nauthority = 'x'\nlog = []", "names no [[log]]"),
        (GOOD + GOOD.partition("\n[[")[2].join(["[[", ""]), "names a log twice"),
        ("signing_window = 0\n" + GOOD, "Expected `int` >= 1 - at `$.signing_window`"),
        ("signing_window = 100000000000000000000\n" + GOOD, "signing_window"),
        ("database = '../other.sqlite'\n" + GOOD, "the name of a file beside the settings"),
        ("database = '/etc/passwd'\n" + GOOD, "the name of a file beside the settings"),
        ("database = '.hidden'\n" + GOOD, "the name of a file beside the settings"),
        (GOOD.replace("log.council", "https://log.council"), "expected an address without https://"),
        (GOOD.replace("commissioning", "Commissioning"), "expected an address without https://"),
        (GOOD.replace("commissioning", "commissioning\\n"), "expected an address without https://"),
        (GOOD.replace("log.council.example", "fairplace"), "expected an address without https://"),
        ("= 1", "cannot be read as TOML"),
        ("\0", "cannot be read as TOML"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a = " + "9" * 10_000, "huge number"),
    ],
)
def test_settings_that_cannot_be_get_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        read(text)
    assert sentence in str(caught.value)
    assert caught.value.exit_code == 5


def test_the_environment_goes_before_the_file() -> None:
    found = read(
        "signing_window = 20\n" + GOOD,
        FAIRPLACE_DATABASE="other.sqlite",
        FAIRPLACE_SIGNING_WINDOW="30",
        FAIRPLACE_PUBLISH_EVERY="5",
        FAIRPLACE_PASSPHRASE="is no setting",
    )
    assert (found.database, found.signing_window, found.publish.every) == ("other.sqlite", 30, 5)
    for wrong in ("", "-1", "1.5", "x", "\u0661", "9" * 5000):
        if wrong:
            with pytest.raises(Misconfigured, match=r"FAIRPLACE_SIGNING_WINDOW is .*; expected a whole number"):
                read(GOOD, FAIRPLACE_SIGNING_WINDOW=wrong)
    with pytest.raises(Misconfigured):
        read(GOOD, FAIRPLACE_PUBLISH_EVERY="0")
    with pytest.raises(Misconfigured):
        read(GOOD, FAIRPLACE_DATABASE="../x")


def test_a_folder_that_is_no_register_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Missing, match=r"is not a register.*'fairplace init'"):
            settings.load(folder, {})
    (tmp_path / "fairplace.toml").mkdir()
    with pytest.raises(Misconfigured, match="cannot be read"):
        settings.load(tmp_path, {})


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "fairplace.toml").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(Misconfigured, match="these are no settings"):
        settings.load(tmp_path, {})


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_misconfigure(data: bytes) -> None:
    with pytest.raises(Misconfigured):
        settings.read(data, "fairplace.toml", {})
