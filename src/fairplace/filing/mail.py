"""An e-mail as plain text: who wrote to whom and when, its words, and what was attached. Nothing of it is ever run."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from email.message import EmailMessage, Message

import msgspec

from fairplace import markup
from fairplace.errors import Malformed, Missing
from fairplace.filing.names import unturned

SHOWN = ("From", "To", "Cc", "Date", "Subject")
MOST_WORDS = 200_000
MOST_MARKUP = 2_000_000
"""Letters of formatted text that are read."""
MOST_FIELDS = 65_536
"""Bytes before the first empty line: room for a thousand people who are written to."""
MOST_PARTS = 200
MOST_DEPTH = 20

MOST_BOUNDARIES = 4 * MOST_PARTS
_BLANK = re.compile(rb"\r?\n\r?\n")
_BOUNDARIES = re.compile(rb"^--[^\s-]", re.MULTILINE)
_LONG = re.compile(rb"^content-[a-z-]+:(?:[^\r\n]|\r?\n[ \t]){2000}", re.MULTILINE | re.IGNORECASE)

DAMAGE = (RecursionError, ValueError, LookupError, AttributeError, TypeError, UnicodeError)
"""What reading a damaged message can raise: the library meets what no mail program ever wrote."""
CANNOT = "the e-mail cannot be read: it is damaged; ask for it again, or keep it as a PDF"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment: `number` names it among those of its message."""

    number: int
    name: str
    bytes: int
    sha256: str


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A message. `from_markup`: it had no plain text, and these are the words of its markup."""

    fields: tuple[tuple[str, str], ...]
    words: str
    from_markup: bool
    cut: bool
    attached: tuple[Attached, ...]


def read(data: bytes) -> Mail:
    """The message in a file. Raises Malformed when it cannot be read as one."""
    try:
        return _read(_parsed(data))
    except DAMAGE as error:
        raise Malformed(CANNOT) from error


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """All that is written in a message as text, each line with its place. `cut`: there is more markup than was read."""

    lines: tuple[tuple[str, str], ...]
    cut: bool


def everything(data: bytes) -> Written:
    """Every field, the plain words, and all that the markup holds: many programs show that in the place of the words.

    Raises Malformed when it cannot be read as a message.
    """
    try:
        message = _parsed(data)
        plain, page = _bodies(message)
        fields = [(f"the field {name[:60]}", _field(message, name)) for name in dict.fromkeys(message.keys())]
    except DAMAGE as error:
        raise Malformed(CANNOT) from error
    words = [(f"line {number}", line) for number, line in enumerate((plain or "").splitlines(), 1)]
    formatted = markup.all_words((page or "")[:MOST_MARKUP]).splitlines()
    return Written(
        lines=(*fields, *words, *(("the formatted text", line) for line in formatted)),
        cut=len(page or "") > MOST_MARKUP,
    )


def attachment(data: bytes, number: int) -> tuple[str, bytes]:
    """The name and the bytes of one attachment."""
    try:
        found = _attachments(_parsed(data))
    except DAMAGE as error:
        raise Malformed(CANNOT) from error
    if not 0 <= number < len(found):
        raise Missing("the message has no such attachment; choose one from its list")
    return found[number]


def _read(message: EmailMessage) -> Mail:
    plain, page = _bodies(message)
    words = plain if plain is not None else markup.words((page or "")[:MOST_MARKUP])
    return Mail(
        fields=tuple((name, _field(message, name)) for name in SHOWN if message[name] is not None),
        words=unturned(words[:MOST_WORDS]),
        from_markup=plain is None and page is not None,
        cut=len(words) > MOST_WORDS or (plain is None and len(page or "") > MOST_MARKUP),
        attached=tuple(
            Attached(number=number, name=unturned(name)[:200], bytes=len(held), sha256=hashlib.sha256(held).hexdigest())
            for number, (name, held) in enumerate(_attachments(message))
        ),
    )


def _parsed(data: bytes) -> EmailMessage:
    fields = len(_BLANK.split(data, maxsplit=1)[0])
    if fields > MOST_FIELDS or len(_BOUNDARIES.findall(data)) > MOST_BOUNDARIES or _LONG.search(data):
        raise ValueError("more than any mail program writes")
    message = email.message_from_bytes(data, policy=email.policy.default)
    _check(message)
    assert isinstance(message, EmailMessage)
    return message


def _check(message: Message) -> None:
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > MOST_PARTS or depth > MOST_DEPTH:
            raise ValueError("too many parts")
        if part.is_multipart():
            waiting += [(one, depth + 1) for one in part.get_payload() if isinstance(one, Message)]


def _field(message: EmailMessage, name: str) -> str:
    try:
        value = str(message[name])
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):  # a header that cannot be decoded
        value = "(cannot be read)"
    return unturned(" ".join(value.split())[:1000])


def _bodies(message: EmailMessage) -> tuple[str | None, str | None]:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    return _content(plain), _content(page)


def _content(part: Message | None) -> str | None:
    if part is None:
        return None
    held = part.get_payload(decode=True)
    data = held if isinstance(held, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace").replace("\r\n", "\n")
    except LookupError:  # a character set that nobody knows
        return data.decode("latin-1").replace("\r\n", "\n")


def _attachments(message: EmailMessage) -> list[tuple[str, bytes]]:
    bodies = [part for part in (message.get_body(("plain",)), message.get_body(("html",))) if part is not None]
    found = []
    for part in _leaves(message):
        if not any(part is body for body in bodies):
            inside = part.get_payload(0) if part.get_content_type() == "message/rfc822" else None
            data = inside.as_bytes() if isinstance(inside, Message) else part.get_payload(decode=True)
            found.append((str(part.get_filename() or "attachment"), data if isinstance(data, bytes) else b""))
    return found


def _leaves(message: Message) -> list[Message]:
    """The parts that hold something; a message inside a message is one of them, and is not looked into."""
    found: list[Message] = []
    waiting: list[Message] = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [*(one for one in part.get_payload() if isinstance(one, Message)), *waiting]
        else:
            found.append(part)
    return found
