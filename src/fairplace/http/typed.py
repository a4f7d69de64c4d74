"""What somebody typed into a page that could not be taken: shown to them again, to be sent once more.

- A session ends, a page is open too long, a case file closes with its session: none of it loses a word.
- It came from a page of this site, goes to whoever sent it, and is kept nowhere.
- Files are not in it: a browser chooses them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from fairplace.accounts.model import Session


class Sent(Protocol):
    """A form that came."""

    @property
    def fields(self) -> dict[str, list[str]]: ...

    @property
    def files(self) -> Mapping[str, object]: ...


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one form, and where it goes. `files`: some were chosen, too.

    `token` is that of the session, empty where nobody is signed in; `by` is whose session it is: perhaps not of whoever
    typed it, where several use one browser. `first` is the page to open before.
    """

    address: str
    fields: dict[str, list[str]]
    files: bool = False
    token: str = ""
    by: str = ""
    first: str = ""


MACHINES = ("/desk/keys", "/desk/sign", "/desk/recoveries", "/desk/openers")
"""Where the page's script fills in the form: what it sent is of no use once more."""

PLUMBING = frozenset({"do", "evidence", "once", "part", "token", "version"})
"""What a page puts into its form by itself."""


def typed_in(address: str, sent: Sent, *, session: Session | None = None, first: str = "") -> Typed | None:
    """What of this form somebody typed; None where nobody did. `session`: the one in which it would be sent once more."""
    words = any(value.strip() for name, values in sent.fields.items() if name not in PLUMBING for value in values)
    if not words or address.startswith(MACHINES) or address.endswith(("/sign", "/file")):
        return None
    fields = {name: values for name, values in sent.fields.items() if name != "token"}
    return Typed(
        address=address,
        fields=fields,
        files=bool(sent.files),
        token=session.csrf if session else "",
        by=session.person.name if session else "",
        first=first,
    )
