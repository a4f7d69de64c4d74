"""A form as it is shown again: what was typed, what is wrong with it, what to look at once more; and a form sent again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from fairplace.errors import Refused
from fairplace.forms.fields import Fault
from fairplace.guarding.drafts import Looked
from fairplace.http.site import Site


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing typed is lost; files a browser does not keep."""

    sent: dict[str, list[str]] = {}
    faults: tuple[Fault, ...] = ()
    refusal: str = ""
    looked: Looked = Looked()
    status: int = 200

    @property
    def wrong(self) -> dict[str, str]:
        return {fault.name: fault.sentence for fault in self.faults}


class Other(Refused):
    """The page was sent before, with something else in it."""


def stands_already(site: Site, key: str, sealed: Mapping[str, Any], **body: Any) -> int | None:
    """The place of what was recorded from the same page before; null for nothing.

    Raises Other when that says something else, as after the button Back: who wrote it must not think that it is in.
    """
    before = site.register.store.by_key(site.register.origin, key)
    if before is None:
        return None
    [one] = site.register.reader.recorded(before.indexes[0], before.indexes[0] + 1)
    opened = {slot: found.value for slot, found in site.register.reader.openings(one.index).items()}
    if any(opened.get(slot) != value for slot, value in sealed.items()) or any(
        getattr(one.event, name) != value for name, value in body.items()
    ):
        raise Other(
            f"this page was sent before, and entry {one.index} holds what it said then; what stands here now is not recorded:"
            " press the button again to record it as well, or leave the page",
            code="another",
        )
    return one.index


def anew(sent: dict[str, list[str]]) -> dict[str, list[str]]:
    """The form as what it would be on a page of its own."""
    return {**sent, "once": [secrets.token_urlsafe(16)]}
