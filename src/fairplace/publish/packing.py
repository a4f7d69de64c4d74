"""The container of a bundle: the plainest ZIP there is, so that one content has one form (wire format, section 11).

- Members are stored, sorted by name, dated 1980-01-01, with mode 0644, no extra fields, no comments, no ZIP64.
- A member is read when its turn comes: documents are large, and one at a time is in memory.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from typing import BinaryIO

from fairplace.errors import Refused

MOST_MEMBERS = 65_534
MOST_BYTES = 2_147_483_647

Load = Callable[[], bytes]


def pack(target: BinaryIO, members: Mapping[str, bytes | Load]) -> str:
    """Write the members to a file that is new and can be sought. The SHA-256 of what was written."""
    if len(members) > MOST_MEMBERS:
        raise Refused(f"the bundle would have {len(members)} members; {MOST_MEMBERS} are the most: leave documents out")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as packed:
        for name in sorted(members):
            member = members[name]
            data = member if isinstance(member, bytes) else member()
            if target.tell() + len(data) > MOST_BYTES - (1 << 24):  # room for the central directory
                raise Refused("the bundle would have more than 2 GB; leave documents out with --without-documents")
            packed.writestr(_header(name), data)
    target.seek(0)
    digest = hashlib.sha256()
    while piece := target.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _header(name: str) -> zipfile.ZipInfo:
    header = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    header.compress_type = zipfile.ZIP_STORED
    header.create_system = 3  # Unix, wherever it was packed
    header.external_attr = 0o100644 << 16
    return header
