"""A provider's id as forms take it: brought into the one form of its list, so that what belongs together is found together."""

from __future__ import annotations

from typing import Any

from fairplace import identifiers
from fairplace.errors import Malformed
from fairplace.formats import capitalised
from fairplace.forms.fields import Field


def provider_id(
    name: str,
    label: str = "The provider’s id",
    *,
    hint: str = "As in notices, such as GB-COH-01234567",
    **more: Any,
) -> Field:
    """A field for one; an id of a list that is not known stays as it was typed."""
    return Field(name=name, label=label, kind="line", hint=hint, check=wrong, into=identifiers.canonical, **more)


def wrong(typed: Any) -> str:
    """What is wrong with an id of a list whose form is known; empty for every other."""
    try:
        identifiers.canonical(typed)
    except Malformed as error:
        return capitalised(str(error))
    return ""
