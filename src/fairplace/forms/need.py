"""What a child needs: the forms of the social worker, who knows the child, before anybody is asked.

- No name, no date of birth, no number of another system is asked for; the pseudonym is drawn by the register.
- How complete the referral is follows from what is ticked as at hand, of what applies.
"""

from __future__ import annotations

from fairplace import home_words
from fairplace.forms import growing
from fairplace.forms.fields import Field, Sent
from fairplace.forms.lists import coded, market_of, search_of, worded
from fairplace.forms.task import NOW, File, Members, Stage, Task, done, options, waits
from fairplace.referral.commands import AssessNeed, RecordVoice
from fairplace.seeking.completeness import GROUPS, Completeness, completeness

_BANDS = ((5, "0-4"), (10, "5-9"), (16, "10-15"), (18, "16-17"))
_EVIDENCE = options(
    ("assessment", "An assessment"), ("school", "School"), ("health", "Health"), ("carer", "A carer"),
    ("child", "The child"), ("court", "A court"), ("observation", "What I saw"),
)  # fmt: skip
_KINDS = options(
    ("school", "School"), ("sibling", "A brother or sister"), ("family", "Family"), ("faith", "Faith"),
    ("peers", "Friends"), ("health", "Health care"), ("culture", "Culture"), ("activity", "A club or activity"),
)  # fmt: skip


def _stage(file: File) -> Stage:
    search = search_of(file)
    if not search.needs:
        return NOW
    if search.choice is not None:
        return done(f"version {search.needs[-1][1].version} was decided on")
    return done(f"version {search.needs[-1][1].version}; another replaces it")


def _fields(file: File) -> list[Field]:
    market = market_of(file)
    authorities = [(one.authority, one.name) for one in market.authorities(market.upto)]
    return [
        *([Field(name="profile.authority", label="Which authority looks after the child", kind="choice", group="The home", options=options(*authorities))]
          if len(authorities) != 1 else []),
        Field(name="profile.family", label="What kind of home", kind="choice", group="The home", options=worded(home_words.FAMILY)),
        Field(name="profile.level", label="How much the child needs", kind="choice", group="The home", options=options(
            ("1", "1: mainstream"), ("2", "2: additional"), ("3", "3: high"), ("4", "4: exceptional"))),
        Field(name="profile.category", label="Is it a generalist’s or a specialist’s to give?", kind="choice", group="The home",
              hint="Decided by you, before the search", options=options(("generalist", "A generalist’s"), ("specialist", "A specialist’s"))),
        Field(name="clinical.formulation", label="The reference of the clinical formulation", kind="line", optional=True, group="The home",
              hint="Only for a specialist’s: a reference, never its words"),
        Field(name="clinical.lead", label="Who leads it", kind="choice", optional=True, group="The home", options=options(
            ("psychologist", "Psychologist"), ("psychiatrist", "Psychiatrist"), ("camhs", "CAMHS"),
            ("occupational_therapist", "Occupational therapist"), ("speech_therapist", "Speech therapist"))),
        Field(name="years", label="Age in years", kind="number", group="The child", hint="Never a date of birth"),
        Field(name="months", label="And months", kind="number", optional=True, group="The child"),
        Field(name="child.sex", label="Sex", kind="choice", group="The child", options=options(("female", "Female"), ("male", "Male"), ("other", "Other"))),
        Field(name="child.school_year", label="School year", kind="number", optional=True, group="The child", hint="0 for reception; 10 and 11 are the exam years"),
        Field(name="child.legal_status", label="Legal status", kind="choice", group="The child", options=coded("legal_status", file, with_code=True)),
        Field(name="child.need_code", label="Category of need", kind="choice", group="The child", options=coded("need", file, with_code=True)),
        Field(name="also", label="Which of these are so?", kind="several", optional=True, group="The child", options=options(
            ("unaccompanied", "An unaccompanied asylum-seeking child"), ("disabled", "Disabled"), ("deprived_of_liberty", "Deprived of liberty by a court"))),
        Field(name="child.sdq_band", label="Strengths and difficulties score", kind="choice", optional=True, group="The child", options=options(
            ("normal", "Normal"), ("borderline", "Borderline"), ("concern", "Cause for concern"))),
        *[field for row in growing.rows(file, "n", least=4, spare=1) for field in _line(row)],
        Field(name="connections", label="What must not be lost", kind="several", optional=True, group="Connections", options=_KINDS),
        Field(name="assessment.assessor_class", label="I am", kind="choice", group="The assessment", options=options(
            ("social_worker", "A social worker"), ("specialist_social_worker", "A specialist social worker"), ("psychologist", "A psychologist"),
            ("camhs", "CAMHS"), ("ot", "An occupational therapist"), ("generic", "Somebody else"))),
        Field(name="assessment.instrument", label="By what instrument", kind="line", optional=True, group="The assessment"),
        *[Field(name=f"facts-{group.code}", label=group.label, kind="several", optional=True, group="Which facts are at hand for the referral?",
                options=options(*group.facts.items())) for group in GROUPS],
        Field(name="facts-none", label="What does not apply to this child at all?", kind="several", optional=True, group="Which facts are at hand for the referral?",
              hint="Counted neither as given nor as missing",
              options=options(*((f"{group.code}.{code}", f"{group.label}: {label}") for group in GROUPS if group.code in ("family", "education", "health", "risk")
                                for code, label in group.facts.items()))),
    ]  # fmt: skip


