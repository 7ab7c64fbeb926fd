"""Gates, polls and holds from the shell: what a person types, and what a pipeline waits for."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from cli_kit import PROGRAM, Shell
from cockpit_releases import CHECKLIST, begin, events, vitals
from warroom.core.events import GatePassed, Polled, Vote
from warroom.core.store import Sample
from warroom.journal.store import open_journal

GATES = """
[item.backup]
required = true

[gate.deployment-day]
roles = ["deploy lead", "sre"]
"""
PROBED = """
[gate.deployment-day]
probes = ["payment-success"]
"""
GO = ("--vote", "deploy lead=go", "--vote", "sre=go")


def release(home: Path, side: str = GATES) -> Shell:
    begin(home, CHECKLIST, side, vitals())
    return Shell(home, WARROOM_JOURNAL="shop.journal", WARROOM_OPERATOR="ada")


def gate(shell: Shell, *more: str) -> tuple[int, dict[str, Any]]:
    ended = shell.run("gate", "deployment-day", *more, "--json")
    return ended.status, json.loads(ended.out)


def measured(home: Path, value: float, word: Any, *, age_s: float = 1) -> None:
    at_us = time.time_ns() // 1000 - round(age_s * 1e6)
    stored = open_journal(home / "shop.journal")
    outcome = "ok" if word == "ok" else "fail"
    stored.record(
        [Sample(probe="payment-success", at_us=at_us, mono_us=1, took_us=9, outcome=outcome, value=value, word=word)]
    )
    stored.close()


def test_a_gate_says_what_it_waits_for_by_its_exit_status(tmp_path: Path) -> None:
    shell = release(tmp_path)
    ended = shell.run("gate", "deployment-day")
    assert (ended.status, ended.err) == (10, "")
    assert ended.out.splitlines() == [
        "gate HOLD     deployment-day",
        "  open           Back up the database: open",
        "  not polled     deploy lead: not polled",
        "  not polled     sre: not polled",
    ]
    shell.ok("tick", "backup")
    shell.ok("poll", "deployment-day", "--vote", "deploy lead=go", "--vote", "sre=no-go:the disk is full")
    status, found = gate(shell)
    assert (status, found["standing"]) == (11, "no-go")
    assert found["findings"] == [
        {"kind": "no-go", "subject": "sre", "text": "sre: NO-GO, the disk is full", "stops": True}
    ]
    shell.ok("poll", "deployment-day", *GO)
    status, found = gate(shell)
    assert (status, found["held"]) == (10, "by ada: NO-GO by sre: the disk is full"), "the no-go still holds the clock"
    shell.ok("resume")
    assert gate(shell)[0] == 0
    assert "gate_passed" not in {event.body.kind for event in events(tmp_path / "shop.journal")}, "asking opens nothing"


@pytest.mark.parametrize(
    ("word", "age_s", "status", "kind"),
    [("ok", 1, 0, None), ("fail", 1, 10, "failing"), ("ok", 3600, 12, "blind"), ("unknown", 1, 12, "blind")],
)
def test_what_cannot_be_measured_is_neither_go_nor_hold(
    tmp_path: Path, word: str, age_s: float, status: int, kind: str | None
) -> None:
    shell = release(tmp_path, PROBED)
    assert gate(shell)[0] == 12, "nothing has been measured"
    measured(tmp_path, 99.4, word, age_s=age_s)
    said, found = gate(shell)
    assert (said, [each["kind"] for each in found["findings"]]) == (status, [kind] if kind else [])


def test_open_opens_only_what_holds(tmp_path: Path) -> None:
    shell = release(tmp_path)
    ended = shell.run("gate", "deployment-day", "--open")
    assert (ended.status, ended.err) == (10, "warroom: deployment-day stays closed; its gate says hold\n")
    shell.ok("tick", "backup")
    shell.ok("poll", "deployment-day", *GO)
    assert shell.json("gate", "deployment-day", "--open")["kind"] == "gate_passed"
    assert shell.json("gate", "deployment-day", "--open")["passed"]["by"] == "ada", "asked again it is open"
    assert [event.actor for event in events(tmp_path / "shop.journal") if event.body.kind == "gate_passed"] == ["ada"]
    shell.ok("tick", "deploy")


def test_a_risk_is_accepted_with_a_text(tmp_path: Path) -> None:
    shell = release(tmp_path)
    refused = shell.refused(64, "gate", "deployment-day", "--open", "--accept-risk", "because")
    assert "accept the risk in 10 characters or more" in refused
    shell.ok("gate", "deployment-day", "--open", "--accept-risk", "the dump of 20:00 will do")
    passed = events(tmp_path / "shop.journal")[-1].body
    assert isinstance(passed, GatePassed)
    assert passed.risk == "the dump of 20:00 will do"
    assert passed.open == ("Back up the database: open", "deploy lead: not polled", "sre: not polled")
    assert "RISK ACCEPTED: the dump of 20:00 will do" in shell.ok("gate", "deployment-day")


def test_a_machine_neither_accepts_a_risk_nor_answers_a_poll(tmp_path: Path) -> None:
    shell = release(tmp_path)
    risk = ("gate", "deployment-day", "--open", "--accept-risk", "the dump of 20:00 will do")
    assert "a machine cannot accept a risk" in shell.refused(64, *risk, "--as", "ci:1882")
    assert "a machine cannot answer a poll" in shell.refused(64, "poll", "deployment-day", *GO, "--as", "ci:1882")


def test_it_waits_for_people_and_then_says_go(tmp_path: Path) -> None:
    shell = release(tmp_path)
    command = [*PROGRAM, "gate", "deployment-day", "--wait", "--timeout", "30s"]
    with subprocess.Popen(command, cwd=tmp_path, env=shell.environ, stdout=subprocess.PIPE, text=True) as waiting:
        shell.ok("tick", "backup")
        shell.ok("poll", "deployment-day", *GO)
        out, _ = waiting.communicate(timeout=30)
    assert (waiting.returncode, out) == (0, "gate GO       deployment-day\n")
    assert "gate_passed" not in {event.body.kind for event in events(tmp_path / "shop.journal")}


def test_patience_ends_with_how_the_gate_stands(tmp_path: Path) -> None:
    shell = release(tmp_path)
    assert gate(shell, "--wait", "--timeout", "100ms")[0] == 10
    shell.ok("poll", "deployment-day", "--vote", "deploy lead=no-go:x", "--vote", "sre=go")
    assert gate(shell, "--wait", "--timeout", "100ms")[0] == 11


def test_a_phase_without_a_gate_says_go(tmp_path: Path) -> None:
    assert release(tmp_path).ok("gate", "before-t-1-day") == "gate GO       before-t-1-day  it has no gate\n"


def test_a_poll_keeps_who_spoke_for_whom(tmp_path: Path) -> None:
    shell = release(tmp_path)
    shell.ok("poll", "deployment-day", "--vote", "deploy lead=go@ben", "--vote", "sre=no-go@cleo:db: slow, since=20:00")
    polled = events(tmp_path / "shop.journal")[-2].body
    assert isinstance(polled, Polled)
    assert polled.votes == (
        Vote(role="deploy lead", say="go", by="ben", delegate=True),
        Vote(role="sre", say="no-go", by="cleo", delegate=True, reason="db: slow, since=20:00"),
    )


@pytest.mark.parametrize(
    ("status", "arguments", "sentence"),
    [
        (2, ("gate", "deploy-day"), 'there is no phase "deploy-day"; did you mean "deployment-day"?'),
        (2, ("gate", "x"), 'there is no phase "x"; the phases are before-t-1-day, deployment-day, after-t-1-day'),
        (2, ("recycle", "deploy-day", "--reason", "r"), 'there is no phase "deploy-day"'),
        (2, ("gate", "deployment-day", "--accept-risk", "whatever it takes"), "--accept-risk goes with --open"),
        (2, ("gate", "deployment-day", "--open", "--wait", "--accept-risk", "whatever it takes"), "not with --wait"),
        (2, ("gate", "deployment-day", "--timeout", "1s"), "--timeout goes with --wait"),
        (2, ("gate", "deployment-day", "--wait", "--timeout", "soon"), '"soon" is no duration; write it like'),
        (2, ("poll", "deployment-day", "--vote", "sre"), '"sre" is no vote; write "sre=go"'),
        (2, ("poll", "deployment-day", "--vote", "sre=maybe"), '"sre=maybe" is no vote'),
        (2, ("poll", "deployment-day", "--vote", "sre=go@"), '"sre=go@" is no vote'),
        (2, ("poll", "deployment-day", "--vote", "sri=go"), '"sri" is not polled; did you mean "sre"?'),
        (2, ("poll", "deployment-day", *GO, "--vote", "sre=go"), "asked twice: sre; each role has one vote"),
        (64, ("poll", "deployment-day", "--vote", "sre=go"), "not polled: deploy lead"),
        (64, ("poll", "deployment-day", *GO[:2], "--vote", "sre=no-go"), "a no-go needs a reason: sre"),
        (64, ("poll", "after-t-1-day", "--vote", "sre=go"), "no roles are polled for this phase"),
        (64, ("resume",), "the clock is not held"),
        (64, ("hold", "--reason", " "), "a hold needs a reason"),
        (64, ("recycle", "before-t-1-day", "--reason", "r"), "nothing was done from there on"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(tmp_path: Path, status: int, arguments: tuple[str, ...], sentence: str) -> None:
    shell = release(tmp_path)
    assert sentence in shell.refused(status, *arguments)
    assert len(events(tmp_path / "shop.journal")) == 1


def test_holds_and_slips_stand_in_the_status(tmp_path: Path) -> None:
    shell = release(tmp_path)
    before = shell.json("status")
    assert (before["hold"], before["slips"], before["slip_s"]) == (None, [], 0)
    shell.ok("hold", "--reason", "lunch", "--planned")
    assert "held by ada: lunch" in shell.refused(64, "hold", "--reason", "again")
    held = shell.json("status")["hold"]
    assert (held["by"], held["reason"], held["planned"]) == ("ada", "lunch", True)
    assert "planned hold for" in shell.ok("status")
    shell.ok("resume", "--as", "ben")
    after = shell.json("status")
    ((slip),) = after["slips"]
    assert (after["hold"], slip["by"], slip["reason"]) == (None, "ada", "lunch")
    assert after["t0"] > before["t0"]
    assert "by ada: lunch" in shell.ok("status")


def test_going_back_opens_again_and_closes_the_gates(tmp_path: Path) -> None:
    shell = release(tmp_path)
    shell.ok("tick", "backup")
    shell.ok("gate", "deployment-day", "--open", "--accept-risk", "nobody else is here")
    shell.ok("tick", "deploy")
    shell.ok("recycle", "before-t-1-day", "--reason", "wrong build")
    status = shell.json("status")
    assert {item["status"] for item in status["items"]} == {"open"}
    assert [(each["phase"], each["passed"]) for each in status["gates"]] == [("deployment-day", None)]
    assert [slip["reason"] for slip in status["slips"]] == ["wrong build"]
    assert "is closed" in shell.refused(64, "tick", "deploy")


def test_the_status_has_gates_polls_and_due_times(tmp_path: Path) -> None:
    shell = release(tmp_path)
    shell.ok("poll", "deployment-day", *GO)
    status = shell.json("status")
    (told,) = status["gates"]
    assert (told["phase"], told["standing"], told["passed"]) == ("deployment-day", "hold", None)
    assert [each["subject"] for each in told["findings"]] == ["backup"]
    assert status["polls"]["deployment-day"]["go"] is True
    phases = {phase["id"]: phase for phase in status["phases"]}
    assert phases["deployment-day"]["due"] == "2026-03-01T20:00:00.000000Z"
    assert phases["before-t-1-day"]["due"] == "2026-02-28T20:00:00.000000Z"
    assert phases["before-t-1-day"]["late_s"] - phases["deployment-day"]["late_s"] == pytest.approx(86_400, abs=0.2)
    assert status["end"] == phases["after-t-1-day"]["due"] == "2026-03-02T20:00:00.000000Z"
    assert {item["id"]: item["due"] for item in status["items"]}["deploy"] == "2026-03-01T20:00:00.000000Z"
    assert "gate HOLD     deployment-day\n  open           Back up the database: open\n" in shell.ok("status")
    assert "due 2026-03-01T20:00:00Z, late by" in shell.ok("status")


def test_the_same_key_polls_and_holds_once(tmp_path: Path) -> None:
    shell = release(tmp_path)
    first = shell.ok("hold", "--reason", "lunch", "--key", "job-7")
    assert shell.ok("hold", "--reason", "lunch", "--key", "job-7") == first
    polled = shell.ok("poll", "deployment-day", *GO, "--key", "job-8")
    assert shell.ok("poll", "deployment-day", *GO, "--key", "job-8") == polled
    assert len(events(tmp_path / "shop.journal")) == 3


def test_the_plan_tells_gates_and_with_t0_when_phases_are_due(tmp_path: Path) -> None:
    shell = release(tmp_path, GATES + PROBED.replace("[gate.deployment-day]\n", ""))
    told = shell.ok("plan", "shop.md", "--at", "2026-03-01T20:00:00Z").splitlines()
    assert "Deployment Day  (T-0, +0 s)  [deployment-day]  due 2026-03-01T20:00:00Z" in told
    assert "  gate: required items; probes payment-success; polls deploy lead, sre" in told
    before, day, _ = shell.json("plan", "shop.md", "--at", "2026-03-01T20:00:00Z")["phases"]
    assert (before["due"], before["gate"]) == ("2026-02-28T20:00:00.000000Z", None)
    assert day["gate"] == {"probes": ["payment-success"], "roles": ["deploy lead", "sre"]}
    assert shell.json("plan", "shop.md")["phases"][0]["due"] is None
    assert '"tonight" is no time' in shell.refused(2, "plan", "shop.md", "--at", "tonight")
