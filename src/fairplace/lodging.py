"""What a provider signs when it lodges a bid or a challenge: a note of its own, kept inside the sealed entry.

The register's receiver signs the entry, so that the log does not show who came; the provider's own signature proves,
once it is opened, that the provider lodged just this. Its first line separates it from every other signed text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fairplace.errors import Unproven
from fairplace.ledger import canonical
from fairplace.ledger.note import Signer, Vkey, join_note, parse_note

HEADER = b"fairplace/lodging/v1\n"


def lodging_text(members: Mapping[str, Any]) -> bytes:
    """The text to be signed: the header and one line of canonical JSON."""
    return HEADER + canonical.encode(dict(members)) + b"\n"


def sign_lodging(signer: Signer, members: Mapping[str, Any]) -> str:
    """The provider's note over what it lodges."""
    text = lodging_text(members)
    return join_note(text, [signer.line(text)]).decode("utf-8")


def check_lodging(note: str, members: Mapping[str, Any], find: Callable[[str, bytes], Vkey]) -> Vkey:
    """The one key that signed this note over just these members. Raises Unproven when it does not say them.

    `find` gives the key of a name and key id.
    """
    text, lines = parse_note(note.encode("utf-8", "replace"))
    if text != lodging_text(members):
        raise Unproven("the signed note says something else than what was lodged; sign what is lodged")
    if len(lines) != 1:
        raise Unproven(f"{len(lines)} signatures came under what was lodged; one is expected")
    vkey = find(lines[0].name, lines[0].key_id)
    vkey.verify(text, lines[0].signature)
    return vkey
