"""From what somebody wrote in a form to an act that waits for their signature, or to what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from fairplace.deciders import convert
from fairplace.errors import Conflict, Malformed, Refused
from fairplace.http.guard import Visitor, see_other
from fairplace.http.site import Answer, Site


class Against(NamedTuple):
    """Why it cannot be recorded as it is written, in one sentence, and the status of the page that says so."""

    sentence: str
    status: int


def begun(
    site: Site, visitor: Visitor, members: Mapping[str, Any], *, key: str, task: str, case: str = ""
) -> Answer | Against:
    """Prepare the command of these members, of `key`, and go on to sign it."""
    given = {
        **members,
        "id": f"desk:{site.accounts.sources.stream_id()}",
        "as": key,
        **({"case": case} if case else {}),
    }
    try:
        act = site.signatures.begin(convert(given), task=task, made_by=visitor.person.id)
    except msgspec.ValidationError as error:
        return Against(f"this cannot be recorded: {error}", 422)
    except (Refused, Malformed, Conflict) as error:
        return Against(str(error), error.status)
    return see_other(f"/desk/sign/{act}")
