"""The pages that are made from the code are current, and what they show really works."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from fairplace import catalogue, decision
from fairplace.jsonl import read_command
from fairplace.ledger import register_events
from fairplace.ledger.disclosure import BASES, Sealed
from fairplace.provider.commands import StateFacts
from tests.story import open_competition

DOCS = Path(__file__).parents[2] / "docs"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "make_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ROOT = DOCS.parent
PAGES = loaded()
WRITTEN = [path.relative_to(ROOT) for path in sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])]
EXAMPLES = (DOCS / "commands.jsonl").read_text("utf-8").splitlines()
BLOCKS = re.findall(r"```json\n(\{.*\})\n```", (DOCS / "commands.md").read_text("utf-8"))


@pytest.mark.parametrize("name", PAGES.PAGES)
def test_the_committed_page_is_what_the_code_gives_now(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES.made(name), "run: .venv/bin/python docs/make_pages.py"


def test_every_event_type_has_its_heading() -> None:
    headings = re.findall(r"^### `(.+)`$", (DOCS / "events.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted([*register_events.EVENTS, *catalogue.TYPES])


def test_the_page_names_the_basis_under_which_the_deciders_seal() -> None:
    """Told by a competition that really ran, not by the source that the page is made from."""
    sections = dict(re.findall(r"^### `(.+?)`$(.+?)(?=^##|\Z)", "\n".join(PAGES.events()), re.MULTILINE | re.DOTALL))
    looked_at = set()
    for recorded in open_competition().events:
        rows = dict(re.findall(r"^\| `(/.+?)` .+ \| sealed as ([a-z-]+);", sections[recorded.type], re.MULTILINE))
        assert set(rows.values()) <= BASES
        for slot, basis in sealed_of(recorded.event):
            if slot not in ("/exhibit", "/override_reason"):
                assert rows[re.sub(r"/\d\d/", "/<place>/", slot)] == basis, (recorded.type, slot)
                looked_at.add((recorded.type, slot))
    assert len(looked_at) > 100


def sealed_of(value: object, path: str = "") -> list[tuple[str, str]]:
    """The slots of an event with their bases."""
    if isinstance(value, Sealed):
        return [(path, value.basis)]
    if isinstance(value, msgspec.Struct):
        parts = [(name, getattr(value, name)) for name in value.__struct_fields__]
    else:
        parts = list(value.items()) if isinstance(value, dict) else []
    return [found for name, part in parts for found in sealed_of(part, f"{path}/{name}")]


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: msgspec.json.decode(line)["do"])
def test_every_example_is_a_command(line: str) -> None:
    command = read_command(line.encode())
    assert command.__struct_config__.tag == msgspec.json.decode(line)["do"]
    assert command.as_
    assert (command.case is None) is isinstance(command, StateFacts), "a provider’s details are of no case"


def test_every_command_has_one_example_and_the_page_shows_it() -> None:
    assert sorted(PAGES.examples()) == sorted(str(kind.__struct_config__.tag) for kind in PAGES.COMMANDS)
    assert len(PAGES.examples()) == len(EXAMPLES)
    assert set(EXAMPLES) < set(BLOCKS)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_line_on_the_page_of_commands_can_be_read(block: str) -> None:
    assert read_command(block.encode()).id


def test_the_examples_show_every_member_that_only_one_command_has() -> None:
    """A member that no example shows is one that nobody will spell right."""
    shown = {name for line in EXAMPLES for name in msgspec.json.decode(line)}
    common = set(decision.Command.__struct_encode_fields__)
    rare = {name for kind in PAGES.COMMANDS for name in kind.__struct_encode_fields__} - common
    assert len(rare & shown) > len(rare) * 2 // 3


def test_the_page_explains_every_member_that_all_commands_have() -> None:
    upper = (DOCS / "commands.md").read_text("utf-8").partition(PAGES.MARK)[0]
    table = upper[upper.index("## Members of every command") : upper.index("## Ids")]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {"do", *decision.Command.__struct_encode_fields__}


@pytest.mark.parametrize("page", WRITTEN, ids=str)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#[^)]*)?\)", (ROOT / page).read_text("utf-8")):
        assert not target or (ROOT / page.parent / target).exists(), f"{page} links to {target}"


@pytest.mark.parametrize("page", WRITTEN, ids=str)
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    for target, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)]*)\)", (ROOT / page).read_text("utf-8")):
        text = (ROOT / page.parent / target if target else ROOT / page).read_text("utf-8")
        anchors = {PAGES.anchor(found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        assert heading in anchors, f"{page} links to {target}#{heading}"
