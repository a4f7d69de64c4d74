"""The rules that every decision is held to: question, law, and how an answer is reached."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.http import asked
from fairplace.http.routing import public
from fairplace.http.site import Answer, TheSite, split_suffix, wants_data


@public("/rules", "/rules.json")
def rules(request: Request[Any, Any, Any], site: TheSite) -> Answer:
    if wants_data(request):
        return site.data({"rules": list(site.rulebook)})
    return site.page("rules.html", families=site.rulebook.families())


@public("/rules/{name:str}")
def rule(site: TheSite, name: FromPath[str]) -> Answer:
    code, data = split_suffix(name)
    found = site.rulebook.get(asked.rule(code))
    if found is None:
        raise Missing(f"this register has no rule {code}")
    return site.data(found) if data else site.page("rule.html", rule=found)


HANDLERS = (rules, rule)
