"""Every task that there is, in the order of a case."""

from __future__ import annotations

from fairplace.errors import Missing
from fairplace.forms import (
    awarding,
    buying,
    choosing,
    contesting,
    correcting,
    direct,
    evaluation,
    invitation,
    living,
    managing,
    matching,
    need,
    received,
    secrets,
    seeking,
    telling,
    unnamed,
)
from fairplace.forms.task import Task

_OPENED = next(at for at, task in enumerate(evaluation.TASKS) if task.code == "checks")

TASKS: tuple[Task, ...] = (
    *invitation.TASKS[:1],
    *buying.TASKS,
    *invitation.TASKS[1:2],
    *direct.TASKS,
    *invitation.TASKS[2:],
    unnamed.DECIDE,
    *evaluation.TASKS[:_OPENED],
    *correcting.TASKS,
    *secrets.TASKS,
    *evaluation.TASKS[_OPENED:],
    unnamed.SEEN,
    *awarding.TASKS,
    *managing.TASKS,
)
"""Of a case of procurement."""

SEARCH: tuple[Task, ...] = (
    *need.TASKS,
    *seeking.TASKS,
    *received.TASKS,
    *matching.TASKS,
    *choosing.TASKS,
    *telling.TASKS,
    *living.TASKS,
    *contesting.TASKS,
)
"""Of a search for one child's home, in a register of placements."""

_BY_CODE = {task.code: task for task in (*TASKS, *SEARCH)}


def task(code: str) -> Task:
    """Raises Missing for one that is unknown."""
    if code not in _BY_CODE:
        raise Missing("there is no such task")
    return _BY_CODE[code]
