"""Who may import whom. A new arrow is a decision, so it is made here, in the open.

- A module belongs to the longest row that names it, and may import its own room, what its row lists, and nothing else of ours.
- The engine never names a shelf; the files of a shelf never name each other.
- What decides, judges or folds is pure: no clock, no chance, no files, no network.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHELVES = ("policies", "projections")

WORDS = ("fairplace.counted", "fairplace.errors", "fairplace.identifiers", "fairplace.terms")
FACTS = (
    "fairplace.*.events",
    "fairplace.*.values",
    "fairplace.event",
    "fairplace.ledger.disclosure",
    "fairplace.recorded",
    "fairplace.tags",
    *WORDS,
)
SUBJECTS = (
    "fairplace.bidding",
    "fairplace.challenge",
    "fairplace.contest",
    "fairplace.market",
    "fairplace.openness",
    "fairplace.people",
    "fairplace.placement",
    "fairplace.procurement",
    "fairplace.provider",
    "fairplace.referral",
    "fairplace.urgent",
)
DECISIONS = ("fairplace.*.commands", "fairplace.decision", "fairplace.market.known", "fairplace.working_days", *FACTS)
DECIDING = ("fairplace.home_words", "fairplace.lodging", "fairplace.people.roles", "fairplace.procedure", *DECISIONS)
RECORD = ("fairplace.catalogue", "fairplace.ledger", "fairplace.reading", "fairplace.sources", *DECISIONS)
REGISTER = ("fairplace.desk", "fairplace.documents", "fairplace.on_disk", "fairplace.settings", *RECORD)
JUDGING = ("fairplace.assess", "fairplace.policy", "fairplace.shelf")
TELLING = ("fairplace.projection", "fairplace.replay", "fairplace.rows", "fairplace.shelf", "fairplace.trail")

# A `*` stands for one name. Read a row as: this room may import these.
TABLE: dict[str, tuple[str, ...]] = {
    # the words
    "fairplace.counted": (),
    "fairplace.home_words": (),
    "fairplace.errors": (),
    "fairplace.identifiers": ("fairplace.errors", "fairplace.terms"),
    "fairplace.terms": ("fairplace.errors",),
    "fairplace.sources": (),
    "fairplace.begun": ("fairplace.errors",),
    "fairplace.settings": WORDS,
    "fairplace.working_days": (*WORDS, "fairplace.ledger.canonical"),
    # the log: it knows bytes, not procurement
    "fairplace.ledger": (*WORDS, "fairplace.sources"),
    "fairplace.witness": (*WORDS, "fairplace.begun", "fairplace.ledger", "fairplace.settings"),
    "fairplace.monitor": (*WORDS, "fairplace.ledger", "fairplace.witness"),
    # it holds the log's keys, and knows nothing else
    "fairplace.signer": (*WORDS, "fairplace.begun", "fairplace.ledger"),
    "fairplace.seen": (*WORDS, "fairplace.ledger", "fairplace.witness"),
    "fairplace.copies": (*WORDS, "fairplace.ledger", "fairplace.settings", "fairplace.witness"),
    "fairplace.documents": WORDS,
    "fairplace.demo": WORDS,
    "fairplace.keyring": (*WORDS, "fairplace.begun", "fairplace.ledger.note"),
    "fairplace.lodging": (*WORDS, "fairplace.ledger"),
    # who signs in, and what is on its way to a signature: private, and no evidence
    "fairplace.private_file": WORDS,
    "fairplace.accounts": (*WORDS, "fairplace.private_file", "fairplace.settings", "fairplace.sources"),
    "fairplace.drafting": (*RECORD, "fairplace.deciders", "fairplace.prepared", "fairplace.private_file"),
    "fairplace.sealing": (*WORDS, "fairplace.ledger.canonical", "fairplace.private_file", "fairplace.sources"),
    "fairplace.post": (*WORDS, "fairplace.private_file", "fairplace.settings", "fairplace.sources"),
    "fairplace.filing": (
        *DECISIONS,
        "fairplace.documents",
        "fairplace.guarding.marks",  # letters that only look different
        "fairplace.markup",
        "fairplace.private_file",
        "fairplace.sources",
    ),
    "fairplace.workroom": (
        *REGISTER,
        "fairplace.accounts",
        "fairplace.drafting",
        "fairplace.erasures",  # what was erased is kept here no longer either
        "fairplace.filing",
        "fairplace.post",
        "fairplace.private_file",
        "fairplace.sealing",
    ),
    "fairplace.workbook": WORDS,
    # what may be said about placements, and the proof that no child is found in it: it knows numbers, not events
    "fairplace.disclosure_control": (*WORDS, "fairplace.spreadsheet"),
    # how things are written for people
    "fairplace.formats": WORDS,
    "fairplace.spreadsheet": (),
    "fairplace.markup": (),  # reads what others wrote
    "fairplace.templating": ("fairplace.formats", "fairplace.home_words"),
    # what happened, and what is asked for
    "fairplace.event": (*WORDS, "fairplace.ledger.disclosure"),
    "fairplace.tags": ("fairplace.event", "fairplace.ledger.disclosure"),
    "fairplace.*.events": (*WORDS, "fairplace.event", "fairplace.ledger.disclosure", "fairplace.tags"),
    "fairplace.*.values": ("fairplace.*.events", *WORDS),
    "fairplace.placement.events": (
        "fairplace.*.events",
        "fairplace.*.values",
        *WORDS,
        "fairplace.event",
        "fairplace.tags",
    ),
    "fairplace.referral.events": (
        "fairplace.*.events",
        "fairplace.*.values",
        *WORDS,
        "fairplace.event",
        "fairplace.tags",
    ),
    "fairplace.catalogue": FACTS,
    "fairplace.recorded": (*WORDS, "fairplace.event"),
    "fairplace.market.known": FACTS,
    "fairplace.contest.known": FACTS,
    "fairplace.others": FACTS,
    "fairplace.measures": (
        *FACTS,
        "fairplace.market.known",
        "fairplace.searching",
        "fairplace.working_days",
    ),
    "fairplace.counting": (
        *FACTS,
        "fairplace.disclosure_control",
        "fairplace.market.known",
        "fairplace.measures",
        "fairplace.searching",
        "fairplace.working_days",
    ),
    "fairplace.issuing": (
        *REGISTER,
        *JUDGING,
        "fairplace.affairs",
        "fairplace.counting",
        "fairplace.disclosure_control",
        "fairplace.guarding.marks",
        "fairplace.tags",
    ),
    "fairplace.searching": ("fairplace.contest.known", "fairplace.market.known", *FACTS),
    "fairplace.episodes": ("fairplace.market.known", "fairplace.searching", *FACTS),
    "fairplace.young_person": (
        "fairplace.decision",
        "fairplace.formats",
        "fairplace.market.known",
        "fairplace.searching",
        *FACTS,
    ),
    "fairplace.decision": ("fairplace.market.known", *FACTS),
    "fairplace.*.commands": ("fairplace.decision", *FACTS),
    "fairplace.people.roles": ("fairplace.decision", *FACTS),
    "fairplace.people.by_tag": FACTS,
    "fairplace.people.asked": ("fairplace.decision", *FACTS),
    "fairplace.people.sight": (
        "fairplace.decision",
        "fairplace.people.asked",
        "fairplace.people.by_tag",
        "fairplace.people.roles",
        *FACTS,
    ),
    "fairplace.custody": FACTS,
    "fairplace.procedure": DECISIONS,
    # deciding, and the one path in
    "fairplace.procurement": (*DECIDING, "fairplace.ledger.tree"),  # a decision names the root it rests on
    "fairplace.bidding": (*DECIDING, "fairplace.procurement.footing", "fairplace.procurement.state"),
    "fairplace.challenge": DECIDING,
    "fairplace.provider": DECIDING,
    "fairplace.provider.known": FACTS,
    "fairplace.urgent": DECIDING,
    "fairplace.market": (*DECIDING, "fairplace.referral.codes"),
    "fairplace.referral.codes": ("fairplace.referral.lists", *WORDS),
    "fairplace.referral.lists": WORDS,
    "fairplace.referral": (*DECIDING, "fairplace.market", "fairplace.referral.codes"),
    "fairplace.contest": (*DECIDING, "fairplace.contest.known", "fairplace.referral"),
    "fairplace.placement": (*DECIDING, "fairplace.market", "fairplace.referral", "fairplace.referral.codes"),
    "fairplace.people": DECIDING,
    "fairplace.openness": (
        *DECIDING,
        "fairplace.procurement.scoring",  # points that would tell a price are not released
        "fairplace.procurement.standstill",  # no award is public before its summaries
        "fairplace.procurement.state",
    ),
    "fairplace.deciders": (*DECIDING, *SUBJECTS, "fairplace.guarding.never"),
    "fairplace.following": (*FACTS, "fairplace.catalogue", "fairplace.ledger"),
    "fairplace.reading": (
        "fairplace.following",
        "fairplace.market.known",
        "fairplace.others",
        "fairplace.provider.known",
        *FACTS,
        "fairplace.catalogue",
        "fairplace.ledger",
    ),
    "fairplace.reading_files": (
        "fairplace.following",
        "fairplace.market.known",
        "fairplace.others",
        "fairplace.reading",
        *FACTS,
        "fairplace.ledger",
    ),
    "fairplace.details": (
        "fairplace.people.sight",
        "fairplace.procurement.state",
        "fairplace.provider",
        "fairplace.reading",
        *DECISIONS,
    ),
    "fairplace.prepared": (*RECORD, "fairplace.people.roles"),
    "fairplace.holders": RECORD,
    "fairplace.keeping": (
        *REGISTER,
        "fairplace.begun",
        "fairplace.enrolling",
        "fairplace.holders",
        "fairplace.people.roles",
        "fairplace.prepared",
        "fairplace.signer",
    ),
    "fairplace.holder_notices": (
        *REGISTER,
        "fairplace.accounts",
        "fairplace.post",
        "fairplace.shelf",
        "fairplace.templating",
        "fairplace.workroom",
    ),
    "fairplace.news": REGISTER,
    "fairplace.answer_notices": (
        *REGISTER,
        "fairplace.accounts",
        "fairplace.news",
        "fairplace.openness.events",
        "fairplace.post",
        "fairplace.procurement.state",  # until when bids can be made
        "fairplace.shelf",
        "fairplace.templating",
        "fairplace.workroom",
    ),
    "fairplace.challenge_notices": (
        *REGISTER,
        "fairplace.news",
        "fairplace.post",
        "fairplace.shelf",
        "fairplace.templating",
        "fairplace.workroom",
    ),
    "fairplace.provider_notices": (
        *REGISTER,
        "fairplace.accounts",
        "fairplace.post",
        "fairplace.searching",
        "fairplace.shelf",
        "fairplace.templating",
        "fairplace.workroom",
    ),
    "fairplace.log_keys": (*REGISTER, "fairplace.signer"),
    "fairplace.enrolling": (*RECORD, "fairplace.holders", "fairplace.people.roles"),
    "fairplace.signed_inside": (*RECORD, "fairplace.lodging", "fairplace.prepared"),
    "fairplace.desk": (
        *RECORD,
        "fairplace.deciders",
        "fairplace.holders",
        "fairplace.people.roles",
        "fairplace.prepared",
        "fairplace.signed_inside",
    ),
    "fairplace.subjects": (),
    "fairplace.erasures": (*RECORD, "fairplace.documents"),
    "fairplace.chosen": (*REGISTER, "fairplace.people.sight", "fairplace.subjects"),
    "fairplace.affairs": (*REGISTER, "fairplace.custody", "fairplace.people.roles"),
    "fairplace.holding": (*REGISTER, "fairplace.affairs", "fairplace.chosen", "fairplace.custody"),
    "fairplace.erasing": (
        *REGISTER,
        "fairplace.affairs",
        "fairplace.chosen",
        "fairplace.contest.known",  # who is still owed an answer
        "fairplace.custody",
        "fairplace.erasures",
        "fairplace.holding",
        "fairplace.people.sight",
        "fairplace.procurement.state",
    ),
    "fairplace.backups": (*REGISTER, "fairplace.erasures"),
    "fairplace.on_disk": (
        *REGISTER,
        *TELLING,
        "fairplace.begun",
        "fairplace.enrolling",
        "fairplace.holders",
        "fairplace.keyring",
        "fairplace.looking_through",  # what goes to those who are asked for a home
        "fairplace.people.roles",
        "fairplace.prepared",
        "fairplace.seen",
        "fairplace.signer",
        "fairplace.erasures",
        "fairplace.subjects",
        "fairplace.witness",
    ),
    "fairplace.founding": (*REGISTER, "fairplace.begun", "fairplace.enrolling", "fairplace.signer"),
    "fairplace.jsonl": (*DECISIONS, "fairplace.deciders"),
    "fairplace.receipts": (*REGISTER, "fairplace.witness"),
    "fairplace.vault": (*REGISTER, "fairplace.custody", "fairplace.people.sight"),
    "fairplace.stamping": REGISTER,
    "fairplace.recovering": (*REGISTER, "fairplace.copies", "fairplace.prepared", "fairplace.seen", "fairplace.signer"),
    "fairplace.covering": (*REGISTER, "fairplace.prepared", "fairplace.procurement.deposits"),
    "fairplace.recording": (*REGISTER, *SUBJECTS, "fairplace.covering", "fairplace.lodging", "fairplace.prepared"),
    "fairplace.clerk": (
        *REGISTER,
        *SUBJECTS,
        *JUDGING,
        "fairplace.assessing",
        "fairplace.drafting",
        "fairplace.erasing",
        "fairplace.holding",
        "fairplace.keeping",
        "fairplace.prepared",
        "fairplace.recording",
    ),
    # judging and telling
    "fairplace.shelf": (*WORDS, "fairplace.settings"),
    "fairplace.points": FACTS,
    "fairplace.bids": (*FACTS, "fairplace.points"),
    "fairplace.policy": (
        *FACTS,
        "fairplace.bids",
        "fairplace.market.known",
        "fairplace.others",
        "fairplace.points",
        "fairplace.searching",
    ),
    "fairplace.public_contract": (*FACTS, "fairplace.policy"),
    "fairplace.trail": FACTS,
    "fairplace.checks": FACTS,
    "fairplace.projection": (*FACTS, "fairplace.checks", "fairplace.trail"),
    "fairplace.assessing": (*REGISTER, *JUDGING, "fairplace.openness.release"),
    "fairplace.assess": (*REGISTER, "fairplace.policy", "fairplace.shelf"),
    "fairplace.folding": (*FACTS, "fairplace.projection", "fairplace.rows"),
    "fairplace.rows": (*RECORD, "fairplace.projection", "fairplace.trail"),
    "fairplace.replay": (
        *REGISTER,
        "fairplace.folding",
        "fairplace.projection",
        "fairplace.rows",
        "fairplace.shelf",
        "fairplace.trail",
    ),
    "fairplace.previewing": (*REGISTER, *JUDGING, *TELLING, "fairplace.prepared"),
    # the rooms above: they use the engine, and nothing of it uses them
    "fairplace.ocds": (
        *REGISTER,
        "fairplace.formats",
        "fairplace.openness.release",
        "fairplace.procurement.buying",
        "fairplace.procurement.invitation",
    ),
    "fairplace.awards": (
        *REGISTER,
        "fairplace.formats",
        "fairplace.guarding.marks",  # what may tell of a child
        "fairplace.ocds",  # a row becomes a release, and goes the way of all releases
        "fairplace.spreadsheet",
        "fairplace.workbook",
    ),
    "fairplace.publish": (
        *REGISTER,
        *JUDGING,
        *TELLING,
        "fairplace.formats",
        "fairplace.home_words",
        "fairplace.openness.release",  # what is in effect, and what may be known yet
        "fairplace.people.asked",  # what in a search is one provider's own
        "fairplace.people.roles",
        "fairplace.referral.codes",  # what a code of the yearly return stands for
        "fairplace.templating",
        "fairplace.vault",
    ),
    "fairplace.bench": ("fairplace", "fairplace_verify"),
    "fairplace.synthesis": ("fairplace",),
    "fairplace.seeking": (
        *FACTS,
        "fairplace.contest.known",
        "fairplace.formats",
        "fairplace.home_words",
        "fairplace.market.known",
        "fairplace.searching",
        "fairplace.working_days",
    ),
    "fairplace.duties": (
        *DECISIONS,
        "fairplace.catalogue",
        "fairplace.checks",
        "fairplace.formats",
        "fairplace.openness.release",  # what waits to be public
        "fairplace.people.roles",
        "fairplace.policy",
        "fairplace.procurement.permitted",  # which change of a contract has its notice
        "fairplace.procurement.standstill",
        "fairplace.procurement.state",
        "fairplace.reading",
    ),
    "fairplace.guarding": (*WORDS, "fairplace.forms.fields", "fairplace.guarding.marks", "fairplace.openness.release"),
    "fairplace.guarding.marks": WORDS,
    "fairplace.guarding.papers": (
        "fairplace.filing.passages",
        "fairplace.guarding.marks",
        "fairplace.guarding.never",
        *WORDS,
    ),
    "fairplace.looking_through": (
        *DECISIONS,
        "fairplace.documents",
        "fairplace.filing.kinds",
        "fairplace.filing.passages",
        "fairplace.filing.words",
        "fairplace.guarding.papers",
        "fairplace.referral.state",
    ),
    "fairplace.guarding.never": ("fairplace.decision", "fairplace.guarding.marks", *WORDS),
    "fairplace.forms": (
        *DECISIONS,
        "fairplace.contest.known",
        "fairplace.formats",
        "fairplace.home_words",
        "fairplace.procurement.state",
        "fairplace.procurement.veil",  # bids under letters
        "fairplace.referral.codes",
        "fairplace.searching",
        "fairplace.seeking",
    ),
    "fairplace.giving": (
        *DECISIONS,
        "fairplace.formats",
        "fairplace.home_words",
        "fairplace.procurement.permitted",  # which change of a contract has its notice
        "fairplace.procurement.standstill",  # until when a contract may not be signed
        "fairplace.procurement.state",
        "fairplace.provider.known",
        "fairplace.referral.codes",
        "fairplace.searching",
        "fairplace.seeking",
    ),
    "fairplace.http": (
        *REGISTER,
        *JUDGING,
        *TELLING,
        "fairplace.accounts",
        "fairplace.awards",
        "fairplace.challenge.events",
        "fairplace.urgent.events",
        "fairplace.clerk",
        "fairplace.contest.known",
        "fairplace.counting.plans",
        "fairplace.deciders",
        "fairplace.demo",
        "fairplace.disclosure_control",
        "fairplace.answer_notices",  # which messages went to everybody alike
        "fairplace.holder_notices",
        "fairplace.provider_notices",
        "fairplace.issuing",  # the releases of numbers
        "fairplace.markup",
        "fairplace.drafting",
        "fairplace.duties",
        "fairplace.erasures",  # which documents the record names
        "fairplace.filing",
        "fairplace.forms",
        "fairplace.giving",
        "fairplace.ocds",
        "fairplace.openness.release",  # what is public now
        "fairplace.previewing",
        "fairplace.holding",  # what a hold keeps
        "fairplace.looking_through",
        "fairplace.guarding",
        "fairplace.people.roles",
        "fairplace.people.events",
        "fairplace.people.asked",
        "fairplace.details",
        "fairplace.people.sight",  # what each may see, slot by slot
        "fairplace.post",
        "fairplace.prepared",
        "fairplace.provider.known",
        "fairplace.receipts",
        "fairplace.sealing",
        "fairplace.referral.choosing",  # in which capacity which role may approve
        "fairplace.referral.codes",
        "fairplace.searching",
        "fairplace.seeking",
        "fairplace.formats",
        "fairplace.home_words",
        "fairplace.procurement.standstill",
        "fairplace.procurement.veil",  # bids under letters
        "fairplace.procurement.state",
        "fairplace.vault",
        "fairplace.lodging",
        "fairplace.points",
        "fairplace.publish",  # the public edition of a case is one of its downloads
        "fairplace.templating",
        "fairplace.witness",
        "fairplace.workbook",
        "fairplace.workroom",
        "fairplace.young_person",  # the decision in words of their own
        "fairplace_verify",
    ),
    "fairplace.cli": ("fairplace", "fairplace_verify"),
    "fairplace.__main__": ("fairplace.cli",),
    # the checker: a second opinion shares no code with the first
    "fairplace_verify": (),
    # the shelves
    "policies": (
        "fairplace.home_words",
        "fairplace.policy",
        "fairplace.public_contract",
        "fairplace.working_days",
        *FACTS,
    ),
    "projections": ("fairplace.projection", "fairplace.working_days", *FACTS),
}

# Imported by nobody but these, whatever a row says.
RESERVED = {
    "fairplace.bench": ("fairplace.cli",),
    "fairplace.cli": ("fairplace.__main__",),
    "fairplace.http": ("fairplace.cli",),
    "fairplace.synthesis": ("fairplace.bench", "fairplace.cli"),
}

# Who may use which installed package. What is not listed may not be imported at all.
PACKAGES: dict[str, tuple[str, ...]] = {
    "aiosmtplib": ("fairplace.post",),
    "anyio": ("fairplace.http",),
    "authlib": ("fairplace.accounts",),
    "click": ("fairplace.cli",),
    "cryptography": (
        "fairplace.bench",
        "fairplace.drafting",
        "fairplace.keyring",
        "fairplace.ledger",
        "fairplace.sealing",
        "fairplace.synthesis.sealed_bids",
        "fairplace_verify",
    ),
    "docx": ("fairplace.giving.word",),
    "eventsourcing": ("fairplace.ledger.store",),
    "holidays": ("fairplace.working_days",),
    "httpx": ("fairplace.accounts",),
    "jinja2": ("fairplace.publish", "fairplace.templating", "fairplace.young_person.editions"),
    "joserfc": ("fairplace.accounts",),
    "litestar": ("fairplace.http",),
    "lxml": ("fairplace.filing.office_files", "fairplace.filing.office_words"),
    "markupsafe": ("fairplace.formats", "fairplace.http", "fairplace.publish", "fairplace.young_person.editions"),
    "msgspec": ("fairplace", "policies", "projections"),
    "openpyxl": ("fairplace.filing.office_words", "fairplace.workbook"),
    "PIL": ("fairplace.filing",),
    "pikepdf": ("fairplace.filing",),
    "rich": ("fairplace.cli",),
    "structlog": ("fairplace.accounts", "fairplace.cli", "fairplace.http"),
    "uvicorn": ("fairplace.cli", "fairplace.http"),
    "webauthn": ("fairplace.accounts",),
    "weasyprint": ("fairplace.publish",),
}

# What a pure file may not import, nor call.
IMPURE = {
    "asyncio", "fcntl", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil",
    "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "uuid1", "uuid4"}
DOORS = {"open", "input", "print", "exec", "eval", "compile", "__import__", "uuid1", "uuid4"}
PURE = (
    *SUBJECTS,
    "fairplace.decision",
    "fairplace.deciders",
    "fairplace.event",
    "fairplace.bids",
    "fairplace.custody",
    "fairplace.disclosure_control",
    "fairplace.measures",
    "fairplace.others",
    "fairplace.searching",
    "fairplace.duties.after_award",
    "fairplace.duties.before_award",
    "fairplace.duties.beside",
    "fairplace.duties.challenged",
    "fairplace.duties.clocks",
    "fairplace.duties.duty",
    "fairplace.duties.of_case",
    "fairplace.duties.to_release",
    "fairplace.giving.contract_parts",
    "fairplace.giving.decision_text",
    "fairplace.giving.known",
    "fairplace.giving.letters",
    "fairplace.giving.notices",
    "fairplace.giving.notice_parts",
    "fairplace.giving.paper",
    "fairplace.giving.search_letters",
    "fairplace.giving.standing",
    "fairplace.giving.whether",
    "fairplace.guarding.marks",
    "fairplace.guarding.never",
    "fairplace.policy",
    "fairplace.procedure",
    "fairplace.projection",
    "fairplace.recorded",
    "fairplace.seeking",
    "fairplace.trail",
    "policies",
    "projections",
)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours by its dotted name; a shelf's file is named after its shelf."""
    found = {}
    for folder, base in (("src", "src"), *((shelf, ".") for shelf in SHELVES)):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / base).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = ast.parse(path.read_text("utf-8"))
    return found


