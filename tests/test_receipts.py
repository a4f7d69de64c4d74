"""Receipts: what a bidder takes home, and can have checked without the register."""

from __future__ import annotations

from pathlib import Path

import pytest

import fairplace_verify
from fairplace.errors import Conflict, Missing
from fairplace.ledger import proof
from fairplace.receipts import receipt
from tests.office import open_office


def test_a_receipt_for_a_bid_proves_it_and_opens_it_to_whoever_lodged_it(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="deposited") as office:
        register = office.register
        register.follow()
        [index, *_] = [
            one.index
            for one in register.reader.recorded(0, register.reader.size)
            if one.type == "deposit.received/1" and one.case is not None
        ]
        read = proof.parse(given := receipt(register, index))
        keys = register.settings.log[0].vkeys
    assert {opening.slot for opening in read.openings} >= {"/case", "/provider", "/price", "/document"}
    report = fairplace_verify.verify_proof(given, keys=keys)
    assert report.ok, report.false
    assert report.opens is not None
    assert report.opens.values == {opening.slot: opening.value for opening in read.openings}, "digest, price and name"
    assert fairplace_verify.verify_proof(given.replace(b"index ", b"index 1"), keys=keys).false is not None


def test_a_receipt_for_an_officers_step_opens_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="published") as office:
        office.register.follow()
        [index] = [
            one.index
            for one in office.register.reader.recorded(0, office.register.reader.size)
            if one.type == "procurement.planned/1"
        ]
        assert proof.parse(receipt(office.register, index)).openings == ()


def test_what_is_not_published_yet_has_no_receipt(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="planned") as office:
        with pytest.raises(Conflict, match="not published yet"):
            receipt(office.register, office.register.reader.size - 1)
        with pytest.raises(Missing):
            receipt(office.register, 10_000)
