"""Put a case before the rules: what each says, in one document that anybody with the same view can make again.

- Rules stand in the order of their codes, findings in the order that the rule gives them.
- The findings document is canonical JSON; its SHA-256 is what `case.assessed/1` cites.
- A document that speaks of what is not public carries a random salt, so that its digest cannot be guessed.
- A pre-flight is the same with drafts at the end of the case; nothing is recorded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

import msgspec

from fairplace import __version__, catalogue, working_days
from fairplace.counted import counted
from fairplace.decision import Actor
from fairplace.errors import Misconfigured
from fairplace.event import Fact
from fairplace.ledger import canonical
from fairplace.ledger.disclosure import sealed
from fairplace.openness.events import Assessed
from fairplace.policy import GRAVITY, Case, Finding, Outcome, Rule, gravest
from fairplace.reading import Reader, View
from fairplace.recorded import Recorded
from fairplace.shelf import Shelved
from fairplace.sources import SYSTEM
from fairplace.terms import ACT, CaseId, Instant, LeafHash, instant

OUTCOMES: tuple[Outcome, ...] = GRAVITY
"""All outcomes, from the gravest."""

DRAFT_LEAF = "draft"

SALT_BYTES = 32


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with the file that asks it."""

    rule: Rule
    file: str
    sha256: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says of a case; `outcome` is the gravest of its findings."""

    rule: Rule
    file_sha256: str
    outcome: Outcome
    findings: tuple[Finding, ...]


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What all rules say of a case, and what judged it. `document` are the bytes of the findings document."""

    case: CaseId
    view: View
    as_of: Instant
    verdicts: tuple[Verdict, ...]
    policies: dict[str, str]
    document: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.document).hexdigest()

    @property
    def outcomes(self) -> dict[str, Outcome]:
        return {verdict.rule.code: verdict.outcome for verdict in self.verdicts}