@cache
def imports(module: str) -> tuple[str, ...]:
    """Everything that a module imports anywhere in it, as far as modules go."""
    names = set()
    for node in ast.walk(modules()[module]):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(level=0, module=str(source)):
                names |= {f"{source}.{a.name}" if f"{source}.{a.name}" in modules() else source for a in node.names}
            case ast.ImportFrom():
                raise AssertionError(f"{module}, line {node.lineno}: write imports in full")
            case _:
                pass
    return tuple(sorted(names))


@cache
def within(module: str, pattern: str) -> bool:
    """Does the module lie in the room that the pattern names? `fairplace` alone means all of it."""
    wanted, names = pattern.split("."), module.split(".")
    return len(names) >= len(wanted) and all(part in ("*", name) for part, name in zip(wanted, names, strict=False))


@cache
def row(module: str) -> str | None:
    """The row that speaks for a module: the one that names most of it, literal names before stars."""
    rows = [pattern for pattern in TABLE if within(module, pattern)]
    return max(rows, key=lambda pattern: (pattern.count("."), -pattern.count("*")), default=None)


def ours(names: tuple[str, ...]) -> Iterator[str]:
    return (name for name in names if name.split(".")[0] in {"fairplace", "fairplace_verify", *SHELVES})


def stray_arrows(module: str) -> list[str]:
    """What this module imports of ours without leave."""
    room = row(module)
    if room is None:
        return [f"{module} has no row in the table"]
    allowed = TABLE[room]
    return [
        f"{module} imports {name}"
        for name in ours(imports(module))
        if name != "fairplace" and row(name) != room and not any(within(name, pattern) for pattern in allowed)
    ]


