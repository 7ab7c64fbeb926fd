"""The figures of a review, beside those that are computed anew from the exports with nothing but the standard library.

What is computed here must not use warroom's own code, and goes another way than it does.
"""

import csv
import io
import json
import random
import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cli_kit import Shell
from export_kit import export
from review_kit import CHECKLIST, INCIDENT, T0_US, At, begun, definitions, review_of, reviewed, shell, verdict, write
from warroom.core import events as ev
from warroom.core.fold import fold
from warroom.core.release import Release
from warroom.core.review_hearing import overheard
from warroom.core.review_standing import Standing

Line = dict[str, Any]


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return shell(tmp_path_factory.mktemp("incident"))


def lines(told: Shell) -> list[Line]:
    return [json.loads(line) for line in export(told).out.splitlines()[:-1]]


def bad_readings(told: Shell, probe: str) -> list[float]:
    rows = csv.DictReader(io.StringIO(export(told, "--format", "csv", "--table", "readings").out))
    return [float(row["t_s"]) for row in rows if row["probe"] == probe and row["outcome"] == "fail"]


def at(line: Line) -> float:
    """Seconds from T-0."""
    return datetime.fromisoformat(line["time"]).timestamp() - T0_US / 1e6


def times(told: list[Line], kind: str) -> list[float]:
    return [at(line) for line in told if line["kind"] == kind]


def test_the_times_of_the_incident(incident: Shell) -> None:
    told = lines(incident)
    detected = next(at(line) for line in told if line["kind"] == "verdict_changed" and line["body"]["to"] == "fail")
    run: list[float] = []  # bad readings five seconds apart, up to the verdict
    for second in sorted(bad_readings(incident, "errors"), reverse=True):
        if second <= detected and (not run or run[-1] - second <= 5.1):
            run.append(second)
    steps = [
        run[-1],
        detected,
        *(times(told, kind)[0] for kind in ("decision_asked", "decision_taken", "rollback_started")),
        *(times(told, kind)[0] for kind in ("rolled_back", "restored")),
    ]
    (found,) = review_of(incident.home / "shop.journal").incidents
    expected = [b - a for a, b in pairwise(steps)] + [steps[-1] - steps[0]]
    assert [span.took_s for span in found.spans] == pytest.approx(expected, abs=1e-6)
    assert steps[0] == pytest.approx(160)
    assert found.over
    assert found.probes == ("errors",)
    numbers = {line["seq"]: line["kind"] for line in told}
    assert [numbers[moment.seq] for moment in found.moments if moment.seq] == [
        "verdict_changed", "decision_asked", "decision_taken", "rollback_started", "rolled_back", "restored",
    ]  # fmt: skip


def test_who_acted_how_often_and_when(incident: Shell) -> None:
    told = lines(incident)
    review = review_of(incident.home / "shop.journal")
    counts = Counter(line["actor"] for line in told)
    assert {person.name: person.events for person in review.people} == {
        name: count for name, count in counts.items() if name != "warroom"
    }
    assert review.facts.by_itself == counts["warroom"]
    for person in review.people:
        own = [line["seq"] for line in told if line["actor"] == person.name]
        assert (person.first.seq, person.last.seq) == (own[0], own[-1])


def test_planned_against_actual(incident: Shell) -> None:
    told = lines(incident)
    items = dict(re.findall(r"- \[ \] (.*?) <!-- wr: (.*?) -->", CHECKLIST))
    first_day, second_day = ["backup", "plan"], [name for name in items.values() if name not in ("backup", "plan")]
    acts = [line for line in told if re.match("item_|step_started", line["kind"])]
    before, day = review_of(incident.home / "shop.journal").phases
    assert before.slip_s == pytest.approx(min(at(line) for line in acts if line["subject"] in first_day) + 86_400)
    assert day.slip_s == pytest.approx(min(at(line) for line in acts if line["subject"] in second_day))
    done = {line["subject"] for line in told if line["kind"] in ("item_done", "item_skipped")}
    assert (before.closed, before.total) == (len(done & set(first_day)), 2)
    assert (day.closed, day.total) == (len(done & set(second_day)), 4)
    assert before.ended
    assert not day.ended