def _line(row: int) -> list[Field]:
    group = f"Need n{row + 1}"
    whole = growing.after_first("n", row)
    return [
        Field(name=f"n{row}-words", label="What is needed", kind="words", row=whole, group=group, page="What is needed",
              hint="Name no child, school or street" if row == 0 else ""),
        Field(name=f"n{row}-evidence", label="What shows it", kind="choice", optional=True, row=whole, group=group, page="What is needed", options=_EVIDENCE),
        Field(name=f"n{row}-on", label="From which day", kind="day", optional=True, row=whole, group=group, page="What is needed"),
    ]  # fmt: skip


def _members(members: Members, file: File) -> Members:
    """The members of the command: the age in months and its band, the lines, and the facts by their codes."""
    age = int(members.pop("years", 0)) * 12 + int(members.pop("months", 0) or 0)
    market = market_of(file)
    profile = {**members.get("profile", {})}
    profile.setdefault("authority", next((one.authority for one in market.authorities(market.upto)), ""))
    profile["level"] = int(profile.get("level", 0))
    profile["age_band"] = next((band for under, band in _BANDS if age < under * 12), "16-17")
    before = search_of(file).needs[-1][1].child.get(None) if search_of(file).needs else None
    also = members.pop("also", [])
    child = {
        "school_year": None,
        "sdq_band": None,
        **members.get("child", {}),
        "age_months": age,
        "pseudonym": before.pseudonym if before else file.drawn,
        **{name: name in also for name in ("unaccompanied", "disabled", "deprived_of_liberty")},
    }
    lines = []
    for row in range(growing.MOST):
        words, shows, on = (members.pop(f"n{row}-{part}", None) for part in ("words", "evidence", "on"))
        if words:
            lines.append({"id": f"n{row + 1}", "words": words, "evidence": shows, "evidenced_on": on})
    connections = [{"id": kind, "kind": kind} for kind in members.pop("connections", [])]
    none = set(members.pop("facts-none", []))
    facts: dict[str, bool | None] = {}
    for group in GROUPS:
        at_hand = set(members.pop(f"facts-{group.code}", []))
        for code in group.facts:
            name = f"{group.code}.{code}"
            facts[name] = True if code in at_hand else None if name in none else False
    assessment = {"instrument": None, **members.get("assessment", {}), "facts": facts}
    return {
        **members,
        "profile": profile,
        "child": child,
        "lines": lines,
        "connections": connections,
        "assessment": assessment,
    }


def drafted(sent: Sent) -> Completeness:
    """How complete the referral would be, as the form is now."""
    none = set(sent.get("facts-none", ()))
    facts: dict[str, bool | None] = {}
    for group in GROUPS:
        at_hand = set(sent.get(f"facts-{group.code}", ()))
        for code in group.facts:
            name = f"{group.code}.{code}"
            facts[name] = True if code in at_hand else None if name in none else False
    return completeness(facts)


def written(file: File) -> dict[str, list[str]]:
    """What the newest version of the need says, as its form has it: nothing is typed twice."""
    search = search_of(file)
    need = search.needs[-1][1] if search.needs else None
    if need is None or not (need.profile.is_open and need.child.is_open and need.lines.is_open):
        return {}
    profile, child, assessment = need.profile.get(), need.child.get(), need.assessment.get(None)
    found = {
        "profile.authority": profile.authority, "profile.family": profile.family, "profile.level": str(profile.level),
        "profile.category": profile.category, "years": str(child.age_months // 12), "months": str(child.age_months % 12),
        "child.sex": child.sex, "child.school_year": "" if child.school_year is None else str(child.school_year),
        "child.legal_status": child.legal_status, "child.need_code": child.need_code, "child.sdq_band": child.sdq_band or "",
        "assessment.assessor_class": assessment.assessor_class if assessment else "",
        "assessment.instrument": (assessment.instrument or "") if assessment else "",
    }  # fmt: skip
    many = {
        "also": [name for name in ("unaccompanied", "disabled", "deprived_of_liberty") if getattr(child, name)],
        "connections": [one.kind for one in need.connections.get(())],
    }
    for row, line in enumerate(need.lines.get()):
        found |= {f"n{row}-words": line.words, f"n{row}-evidence": line.evidence or ""}
        if line.evidenced_on:
            year, month, on = line.evidenced_on.split("-")
            found |= {f"n{row}-on-year": year, f"n{row}-on-month": month, f"n{row}-on-day": on}
    clinical = need.clinical.get(None)
    if clinical is not None:
        found |= {"clinical.formulation": clinical.formulation, "clinical.lead": clinical.lead}
    for group in GROUPS if assessment else ():
        many[f"facts-{group.code}"] = [code for code in group.facts if assessment.facts.get(f"{group.code}.{code}")]
    if assessment:
        many["facts-none"] = [name for name, value in assessment.facts.items() if value is None]
    return {name: [value] for name, value in found.items() if value} | {
        name: value for name, value in many.items() if value
    }


def _voice(file: File) -> list[Field]:
    return [
        Field(name="how", label="How the child was asked", kind="choice", options=worded(home_words.CHILD_ASKED)),
        Field(name="heard", label="What they said", kind="words", optional=True, hint="In their own words, if you can; name nobody"),
        Field(name="reason_not", label="Why they were not asked", kind="choice", optional=True, options=worded(home_words.NOT_TAKEN)),
    ]  # fmt: skip


def _voice_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.needs:
        return waits("first assess the need")
    return done() if search.voice else NOW


TASKS: tuple[Task, ...] = (
    Task(code="need", title="Assess the need", part="The need", command=AssessNeed, stage=_stage, fields=_fields, start=written, members=_members, again=True, in_parts="The home",
         lead="What the child needs, and what shows it, before anybody is asked. No name, no birthday, no number."),
    Task(code="voice", title="Record what the child says", part="The need", command=RecordVoice, stage=_voice_stage, fields=_voice, again=True,
         lead="How they were asked and what they said; or why they were not."),
)  # fmt: skip
