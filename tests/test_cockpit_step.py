"""The step screen: what is shown before a command runs, what is asked, and what is known of runs before."""

import json
import os
import sys
from pathlib import Path

from cli_kit import Shell
from cockpit_kit import NARROW, Cockpit, cockpit, each_size
from cockpit_releases import begin

FAILS_ONCE = "import os, sys; there = os.path.exists('once'); open('once', 'w'); sys.exit(0 if there else 4)"


def release(home: Path, code: str, **more: object) -> Path:
    lines = [f"argv = {json.dumps([sys.executable, '-c', code])}"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in more.items()]
    return begin(home, side_file="[item.deploy.step]\n" + "\n".join(lines) + "\n")


async def open_step(it: Cockpit) -> None:
    await it.press("slash")
    await it.write("Deploy to")
    await it.press("enter", "x")
    await it.shows("RUN STEP", "command")


@each_size
async def test_it_shows_command_host_user_directory_environment_and_time(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(release(tmp_path, "print(1)", env=["DEPLOY_TOKEN"], expected="5s", cwd="sub"), size) as it:
        await open_step(it)
        await it.shows("runs as  deploy@prod-ops-1 in ", "gets     of the environment DEPLOY_TOKEN", "about 5 s")


async def test_a_step_that_changes_production_asks_for_its_name(tmp_path: Path) -> None:
    async with cockpit(release(tmp_path, "print('switched')", changes_production=True), NARROW) as it:
        await open_step(it)
        await it.press("y")
        await it.shows("This step changes production.", "Type production to go on.")
        await it.press("enter")
        await it.listens()
        await it.write("prod")
        await it.press("enter")
        assert not it.of_kind("step_started")
        await it.write("uction")
        await it.press("enter")
        await it.stored("step_finished")
        await it.shows("switched", "done")


async def test_its_question_can_be_left(tmp_path: Path) -> None:
    async with cockpit(release(tmp_path, "print(1)", changes_production=True)) as it:
        await open_step(it)
        await it.press("y", "escape")
        await it.shows("nothing has run yet")
        assert not it.of_kind("step_started")


async def test_attempts_stand_beside_each_other(tmp_path: Path) -> None:
    async with cockpit(release(tmp_path, FAILS_ONCE)) as it:
        await open_step(it)
        await it.press("y")
        await it.shows("1 failed exit status 4", "attempt 1")
        await it.press("y")
        await it.shows("1 failed exit status 4", "2 done exit status 0", "attempt 2")


async def test_what_ran_elsewhere_is_shown_with_its_output(tmp_path: Path) -> None:
    journal = release(tmp_path, "print('switching to green')")
    Shell(tmp_path).run("step", "deploy", "--yes", "-j", journal)
    async with cockpit(journal) as it:
        await open_step(it)
        await it.shows("switching to green", "1 done exit status 0")


async def test_a_cockpit_that_stands_by_sees_the_output_as_it_comes(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = f"import os, time; print('begun', flush=True)\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.05)"
    journal = release(tmp_path, code)
    async with cockpit(journal) as driver, cockpit(journal, operator="sre-1") as other:
        await open_step(driver)
        await open_step(other)
        await driver.press("y")
        await other.shows("begun", "running")
        gate.touch()
        await other.shows("done")


async def test_k_stops_it(tmp_path: Path) -> None:
    async with cockpit(release(tmp_path, "import time; print('here', flush=True); time.sleep(600)"), NARROW) as it:
        await open_step(it)
        await it.press("y")
        await it.shows("here", "of about 10 s", "k stop it")
        await it.press("k")
        (finished,) = await it.stored("step_finished")
        assert "stopped" in finished.body.detail


async def test_a_line_is_shown_as_it_grows(tmp_path: Path) -> None:
    code = (
        "import os, sys\ngate = os.open('gate', os.O_RDWR)\nprint('copied', flush=True)\n"
        "for part in ('10 %', '\\r40 %', ', done\\n'): print(part, end='', flush=True); os.read(gate, 1)"
    )
    journal = release(tmp_path, code)
    os.mkfifo(tmp_path / "gate")
    gate = os.open(tmp_path / "gate", os.O_RDWR)
    async with cockpit(journal) as it:
        await open_step(it)
        await it.press("y")
        await it.shows("copied", "10 %")
        os.write(gate, b"!")
        await it.shows("40 %")
        await it.press("escape", "x")
        await it.shows("copied", "40 %", "k stop it")
        os.write(gate, b"!")
        await it.shows("40 %, done")
        assert it.text.count("40 %") == 1
        os.write(gate, b"!")
        await it.shows("✓ done")
    os.close(gate)
