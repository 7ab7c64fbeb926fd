"""`warroom step`: what would run is shown, asked and kept, as in the cockpit."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli_kit import PROGRAM, Shell, environment
from cockpit_kit import cockpit
from cockpit_releases import begin, events
from warroom.core.events import StepFinished, StepInterrupted, StepOutput, StepStarted

PYTHON = sys.executable


def side_file(code: str, **more: object) -> str:
    """A side file whose step on `deploy` runs this Python code."""
    lines = [
        f"argv = {json.dumps([PYTHON, '-c', code])}",
        *(f"{key} = {json.dumps(value)}" for key, value in more.items()),
    ]
    return "[item.deploy.step]\n" + "\n".join(lines) + "\n"


def release(home: Path, code: str, **more: object) -> tuple[Shell, Path]:
    journal = begin(home, side_file=side_file(code, **more))
    return Shell(home, WARROOM_JOURNAL=str(journal), WARROOM_OPERATOR="ada"), journal


def bodies(journal: Path, kind: type[Any]) -> list[Any]:
    return [event.body for event in events(journal) if isinstance(event.body, kind)]


def test_it_runs_streams_and_is_kept(tmp_path: Path) -> None:
    shell, journal = release(tmp_path, "print('switching'); print('done')")
    ended = shell.run("step", "deploy", "--yes")
    assert (ended.status, ended.out) == (0, "switching\ndone\n")
    assert "done: exit status 0" in ended.err
    (started,), (finished,) = bodies(journal, StepStarted), bodies(journal, StepFinished)
    assert (started.run, started.cwd) == (finished.run, str(tmp_path))
    assert finished.outcome.output == "switching\ndone\n"
    assert "".join(piece.text for piece in bodies(journal, StepOutput)) == "switching\ndone"


def test_before_it_runs_it_is_shown_and_a_dry_run_ends_there(tmp_path: Path) -> None:
    shell, journal = release(tmp_path, "print(1)", cwd="sub", env=["DEPLOY_TOKEN"], expected="5s", timeout="1m")
    ended = shell.run("step", "deploy", "--dry-run")
    assert (ended.status, ended.out) == (0, "")
    command, runs, gets, takes = ended.err.splitlines()
    assert command.startswith(f"$ {PYTHON} -c 'print(1)'")
    assert runs.endswith(f" in {tmp_path / 'sub'}")
    assert gets.startswith("gets     of the environment DEPLOY_TOKEN, PATH, HOME")
    assert takes == "takes    about 5 s, stopped after 1m00s"
    assert not bodies(journal, StepStarted)


def test_without_anybody_to_ask_it_needs_a_yes(tmp_path: Path) -> None:
    shell, journal = release(tmp_path, "print(1)")
    ended = shell.run("step", "deploy", stdin=subprocess.DEVNULL)
    assert ended.status == 2
    assert "nobody can be asked here" in ended.err
    assert not bodies(journal, StepStarted)


@pytest.mark.parametrize("answer", [(), ("--yes",), ("--confirm", "staging")])
def test_a_step_that_changes_production_wants_its_name(tmp_path: Path, answer: tuple[str, ...]) -> None:
    shell, journal = release(tmp_path, "print(1)", changes_production=True)
    ended = shell.run("step", "deploy", *answer, stdin=subprocess.DEVNULL)
    assert ended.status == 2
    assert "CHANGES PRODUCTION: production" in ended.err
    assert not bodies(journal, StepStarted)
    assert shell.run("step", "deploy", "--confirm", "production").status == 0


@pytest.mark.parametrize(
    ("code", "more", "status", "why"),
    [
        ("raise SystemExit(3)", {}, 1, "failed: exit status 3"),
        ("raise SystemExit(3)", {"succeeds": [0, 3]}, 0, "done: exit status 3"),
        ("print('x')", {"succeeds": [3]}, 1, "failed: exit status 0, but 3 means success"),
        ("print('switched')", {"prints": "switched"}, 0, "done: exit status 0"),
        ("print('nothing to do')", {"prints": "switched"}, 1, 'failed: exit status 0, but it did not print "switched"'),
        ("import time; time.sleep(60)", {"timeout": "200ms"}, 1, "failed: timed out"),
    ],
)
def test_success_is_what_the_side_file_says(
    tmp_path: Path, code: str, more: dict[str, object], status: int, why: str
) -> None:
    shell, _ = release(tmp_path, code, **more)
    ended = shell.run("step", "deploy", "--yes")
    assert (ended.status, why in ended.err) == (status, True), ended.err


def test_it_gets_the_environment_that_it_is_allowed(tmp_path: Path) -> None:
    code = "import os; print(sorted(set(os.environ) & {'DEPLOY_TOKEN', 'OTHER', 'PATH'}))"
    shell, _ = release(tmp_path, code, env=["DEPLOY_TOKEN"])
    shell.environ |= {"DEPLOY_TOKEN": "abc", "OTHER": "1"}
    assert shell.run("step", "deploy", "--yes").out == "['DEPLOY_TOKEN', 'PATH']\n"


def test_attempt_two_stands_beside_attempt_one(tmp_path: Path) -> None:
    code = "import os, sys; there = os.path.exists('once'); open('once', 'w'); sys.exit(0 if there else 4)"
    shell, journal = release(tmp_path, code)
    assert shell.run("step", "deploy", "--yes").status == 1
    again = shell.run("step", "deploy", "--yes")
    assert "before   attempt 1 by ada: failed, exit status 4" in again.err
    assert [started.attempt for started in bodies(journal, StepStarted)] == [1, 2]
    assert shell.json("status")["items"][2]["step"]["attempt"] == 2


async def test_while_a_cockpit_drives_it_is_refused(tmp_path: Path) -> None:
    shell, journal = release(tmp_path, "print(1)")
    async with cockpit(journal):
        ended = shell.run("step", "deploy", "--yes")
    assert ended.status == 69
    assert "is driven by deploy on prod-ops-1" in ended.err
    assert not bodies(journal, StepStarted)


def test_what_cannot_start_is_refused_with_the_reason(tmp_path: Path) -> None:
    shell, _ = release(tmp_path, "print(1)")
    shell.ok("tick", "deploy")
    ended = shell.run("step", "deploy", "--yes")
    assert (ended.status, "the item is done; reopen it first" in ended.err) == (64, True)
    assert 'no step is bound to "search"' in shell.run("step", "search", "--yes").err


def test_ctrl_c_ends_the_command_and_keeps_how_it_ended(tmp_path: Path) -> None:
    shell, journal = release(tmp_path, "import time; print('here', flush=True); time.sleep(600)")
    with _running(shell) as process:
        assert process.stdout
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
    (finished,) = bodies(journal, StepFinished)
    assert finished.outcome.ended == "stopped"


def test_after_a_crash_the_next_act_says_that_the_outcome_is_unknown(tmp_path: Path) -> None:
    shell, journal = release(tmp_path, "import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    with _running(shell) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
    os.kill(child, signal.SIGKILL)
    told = shell.run("step", "deploy", "--dry-run")
    assert "was interrupted, outcome unknown: verify by hand first" in told.err
    assert [piece.text for piece in bodies(journal, StepOutput)] in ([], [str(child)])
    release_state = shell.json("status")
    assert release_state["items"][2]["status"] in ("running", "interrupted")
    with _running(shell) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert len(bodies(journal, StepInterrupted)) == 1


def _running(shell: Shell) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*PROGRAM, "step", "deploy", "--yes"],
        cwd=shell.home,
        env=environment(shell.environ) | shell.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