def test_how_long_probes_were_what_and_not_known(incident: Shell) -> None:
    told = lines(incident)
    end = at(told[-1])
    lasted: Counter[tuple[str, str]] = Counter()
    for line in (line for line in told if line["kind"] == "verdict_changed"):
        later = [
            at(other)
            for other in told
            if other["seq"] > line["seq"] and (other["kind"], other["subject"]) == (line["kind"], line["subject"])
        ]
        lasted[line["subject"], line["body"]["to"]] += min([*later, end]) - at(line)  # type: ignore[assignment]
    review = review_of(incident.home / "shop.journal")
    found = {(each.probe, word): s for each in review.probes for word, s in each.lasted_s.items()}
    assert found == pytest.approx(dict(lasted), abs=1e-6)
    (blind,) = review.blind
    assert (blind.probe, blind.word, blind.lasted_s) == ("health", "unknown", lasted["health", "unknown"])


def test_decisions_with_what_was_known(incident: Shell) -> None:
    told = {line["seq"]: line for line in lines(incident)}
    review = review_of(incident.home / "shop.journal")
    assert [told[each.seq]["kind"] for each in review.decisions] == [
        "decision_asked", "decision_taken", "rollback_started",
    ]  # fmt: skip
    for each in review.decisions:
        assert [seen.model_dump() for seen in each.seen] == told[each.seq]["body"]["seen"]
    assert review.decisions[1].waited_s == pytest.approx(12.5)


def test_both_forms_tell_the_figures(incident: Shell) -> None:
    markdown = incident.ok("review")
    page = incident.ok("review", "--format", "html")
    for figure in ("20.0 s", "30.0 s", "12.5 s", "8.5 s", "29.0 s", "1m40s"):
        assert f"| {figure} |" in markdown
        assert f">{figure}</bdi>" in page
    head = lines(incident)[-1]["hash"]
    assert markdown.endswith(f"\n{len(INCIDENT)}\n{head}\n```\n")
    assert page.endswith(f"\n{len(INCIDENT)}\n{head}\n-->\n")


def any_release(seed: int) -> list[At]:
    """Some hundred events about items and probes, in no sensible order."""
    dice = random.Random(seed)
    happened = [begun(-10_000)]
    for n in range(300):
        item = dice.choice(["backup", "plan", "deploy", "payments", "card", "drop"])
        says: list[ev.Body] = [
            ev.ItemDone(item=item), ev.ItemSkipped(item=item, reason="r"), ev.ItemFailed(item=item, reason="r"),
            ev.ItemReopened(item=item), ev.ItemTakenBack(item=item, step=1), ev.ItemBegun(item=item),
            ev.ItemNotApplicable(item=item, reason="r"), ev.ItemDeferred(item=item, phase="day", reason="r"),
            ev.ItemBlocked(item=item, reason="r"), ev.ItemStale(item=item, probe="errors", why="w"),
            ev.ItemTrueAgain(item=item), ev.Noted(text="n", item=item), ev.ItemSigned(item=item),
            ev.Recycled(phase="deployment-day", reason="r", t0_us=T0_US, items=("deploy", item)),
        ]  # fmt: skip
        happened.append(At(n - 9000, dice.choice(says), dice.choice(["ada", "ben"])))
        happened.append(verdict(n - 9000, dice.choice(["health", "errors"]), dice.choice(["ok", "fail", "stale"])))
    return happened


@pytest.mark.parametrize("seed", range(5))
def test_items_stand_as_the_fold_has_them(tmp_path: Path, seed: int) -> None:
    from warroom.journal.store import open_journal

    plan, state, standing = definitions(), Release(), Standing(definitions())
    journal = open_journal(write(tmp_path / "any.journal", any_release(seed), []), read_only=True)
    for event in overheard(journal.read(), [standing]):
        state = fold(state, event)
        assert {item: standing.shown(item) for item in plan.places} == {
            item: state.item(item).shown for item in plan.places
        }
        for phase in plan.checklist.phases:
            left = [item.id for item in phase.walk() if not state.item(item.id).is_closed]
            assert standing.open_in(phase.id) == len(left)
    journal.close()


def test_a_release_without_trouble_has_no_incident(tmp_path: Path) -> None:
    review = reviewed(tmp_path / "a.journal", [begun(), At(0, ev.ItemDone(item="backup"))], [])
    assert review.incidents == ()
    assert review.stretches == ()
    assert review.final