class ToFix(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft would make worse. `blocks`: the act is refused at the desk while it is so."""

    rule: Rule
    finding: Finding
    blocks: bool

    @property
    def text(self) -> str:
        return f"{self.rule.code} {self.rule.name}: {self.finding.text}"


def rules_of(module: ModuleType) -> list[Rule]:
    """The rules of a policy file, in the order in which it defines them."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def rules(shelved: Iterable[Shelved], only: str | None = None) -> tuple[Asked, ...]:
    """Every rule on the shelf in the order of the codes, or the one with the code `only`."""
    found = sorted(
        (Asked(rule=rule, file=file.name, sha256=file.sha256) for file in shelved for rule in rules_of(file.module)),
        key=lambda one: one.rule.code,
    )
    for one, other in pairwise(found):
        if one.rule.code == other.rule.code:
            raise Misconfigured(f"{one.file} and {other.file} both have a rule {one.rule.code}; rename one of them")
    return tuple(one for one in found if only is None or one.rule.code == only)


def judge(
    reader: Reader,
    case: CaseId,
    asked: Sequence[Asked],
    *,
    view: View = "authority",
    upto: int | None = None,
    as_of: Instant | None = None,
) -> Assessment | None:
    """Assess a case of a log as it stood at the size `upto`, as of a moment (now); None if there is no such case."""
    events = reader.case(case, view, upto)
    if not events:
        return None
    market, others = (reader.market(), reader.others()) if view == "authority" else (None, None)
    now = as_of or instant(SYSTEM.clock())
    return assess(Case(id=case, as_of=now, view=view, events=events, market=market, others=others), asked)


def assess(case: Case, asked: Sequence[Asked], *, salt: bytes | None = None) -> Assessment:
    """Put every rule to the case. `salt` goes into the document: whoever does not hold it cannot guess its digest."""
    verdicts = tuple(_verdict(case, one) for one in asked)
    policies = {one.file: one.sha256 for one in asked}
    return Assessment(
        case=case.id,
        view=case.view,
        as_of=case.as_of,
        verdicts=verdicts,
        policies=policies,
        document=_document(case, verdicts, policies, salt),
    )


def assessed_event(
    assessment: Assessment, *, seen: LeafHash, occasion: Any, upto: int, happened_at: Instant
) -> Assessed:
    """The event that puts an assessment into the log; the assessor's key signs it."""
    return Assessed(
        happened_at=happened_at,
        evidence=ACT,
        exhibit=sealed("personal", None),
        case=assessment.case,
        seen=seen,
        view=assessment.view,
        occasion=occasion,
        upto=upto,
        outcomes=dict(assessment.outcomes),
        findings=assessment.sha256,
        policies=dict(assessment.policies),
        engine=__version__,
        holidays=working_days.holiday_list_sha256(),
    )


def drafted(case: Case, event: Fact, *, by: Actor, stream: str | None = None) -> Recorded:
    """An event as it would stand at the end of the case; its index is the one after the newest that is known."""
    known = (case.market, case.others)
    index = max((case.events[-1].index + 1 if case.events else 0, *(one.upto for one in known if one is not None)))
    return Recorded(
        index=index,
        leaf=DRAFT_LEAF,
        at=case.as_of,
        actor=by.key,
        signers=(by.key,),
        roles=by.roles,
        type=catalogue.NAMES[type(event)],
        stream=stream or case.id,
        n=sum(recorded.stream == (stream or case.id) for recorded in case.events) + 1,
        case=case.id,
        event=event,
    )


def preflight(case: Case, draft: Recorded | Sequence[Recorded], asked: Sequence[Asked]) -> tuple[ToFix, ...]:
    """What the draft would make worse, what blocks first: a graver outcome, or a finding not there before."""
    drafts = (draft,) if isinstance(draft, Recorded) else tuple(draft)
    with_draft = msgspec.structs.replace(case, events=(*case.events, *drafts))
    before = {verdict.rule.code: verdict for verdict in assess(case, asked).verdicts}
    found = [
        ToFix(rule=verdict.rule, finding=finding, blocks=verdict.rule.blocks and finding.outcome == "not-met")
        for verdict in assess(with_draft, asked).verdicts
        for finding in _worse(before[verdict.rule.code].findings, verdict.findings)
    ]
    return tuple(sorted(found, key=lambda one: (not one.blocks, GRAVITY.index(one.finding.outcome))))


def told(fixes: Sequence[ToFix]) -> str:
    """A pre-flight in a sentence."""
    if not fixes:
        return "nothing gets worse by this step"
    must = [fix for fix in fixes if fix.blocks]
    rest = [fix for fix in fixes if not fix.blocks]
    return "; ".join(
        f"{what} {_things(some)}{after}: " + "; ".join(fix.text for fix in some)
        for what, some, after in (
            ("fix", must, " first"),
            ("look at", rest, " too" if must else ", though nothing blocks this step"),
        )
        if some
    )


def _things(fixes: Sequence[ToFix]) -> str:
    return "one thing" if len(fixes) == 1 else counted(len(fixes), "thing")


def lines(assessment: Assessment) -> Iterator[dict[str, Any]]:
    """One object per finding, as `fairplace check --json` prints them."""
    for verdict in assessment.verdicts:
        for finding in verdict.findings:
            yield {
                "case": assessment.case,
                "rule": verdict.rule.code,
                "outcome": finding.outcome,
                "process_unequal": finding.process_unequal,
                "outcome_likely_changed": finding.outcome_likely_changed,
                "evidence": list(finding.evidence),
                "text": finding.text,
                "file_sha256": verdict.file_sha256,
            }


def _verdict(case: Case, one: Asked) -> Verdict:
    findings = tuple(one.rule.findings(case))
    outcome = gravest(finding.outcome for finding in findings)
    return Verdict(rule=one.rule, file_sha256=one.sha256, outcome=outcome, findings=findings)


def _document(case: Case, verdicts: Iterable[Verdict], policies: dict[str, str], salt: bytes | None) -> bytes:
    """The canonical bytes of the whole, put together from its parts: a long case may outgrow the limit of one value."""
    head = {
        "as_of": case.as_of,
        "case": case.id,
        "engine": __version__,
        "holidays": working_days.holiday_list_sha256(),
        "policies": policies,
    }
    salted = {} if salt is None else {"salt": base64.b64encode(salt).decode("ascii")}
    return _joined(head, "rules", (_said(verdict) for verdict in verdicts), {**salted, "view": case.view})


def _said(verdict: Verdict) -> bytes:
    findings = (canonical.encode(msgspec.to_builtins(finding)) for finding in verdict.findings)
    after = {
        "name": verdict.rule.name,
        "outcome": verdict.outcome,
        "question": verdict.rule.question,
        "severity": verdict.rule.severity,
        "source": verdict.rule.source,
    }
    return _joined({"code": verdict.rule.code}, "findings", findings, after)


def _joined(before: dict[str, Any], name: str, items: Iterable[bytes], after: dict[str, Any]) -> bytes:
    """An object whose member `name` is a list, between members whose names sort before and after it."""
    key = canonical.encode(name)
    return b"".join(
        (canonical.encode(before)[:-1], b",", key, b":[", b",".join(items), b"],", canonical.encode(after)[1:])
    )


def _worse(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[Finding]:
    """Findings to fix that were not there: the same words about more entries count as new."""
    known = {(finding.outcome, finding.text, finding.evidence) for finding in before}
    for finding in after:
        if finding.outcome in ("not-met", "concern") and (finding.outcome, finding.text, finding.evidence) not in known:
            yield finding
