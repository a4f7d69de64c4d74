"""Every task that there is, in the order of a case."""

from __future__ import annotations

from fairplace.errors import Missing
from fairplace.forms import awarding, evaluation, invitation
from fairplace.forms.task import Task

TASKS: tuple[Task, ...] = (*invitation.TASKS, *evaluation.TASKS, *awarding.TASKS)

_BY_CODE = {task.code: task for task in TASKS}


def task(code: str) -> Task:
    """Raises Missing for one that is unknown."""
    if code not in _BY_CODE:
        raise Missing("there is no such task")
    return _BY_CODE[code]
