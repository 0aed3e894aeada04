"""Answers kept in the process: worked out once for a question, again for any other."""

from __future__ import annotations

from service.kept_answers import KeptAnswers


def test_the_same_question_is_worked_out_once_and_a_changed_one_again():
    worked_out: list[str] = []
    kept = KeptAnswers[int](10)

    def ask(hours: list[int]) -> int:
        return kept.of({"visit": "S-V1", "hours": hours}, lambda: worked_out.append("") or len(hours))

    assert [ask([9, 10]), ask([9, 10]), ask([9]), ask([9, 10])] == [2, 2, 1, 2]
    assert len(worked_out) == 2


def test_only_the_questions_asked_last_are_kept():
    worked_out: list[int] = []
    kept = KeptAnswers[int](2)

    def ask(number: int) -> int:
        return kept.of(number, lambda: worked_out.append(number) or number)

    for number in (1, 2, 1, 3, 1, 2):
        assert ask(number) == number
    assert worked_out == [1, 2, 3, 2]


def test_what_failed_is_not_kept():
    kept = KeptAnswers[float](2)
    for zero in (0, 0):
        try:
            kept.of("ratio", lambda zero=zero: 1 / zero)
        except ZeroDivisionError:
            continue
        raise AssertionError("it should have failed")

    assert kept.of("ratio", lambda: 1.0) == 1.0
