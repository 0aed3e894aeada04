from __future__ import annotations

from collections.abc import Iterator

from tests.service.runs.tiny.instance import Answer, Instance


def violations(instance: Instance, answer: Answer) -> Iterator[str]:
    if answer.doubled != 2 * instance.number:
        yield f"{answer.doubled} is not twice {instance.number}"
