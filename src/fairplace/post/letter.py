"""One message as it is written, and as it goes over the wire.

- One address, one line of subject: what would begin another header, or reach anybody else, is refused.
- A message holds one link at most, and no other secret. The link is put in when it is sent, and kept nowhere after.
"""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from fairplace.errors import Malformed
from fairplace.terms import Instant, moment, text

MARK = "\ue000"
"""Where the link stands in a text that is kept: a character of nobody's language (Unicode, private use)."""

LONGEST_SUBJECT = 150
LONGEST_TEXT = 100_000

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z)(?=.{{1,64}}@){_LOCAL}@{_HOST}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """To whom, about what, and what it says; `MARK` stands for the link."""

    to: str
    subject: str
    text: str


def check_address(value: str) -> str:
    """One mailbox (RFC 5321, section 4.1.2, without quoted parts and literals). Raises Malformed for anything else."""
    clean = value.strip(" ")
    if not _ADDRESS.fullmatch(clean):
        raise Malformed(f"{clean[:80]!r} is no e-mail address; write one like ada@provider.example")
    return clean


def letter(to: str, whole: str) -> Letter:
    """A letter from what a template gave: the subject on the first line, an empty line, the text."""
    subject, _, body = whole.partition("\n")
    subject = subject.strip(" ")
    if not subject or len(subject) > LONGEST_SUBJECT or _BREAKS.search(subject):
        raise Malformed(f"the subject {subject[:80]!r} came; expected one line of 1 to {LONGEST_SUBJECT} characters")
    body = text(body)
    if not body or len(body) > LONGEST_TEXT:
        raise Malformed(f"a message of {len(body)} characters came; expected 1 to {LONGEST_TEXT}")
    return Letter(to=check_address(to), subject=subject, text=body)


def on_the_wire(one: Letter, link: str, *, sender: str, authority: str, id_: str, at: Instant) -> EmailMessage:
    """The message as the mail server gets it (RFC 5322), in plain text."""
    made = EmailMessage(policy=SMTP)
    mailbox = check_address(sender)
    made["From"] = str(Address(display_name=_BREAKS.sub(" ", authority), addr_spec=mailbox))
    made["To"] = check_address(one.to)
    made["Subject"] = one.subject
    made["Date"] = format_datetime(moment(at))
    made["Message-ID"] = f"<{id_}@{mailbox.partition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    made.set_content(one.text.replace(MARK, link) + "\n")
    return made
