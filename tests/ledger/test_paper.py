"""A checkpoint on paper, as it is printed; what reads it is the checker's, and tested there."""

import hashlib
import re

import fairplace_verify
from fairplace.ledger import paper
from fairplace.ledger.note import parse_note, tree_head
from tests.ledger import vectors as v

PRINTED = """\
fairplace checkpoint 1
log.council.example/commissioning
size 3
B795 34A6 8D96 421E F3B2 61FE 4D81 71A5 5A
1183 303B 852C 2BBE E76B B024 7F7C DBE6 A8
"""


def test_the_checkpoint_of_the_vectors_is_printed_as_the_format_has_it() -> None:
    assert paper.printed(v.CHECKPOINT) == PRINTED


def test_the_digits_are_those_of_the_root_and_each_line_bears_its_check() -> None:
    origin, size, root = tree_head(parse_note(v.CHECKPOINT)[0])
    *_, first, second = PRINTED.splitlines()
    for number, line, half in ((1, first, root[:16]), (2, second, root[16:])):
        *groups, check = line.split()
        assert bytes.fromhex("".join(groups)) == half
        guarded = f"{origin}\n{size}\n{number}\n{''.join(groups)}".encode()
        assert int(check, 16) == hashlib.sha256(guarded).digest()[0]


def test_a_line_fits_the_foot_of_a_page_in_any_type() -> None:
    assert max(map(len, PRINTED.splitlines())) <= 44
    assert re.fullmatch(r"[ -~\n]+", PRINTED)


def test_signatures_stay_off_the_paper_so_that_it_is_the_same_whoever_cosigned() -> None:
    text, blank, lines = v.CHECKPOINT.partition(b"\n\n")
    assert paper.printed(text + blank + lines.splitlines(keepends=True)[0]) == PRINTED
    assert fairplace_verify.read_checkpoint(v.CHECKPOINT).size == 3
