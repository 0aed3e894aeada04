"""A published case becomes an instance, and its plan becomes a solution, without a change of meaning."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import hhcrsp
from matching.planning import solve as planning
from matching.search import Limits

CASE: dict[str, Any] = {
    "name": "tiny",
    "distance": [[0, 5, 9.5], [5, 0, 4], [9.5, 4, 0]],
    "patients": [
        {"id": "p1", "tw": [20, 30], "services": [{"service": "s1", "duration": 10}], "sync": None},
        {
            "id": "p2",
            "tw": [10, 15],
            "services": [{"service": "s1", "duration": 6}, {"service": "s2", "duration": 8}],
            "sync": {"type": "sequential", "min": 7, "max": 12},
        },
    ],
    "caregivers": [
        {"id": "c1", "skills": ["s1"]},
        {"id": "c2", "skills": ["s1", "s2"], "shift": [12, 400]},
    ],
}
"""c1 does both s1 (p2 at 10, then p1 at 20) and c2 comes to p2 at 21.5: travel 37.5, late 6.5, at most 6.5."""


def solution(case: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Starts by caregiver and patient."""
    instance = hhcrsp.instance_of(case)
    found = hhcrsp.solution_of(case, instance, planning.solve(instance, Limits(work=1)))
    return {
        route["caregiver"]: {visit["patient"]: visit["start"] for visit in route["visits"]} for route in found["routes"]
    }


def test_the_plan_keeps_skills_windows_gaps_and_shifts():
    assert solution(CASE) == {"c1": {"p2": 10.0, "p1": 20.0}, "c2": {"p2": 21.5}}


def test_the_value_is_a_third_of_travel_lateness_and_the_largest_one(tmp_path: Path):
    source = tmp_path / "tiny.json"
    source.write_text(json.dumps(CASE))

    found = hhcrsp.plan_file(source, tmp_path / "out.json", Limits(work=1))

    assert found["value"] == pytest.approx((37.5 + 6.5 + 6.5) / 3)
    assert (found["status"], found["violations"]) == ("optimal", 0)


def test_two_services_at_once_start_together():
    together = {**CASE["patients"][1], "sync": {"type": "simultaneous"}}
    case = {**CASE, "patients": [CASE["patients"][0], together]}

    found = solution(case)

    assert found["c1"]["p2"] == found["c2"]["p2"] == 21.5


def test_nobody_goes_to_a_patient_who_may_not():
    apart = {**CASE["patients"][0], "incompatible": ["c1"]}

    found = solution({**CASE, "patients": [apart, CASE["patients"][1]]})

    assert "p1" in found["c2"]


def test_an_office_of_ones_own_is_where_the_day_begins_and_ends():
    case = {**CASE, "caregivers": [{**CASE["caregivers"][0], "node": 2}, CASE["caregivers"][1]]}

    assert hhcrsp.instance_of(case).workers[0].base == 2


def test_a_case_that_has_its_solution_is_not_planned_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    source = tmp_path / "tiny.json"
    source.write_text(json.dumps(CASE))
    best = tmp_path / "best.csv"
    best.write_text("instance,best_known\ntiny,16.0\n")
    out = tmp_path / "out"
    command = ["hhcrsp", str(source), "--seconds", "0.2", "--out", str(out), "--best", str(best)]
    monkeypatch.setattr(sys, "argv", command)
    hhcrsp.main()
    first = (out / "tiny.json").stat().st_mtime_ns, capsys.readouterr().out
    hhcrsp.main()

    assert ((out / "tiny.json").stat().st_mtime_ns, capsys.readouterr().out) == first
    assert "+5.21 %" in first[1]
