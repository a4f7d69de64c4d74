"""Spoiled files of every kind: a sentence, or a file that is taken; never a fault of ours."""

from __future__ import annotations

import random
from email.message import EmailMessage

import pytest

from fairplace.errors import Malformed, Refused
from fairplace.filing import kinds, mail
from fairplace.filing.stripping import published_copy
from tests.filing import made
from tests.matrix import many

PIECES = (
    b"\xff", b"\r\n", b"\x00", b"=?", b"PK\x05\x06", b"charset=nonsense", b"Content-Type: message/rfc822\r\n",
    b'Content-Type: multipart/mixed; boundary=""\r\n', b"Content-Transfer-Encoding: base64\r\n", b"<<", b"endobj",
)  # fmt: skip


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, lost, doubled, or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(found))
        match chance.randrange(4):
            case 0:
                found[at] = chance.randrange(256)
            case 1 if len(found) > 100:
                del found[at : at + chance.randint(1, 40)]
            case 2:
                found[at:at] = chance.choice(PIECES)
            case _:
                other = chance.randrange(len(found))
                found[at : at + 5] = found[other : other + 5]
    return bytes(found)


def nested_mail() -> bytes:
    inner, outer = EmailMessage(), EmailMessage()
    inner["From"], inner["Subject"], inner["Date"] = "a@b.example", "=?utf-9?B?xx?=", "never"
    inner.set_content("inside")
    outer["From"], outer["To"] = "a@b.example", "c@d.example"
    outer.set_content("outside")
    outer.add_attachment(inner)
    return outer.as_bytes()


FILES = {"pdf": made.pdf, "docx": made.docx, "xlsx": made.xlsx, "odt": made.odt, "png": made.png, "jpeg": made.jpeg}


@pytest.mark.matrix
@pytest.mark.parametrize("name", FILES)
def test_a_spoiled_file_is_refused_or_taken(name: str) -> None:
    chance, data = random.Random(name), FILES[name]()
    taken, cases = 0, many(200)
    for _ in range(cases):
        one = spoiled(data, chance)
        try:
            media = kinds.media_of(one)
        except Malformed:
            continue
        taken += 1
        try:
            published_copy(one, media)
        except Refused:
            continue
    assert taken < cases


@pytest.mark.matrix
@pytest.mark.parametrize(
    "data", [made.mail(), made.mail(markup=True), nested_mail()], ids=["plain", "markup", "nested"]
)
def test_a_spoiled_email_is_read_or_said_to_be_damaged(data: bytes) -> None:
    chance = random.Random(3)
    for _ in range(many(700)):
        one = spoiled(data, chance)
        try:
            for attached in mail.read(one).attached:
                mail.attachment(one, attached.number)
        except Malformed as error:
            assert str(error) == mail.CANNOT  # noqa: PT017 - most of them are read


def test_a_message_inside_a_message_is_an_attachment_that_can_be_kept() -> None:
    data = nested_mail()
    [attached] = mail.read(data).attached
    name, held = mail.attachment(data, attached.number)
    assert kinds.media_of(held) == kinds.MAIL
    assert mail.read(held).words.strip() == "inside"
    assert name


def test_an_email_of_parts_without_end_is_refused() -> None:
    deep = b"From: a@b\r\nTo: c@d\r\n"
    for depth in range(60):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
    with pytest.raises(Malformed, match="damaged"):
        mail.read(deep + b"\r\nwords")


def test_a_pdf_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_UNPACKED", 50_000)
    with pytest.raises(Malformed, match="unpacks to more than"):
        kinds.media_of(made.pdf_with(bytes(100_000)))


def test_a_pdf_with_a_program_attached_is_refused() -> None:
    with pytest.raises(Malformed, match="a program attached"):
        kinds.media_of(made.pdf_holding(b"MZ\x90\x00" + bytes(500)))
