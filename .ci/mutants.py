"""
The table of mutants: each hard rule taken out of the search, out of the judge, and off by one, must turn a test red;
so must each rule of access taken out.

    make mutants                        (some minutes; a row for each rule, with the name of the test that noticed)
    .venv/bin/python .ci/mutants.py access      (those of a kind alone)

A mutant is an edit of the text of a module in a copy of the tree; the suites named beside it then run until the first
failure. An edit that no longer fits the module is an error, so that the table cannot rot unseen.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("matching", "calendars", "locales", "service", "tests", "pyproject.toml")
PAIR_RULES = "matching/pairing/rules.py"
PAIR_PROBLEM = "matching/pairing/problem.py"
PAIR_ASSEMBLE = "matching/pairing/assemble.py"
PAIR_JUDGE = "matching/pairing/judge.py"
CANDIDATES = "matching/pairing/candidates.py"
PLAN_RULES = "matching/planning/rules.py"
PLAN_MODEL = "matching/planning/model/cpsat.py"
PLAN_ROUNDS = "matching/planning/rounds.py"
PLAN_SLOTS = "matching/planning/slots.py"
PAIR_SUITES = ("tests/matching/pairing/test_rules.py", "tests/matching/pairing/test_joint.py")
PAIR_JUDGE_SUITES = ("tests/matching/pairing/test_judge.py",)
PLAN_SUITES = ("tests/matching/planning/test_rules.py",)

Edit = tuple[str, str, str]
"""Module, text there, text instead."""


@dataclass(frozen=True)
class Mutant:
    """`kind` is the column of the table; `select` narrows the suites to those that concern it (pytest -k)."""

    rule: str
    kind: str
    edits: tuple[Edit, ...]
    suites: tuple[str, ...]
    select: str = ""


PAIR_CODES = (
    *("CONSENT", "LANGUAGE", "THEME", "GENDER", "CONFLICT", "REFUSED", "ENVIRONMENT", "DISTANCE", "AVAILABILITY"),
    *("HELPER_STATUS", "CASELOAD", "SAME_HELPER"),
)
NO_LIMIT_ROOM = "room=_ints(1000 for _ in rows)"
NO_LIMIT_HOURS = "hours=_ints(1_000_000 for _ in rows)"
JOINT_SEARCH: dict[str, tuple[Edit, ...]] = {
    "CASELOAD": (
        (PAIR_ASSEMBLE, "room=_ints(one.max_persons - len(instance.live_of[one.id]) for one in rows)", NO_LIMIT_ROOM),
        (PAIR_ASSEMBLE, "hours=_ints(_free_contact(instance, one) for one in rows)", NO_LIMIT_HOURS),
    ),
    "SAME_HELPER": ((PAIR_ASSEMBLE, "for one in instance.separations", "for one in instance.separations[:0]"),),
}
JOINT_JUDGE = {
    "CASELOAD": ((PAIR_JUDGE, "in overloaded(instance, answer.placed)", "in ()"),),
    "SAME_HELPER": ((PAIR_JUDGE, "in not_kept_apart(instance, answer.placed)", "in ()"),),
}
PAIR_BOUNDS: dict[str, Edit] = {
    "CONSENT": (PAIR_RULES, "instance.day <= consent.expires_on", "instance.day < consent.expires_on"),
    "LANGUAGE": (PAIR_RULES, "for language in person.languages)", "for language in person.languages[:1])"),
    "THEME": (PAIR_RULES, "return any(theme", "return all(theme"),
    "GENDER": (PAIR_RULES, '!= "required"', '== "none"'),
    "CONFLICT": (PAIR_RULES, "        person.neighbourhood,\n", "        None,\n"),
    "REFUSED": (
        PAIR_RULES,
        "(person.id, helper.id) not in instance.refused_pairs",
        "person.id not in {one for one, _ in instance.refused_pairs}",
    ),
    "ENVIRONMENT": (PAIR_RULES, "person.meets_elsewhere or ", ""),
    "DISTANCE": (PAIR_RULES, "person.spot) <= helper.max_travel_km", "person.spot) < helper.max_travel_km"),
    "AVAILABILITY": (PAIR_RULES, ">= person.visit_minutes", ">= person.visit_minutes - 1"),
    "HELPER_STATUS": (PAIR_RULES, "SUPERVISION_DAYS = 62", "SUPERVISION_DAYS = 63"),
    "CASELOAD": (PAIR_RULES, "len(others) < helper.max_persons", "len(others) <= helper.max_persons"),
    "SAME_HELPER": (PAIR_PROBLEM, "(got[one] >= 0) &", "(got[one] > 0) &"),
}
PLAN_SEARCH: dict[str, tuple[Edit, ...]] = {
    "V1": (
        (PLAN_RULES, '    ("V1", v1_allows),\n', ""),
        (PLAN_RULES, '    ("V1", v1_allows_whole),\n', ""),
    ),
    "V2": (
        (PLAN_RULES, '    ("V2", v2_allows),\n', ""),
        (PLAN_RULES, '    ("V2", v2_allows_whole),\n', ""),
        (PLAN_RULES, '(("V2", v2_follows), ("V6", v6_follows))', '(("V6", v6_follows),)'),
        (PLAN_MODEL, "v2_professionals, v2_clients, ", ""),
    ),
    "V3": ((PLAN_RULES, '(("V3", v3_allows), ', "("),),
    "V4": (
        (PLAN_RULES, '    ("V4", v4_allows_whole),\n', ""),
        (PLAN_MODEL, "v4_after_the_first, v6_week", "v6_week"),
    ),
    "V5": ((PLAN_RULES, ', ("V5", v5_allows))', ",)"),),
    "V6": (
        (PLAN_RULES, '    ("V6", v6_allows),\n', ""),
        (PLAN_RULES, ', ("V6", v6_follows))', ",)"),
        (PLAN_MODEL, "v6_week, ", ""),
        (
            PLAN_ROUNDS,
            "if v6_day(worker, [entries[one].stop.task for one in taken]):",
            "if taken:",
        ),
    ),
    "V7": ((PLAN_RULES, '    ("V7", v7_allows_whole),\n', ""),),
    "V8": ((PLAN_RULES, '    ("V8", v8_allows_whole),\n', ""),),
    "V9": (
        (PLAN_RULES, '    ("V9", v9_allows_whole),\n', ""),
        (PLAN_MODEL, "v9_days_apart, ", ""),
    ),
    "V10": (
        (PLAN_SLOTS, "only = v10_only_slot(task)", "only = None"),
        (PLAN_MODEL, "if task.price is None or is_fixed(task):", "if task.price is None:"),
    ),
    "V11": (
        (PLAN_RULES, '    ("V11", v11_allows_whole),\n', ""),
        (PLAN_MODEL, ", v11_rooms)", ")"),
    ),
    "V12": ((PLAN_RULES, '    ("V12", v12_allows),\n', ""),),
}
PLAN_BOUNDS: dict[str, Edit] = {
    "V1": (
        PLAN_RULES,
        "return within(instance.worker[worker].windows, start, start + task.parts[part].minutes)",
        "return within(instance.worker[worker].windows, start, start + task.parts[part].minutes - 1)",
    ),
    "V2": (
        PLAN_RULES,
        "return after.start >= before.end + instance.way",
        "return after.start >= before.end - 1 + instance.way",
    ),
    "V3": (
        PLAN_RULES,
        "last = min((late.after for late in task.late), default=task.due[1])",
        "last = min((late.after - 1 for late in task.late), default=task.due[1])",
    ),
    "V4": (PLAN_MODEL, "if end_of(first, one) <= start_of(slot)]", "if end_of(first, one) < start_of(slot)]"),
    "V5": (
        PLAN_RULES,
        "or len(people) < task.people_min:\n        return False",
        "or len(people) < task.people_min - 1:\n        return False",
    ),
    "V6": (PLAN_RULES, "way >= worker.pause", "way >= worker.pause - 1"),
    "V7": (
        PLAN_RULES,
        "end <= midnight + instance.closes",
        "end <= midnight + instance.closes + 1",
    ),
    "V8": (
        PLAN_RULES,
        "return all(spans is None or within(spans, start, end) for spans in (consent, live))",
        "return all(spans is None or within(spans, start, end - 1) for spans in (consent, live))",
    ),
    "V9": (PLAN_MODEL, "if abs(d - day) < gap", "if abs(d - day) < gap - 1"),
    "V10": (
        PLAN_RULES,
        "slots.get(task.id) != task.fixed:",
        "(task.id not in slots or abs(start_of(slots[task.id]) - start_of(task.fixed)) > 1):",
    ),
    "V11": (PLAN_MODEL, "max(0, room.capacity - taken)", "max(0, room.capacity + 1 - taken)"),
    "V12": (
        PLAN_RULES,
        "busy.rule == rule and not busy.price and clashes(instance, who.mode, busy, task.place, start, end)",
        "busy.rule == rule and not busy.price and clashes(instance, who.mode, busy, task.place, start + 1, end)",
    ),
}

MATRIX, SCOPE, DOORS = "service/access_matrix.py", "service/access_scope.py", "service/web/doors.py"
EVERY_ROUTE = "tests/service/access/every_route/test_every_route.py"


def _tie(name: str, says: str, column: str) -> Edit:
    start = f'{name} = Relation("{says}", '
    return MATRIX, f"{start}lambda row, actor: col(row.{column}) == actor.party_id", f"{start}lambda row, actor: true()"


ACCESS: dict[str, tuple[Edit, str, str]] = {
    "territory": ((SCOPE, " & within(table, self.actor.territory_id)", ""), EVERY_ROUTE, "nobody_gets_at and demandes"),
    "unnamed role": (
        (SCOPE, "return false()", 'relation = MATRIX[table]["coordinator"]'),
        "tests/service/access/test_matrix.py",
        "names_the_actor",
    ),
    "own": (_tie("THEIRS", "their own", "owner_id"), EVERY_ROUTE, "nobody_gets_at and mes-absences"),
    "about them": (_tie("CONCERNED", "what is about them", "person_id"), EVERY_ROUTE, "nobody_gets_at and ma-page"),
    "paired": (_tie("PAIRED", "pairings with them", "peer_helper_id"), EVERY_ROUTE, "nobody_gets_at and mes-binomes"),
    "asked": (_tie("ASKED", "requests they made", "professional_id"), EVERY_ROUTE, "nobody_gets_at and mes-demandes"),
    "joins": (_tie("JOINS", "visits they join", "professional_id"), EVERY_ROUTE, "nobody_gets_at and agenda"),
    "told": (_tie("TOLD", "what they are told", "party_id"), EVERY_ROUTE, "nobody_gets_at and messages"),
    "coordination": (
        (SCOPE, 'actor.role != "coordinator" or actor', "actor"),
        "tests/service/access/test_matrix.py",
        "no_territory",
    ),
    "role": (
        (DOORS, "(visitor is not None and visitor.actor.role in self.roles)", "visitor is not None"),
        EVERY_ROUTE,
        "nobody_gets_at and binomes",
    ),
    "fresh proof": ((DOORS, "if rule.fresh and", "if not rule.roles and"), "tests/service/access/test_staff.py", ""),
    "hour of an emergency": (
        ("service/emergencies.py", "if clock.now() >= row.opened_at + LASTS:", "if row.person_id is None:"),
        "tests/service/emergencies/test_openings.py",
        "sixty_minutes",
    ),
    "card days": (
        ("service/visit_sheet.py", "CARD_FROM, CARD_UNTIL = 7, 1", "CARD_FROM, CARD_UNTIL = 8, 2"),
        "tests/service/agenda/test_pages.py",
        "card_opens",
    ),
}
"""Each rule of access taken out: the edit, and the tests that must notice."""


def mutants() -> Iterator[Mutant]:
    """24 rules, three kinds each, and the rules of access."""
    for code in PAIR_CODES:
        without = f'any(x != "{code}" for x in broken(instance, person, helper))'
        search: tuple[Edit, ...] = (
            (CANDIDATES, "not suits(instance, person, helper)", without),
            *JOINT_SEARCH.get(code, ()),
        )
        judged = "broken(instance, instance.person_by_id[person], instance.helper_by_id[helper])"
        judge: tuple[Edit, ...] = (
            (PAIR_JUDGE, f"for code in {judged}:", f'for code in (x for x in {judged} if x != "{code}"):'),
            *JOINT_JUDGE.get(code, ()),
        )
        yield Mutant(code, "search", search, PAIR_SUITES)
        yield Mutant(code, "judge", judge, PAIR_JUDGE_SUITES)
        yield Mutant(code, "bound", (PAIR_BOUNDS[code],), PAIR_SUITES)
    for number in range(1, 13):
        code = f"V{number}"
        # Trailing "-" and "_" keep V1 apart from V10 to V12 in the names of the tests.
        select = f"{code.lower()}- or {code.lower()}_"
        judge_line: Edit = (PLAN_RULES, f'    ("{code}", {code.lower()}_broken),\n', "")
        yield Mutant(code, "search", PLAN_SEARCH[code], PLAN_SUITES, select)
        yield Mutant(code, "judge", (judge_line,), PLAN_SUITES, select)
        yield Mutant(code, "bound", (PLAN_BOUNDS[code],), PLAN_SUITES, select)
    for rule, (edit, suite, select) in ACCESS.items():
        yield Mutant(rule, "access", (edit,), (suite,), select)


def noticed_by(mutant: Mutant, tree: Path) -> str:
    """
    The first test that turns red, or an empty text when the mutant lives.

    Raises
    ------
    SystemExit
        When an edit does not fit its module.
    """
    kept = {name: (tree / name).read_text() for name, _, _ in mutant.edits}
    try:
        for name, old, new in mutant.edits:
            text = (tree / name).read_text()
            if old not in text:
                raise SystemExit(f"{mutant.rule}, {mutant.kind}: this text is not in {name}: {old!r}")
            (tree / name).write_text(text.replace(old, new, 1))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist"]
        command += [*mutant.suites, *(["-k", mutant.select] if mutant.select else [])]
        environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        red = re.search(r"^(?:FAILED|ERROR) \S+?::(.+?)(?: - .*)?$", ran.stdout, re.MULTILINE)
        if ran.returncode not in (0, 1) or (ran.returncode == 1 and red is None):
            raise SystemExit(f"{mutant.rule}, {mutant.kind}: the tests did not run:\n{ran.stdout}{ran.stderr}")
        return red[1] if red else ""
    finally:
        for name, text in kept.items():
            (tree / name).write_text(text)


def main() -> int:
    trees: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        workers = os.cpu_count() or 1
        for number in range(workers):
            tree = Path(place) / str(number)
            tree.mkdir()
            for name in COPIED:
                source = ROOT / name
                if source.is_dir():
                    shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(source, tree / name)
            trees.put(tree)

        def tried(mutant: Mutant) -> str:
            tree = trees.get()
            try:
                return noticed_by(mutant, tree)
            finally:
                trees.put(tree)

        every = [one for one in mutants() if not sys.argv[1:] or one.kind in sys.argv[1:]]
        alive = 0
        with ThreadPoolExecutor(workers) as pool:
            for mutant, red in zip(every, pool.map(tried, every), strict=True):
                alive += not red
                print(f"{mutant.rule:<14} {mutant.kind:<7} {red or 'ALIVE'}", flush=True)
    print(f"{len(every) - alive} of {len(every)} mutants noticed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
