"""Fill sheets: what a notice of the central platform asks for, in its own order, and what the record answers.

Procurement Regulations 2024, regulations 18 to 21 (UK4), 26 (UK5), 27 (UK6), 32 and 33 (UK7), 37 (UK12), 40 (UK10) and 41 (UK11). What no
event tells is said to be missing and never made up; what follows from a day that is still open is said as a hint.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from fairplace.decision import History
from fairplace.errors import Missing
from fairplace.giving import buyers, contract_parts
from fairplace.giving import notice_parts as parts
from fairplace.giving.fields import Section
from fairplace.giving.known import Known, known_of
from fairplace.giving.letters import Frame
from fairplace.giving.whether import Need, need_of


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: str
    law: str
    need: Need
    sections: tuple[Section, ...]


class _Form(msgspec.Struct, frozen=True):
    name: str
    law: str
    fill: Callable[[Known, Frame, date], tuple[Section, ...]]


def sheet(history: History, code: str, frame: Frame, today: date) -> Sheet:
    """One fill sheet. `today` is for hints alone. Raises Missing for a notice that has none."""
    form = FORMS.get(code)
    if form is None:
        raise Missing(f"the notice {code[:20]} has no fill sheet; there are {', '.join(FORMS)}")
    known = known_of(history)
    return Sheet(
        code=code,
        name=form.name,
        law=form.law,
        need=need_of(known, code),
        sections=tuple(one for one in form.fill(known, frame, today) if one.fields),
    )


def sheets(history: History, frame: Frame, today: date) -> list[Sheet]:
    return [sheet(history, code, frame, today) for code in FORMS]


def _tender(known: Known, frame: Frame, _: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=True),
        parts.participation(known),
        parts.submission(known),
        parts.award_criteria(known),
        parts.other(known, None),
        parts.procedure(known),
        parts.documents(known),
        *buyers.blocks(frame.authority, known),
    )


def _transparency(known: Known, frame: Frame, _: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=True),
        parts.direct(known),
        parts.suppliers(known, frame.stated),
        parts.other(known, known.notice("UK5")),
        parts.procedure(known),
        *buyers.blocks(frame.authority, known),
    )


def _award(known: Known, frame: Frame, today: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=False),
        parts.suppliers(known, frame.stated),
        parts.award_dates(known, today),
        parts.tenders(known, frame.stated),
        parts.other(known, known.notice("UK6")),
        parts.procedure(known),
        *buyers.blocks(frame.authority, known),
    )


def _details(known: Known, frame: Frame, _: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=False),
        parts.suppliers(known, frame.stated),
        parts.contract(known),
        parts.other(known, known.notice("UK7")),
        parts.procedure(known),
        *buyers.blocks(frame.authority, known),
    )


def _change(known: Known, frame: Frame, _: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=False),
        contract_parts.changed(known),
        contract_parts.parties(known, frame.stated),
        parts.other(known, known.notice("UK10")),
        parts.procedure(known),
        *buyers.blocks(frame.authority, known),
    )


def _end(known: Known, frame: Frame, _: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=False),
        contract_parts.ended(known),
        contract_parts.parties(known, frame.stated),
        parts.procedure(known),
        *buyers.blocks(frame.authority, known),
    )


def _termination(known: Known, frame: Frame, _: date) -> tuple[Section, ...]:
    return (
        parts.scope(known, estimated=True),
        parts.ended(known),
        parts.procedure(known),
        *buyers.blocks(frame.authority, known),
    )


FORMS: dict[str, _Form] = {
    "UK4": _Form("Tender notice", "Procurement Act 2023, section 21; Procurement Regulations 2024, regulations 18 to 21", _tender),
    "UK5": _Form("Transparency notice", "Procurement Act 2023, section 44; Procurement Regulations 2024, regulation 26", _transparency),
    "UK6": _Form("Contract award notice", "Procurement Act 2023, section 50; Procurement Regulations 2024, regulation 27", _award),
    "UK7": _Form("Contract details notice", "Procurement Act 2023, section 53; Procurement Regulations 2024, regulations 32 to 35", _details),
    "UK10": _Form("Contract change notice", "Procurement Act 2023, section 75; Procurement Regulations 2024, regulation 40", _change),
    "UK11": _Form("Contract termination notice", "Procurement Act 2023, section 80; Procurement Regulations 2024, regulation 41", _end),
    "UK12": _Form("Procurement termination notice", "Procurement Act 2023, section 55; Procurement Regulations 2024, regulation 37", _termination),
}  # fmt: skip