def test_every_arrow_stands_in_the_table() -> None:
    assert [arrow for module in modules() if module != "fairplace" for arrow in stray_arrows(module)] == []


def test_every_package_is_used_where_it_belongs() -> None:
    stray = []
    for module in modules():
        for name in imports(module):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top in {"fairplace", "fairplace_verify", "__future__", *SHELVES}:
                continue
            if not any(within(module, room) for room in PACKAGES.get(top, ())):
                stray.append(f"{module} imports {name}")
    assert stray == []


def test_reserved_rooms_are_entered_through_one_door() -> None:
    stray = [
        f"{module} imports {name}"
        for module in modules()
        for name in ours(imports(module))
        for room, doors in RESERVED.items()
        if within(name, room) and not any(within(module, door) for door in (room, *doors))
    ]
    assert stray == []


def test_no_module_waits_for_itself() -> None:
    graph = {module: set(ours(imports(module))) & modules().keys() - {module} for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' imports '.join(reversed(error.args[1]))}")


def test_the_engine_never_names_a_shelf() -> None:
    files = {f"{shelf}/{path.name}" for shelf in SHELVES for path in (ROOT / shelf).glob("*.py")}
    stems = {Path(file).stem for file in files}
    named = []
    for module, tree in modules().items():
        if module.split(".")[0] in SHELVES:
            continue
        named += [f"{module} imports {name}" for name in imports(module) if name.split(".")[0] in {*SHELVES, *stems}]
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named += [f"{module}, line {node.lineno}: {file}" for file in files if file in node.value]
    assert named == []


def test_the_files_of_a_shelf_stand_alone() -> None:
    stems = {module.split(".", 1)[1] for module in modules() if module.split(".")[0] in SHELVES}
    leaning = [
        f"{module} imports {name}"
        for module in modules()
        if module.split(".")[0] in SHELVES
        for name in imports(module)
        if name.split(".")[0] in {*SHELVES, *stems}
    ]
    assert leaning == []


@pytest.mark.parametrize("room", PURE)
def test_what_decides_judges_or_folds_is_pure(room: str) -> None:
    stains = []
    for module, tree in modules().items():
        if not within(module, room):
            continue
        stains += [f"{module} imports {name}" for name in imports(module) if name.split(".")[0] in IMPURE]
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in DOORS:
                    stains.append(f"{module}, line {node.lineno}: {name}()")
                case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                    stains.append(f"{module}, line {node.lineno}: .{name}()")
                case _:
                    pass
    assert stains == []


def test_the_table_would_notice_a_stray_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = {
        **modules(),
        "fairplace.ledger.planted": ast.parse("from fairplace.procurement import events"),
        "policies.planted": ast.parse("from datetime import datetime\nNOW = datetime.now()"),
        "fairplace.documents": ast.parse("import fairplace.http"),
    }
    monkeypatch.setattr(sys.modules[__name__], "modules", lambda: planted)
    imports.cache_clear()
    try:
        assert stray_arrows("fairplace.ledger.planted") == [
            "fairplace.ledger.planted imports fairplace.procurement.events"
        ]
        assert stray_arrows("fairplace.unknown") == ["fairplace.unknown has no row in the table"]
        assert stray_arrows("fairplace.documents") == ["fairplace.documents imports fairplace.http"]
        with pytest.raises(AssertionError, match=r"policies\.planted, line 2: \.now\(\)"):
            test_what_decides_judges_or_folds_is_pure("policies")
        with pytest.raises(AssertionError, match=r"fairplace\.documents imports fairplace\.http"):
            test_reserved_rooms_are_entered_through_one_door()
    finally:
        imports.cache_clear()
