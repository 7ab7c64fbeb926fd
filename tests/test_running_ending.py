"""Commands that must be ended, and what they leave behind: nothing of it stays but services."""

import asyncio
import os
import signal
import threading
from pathlib import Path

import pytest

from running_kit import DEADLINE_S, FOREVER_S, Screen, all_gone, is_alive, python, run, shell, wait_until

STUBBORN = r"""sh -c "trap '' TERM; echo pid \$\$; exec sleep 60" """
SILENT = r"""sh -c "trap '' TERM; echo pid \$\$; exec >/dev/null 2>&1; exec sleep 60" """
ESCAPES = {
    "in the group": f"{STUBBORN} &",
    "in the group, silent": f"{SILENT} &",
    "in another session": f"setsid {STUBBORN} &",
    "in another session, silent": f"setsid {SILENT} &",
    "orphaned": f"(setsid {STUBBORN} &) &",
    "orphaned, silent": f"(setsid {SILENT} &) &",
    "orphaned, without the environment": f"(setsid env -i PATH=/bin:/usr/bin {STUBBORN} &) &",
}
"""The ways in which a child can get away; each prints the number of one that ignores TERM."""


async def test_timeout() -> None:
    with all_gone() as marked:
        outcome = await shell("echo begun; exec sleep 60", env=marked.env, timeout_s=0.2)
    assert (outcome.ended, outcome.exit_status) == ("timeout", -signal.SIGTERM)
    assert (outcome.why, outcome.output) == ("timed out after 0.2 s", "begun\n")


async def test_stop_is_polite_first() -> None:
    stop, screen = asyncio.Event(), Screen()
    code = "import signal, time; signal.signal(15, lambda *_: (print('bye'), exit(7))); print('ready'); time.sleep(60)"
    running = asyncio.create_task(python(code, stop=stop, on_output=screen.show, grace_s=FOREVER_S))
    await screen.line("ready")
    stop.set()
    outcome = await running
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("stopped", 7, "stopped by TERM")
    assert outcome.output == "ready\nbye\n"


async def test_children_too_have_the_grace_to_end_politely(tmp_path: Path) -> None:
    """Also those that are silent, when the leader has ended at once."""
    stop, screen = asyncio.Event(), Screen()
    child = f"trap 'sleep 0.3; touch {tmp_path}/tidy; exit' TERM; echo ready; exec >/dev/null 2>&1; sleep 60 & wait"
    with all_gone() as marked:
        script = 'sh -c "$1" & exec sleep 60'
        running = asyncio.create_task(
            run(
                "/bin/sh",
                "-c",
                script,
                "sh",
                child,
                stop=stop,
                on_output=screen.show,
                env=marked.env,
                grace_s=FOREVER_S,
            )
        )
        await screen.line("ready")
        stop.set()
        assert (await running).why == "stopped by TERM"
    assert (tmp_path / "tidy").exists()


async def test_a_command_that_ignores_term_is_killed() -> None:
    stop, screen = asyncio.Event(), Screen()
    with all_gone() as marked:
        running = asyncio.create_task(
            shell("trap '' TERM; echo ready; while :; do sleep 60; done", stop=stop, on_output=screen.show, grace_s=0.1,
                  env=marked.env)
        )  # fmt: skip
        await screen.line("ready")
        stop.set()
        outcome = await running
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("stopped", -signal.SIGKILL, "stopped by KILL")


async def test_a_stop_before_the_start_runs_nothing(tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    outcome = await run("touch", str(tmp_path / "ran"), stop=stop)
    assert (outcome.ended, outcome.why) == ("not_started", "stopped before it started")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
async def test_a_stop_ends_all_that_the_command_started(escape: str) -> None:
    stop, screen = asyncio.Event(), Screen()
    with all_gone() as marked:
        running = asyncio.create_task(
            shell(f"{escape} exec sleep 60", stop=stop, on_output=screen.show, grace_s=0.1, env=marked.env)
        )
        child = int(await screen.line("pid "))
        stop.set()
        assert (await running).ended == "stopped"
        wait_until(lambda: not is_alive(child))  # the system says of one that is killed for a moment that it runs


async def test_a_stop_ends_no_other_command(tmp_path: Path) -> None:
    """Not even one whose terminal could have had the name of one that is no longer in use."""
    stop = asyncio.Event()
    silent = f"exec >&- 2>&-; touch {tmp_path}/closed; exec sleep 60"
    first = asyncio.create_task(shell(silent, stop=stop))
    await asyncio.to_thread(wait_until, (tmp_path / "closed").exists)
    await shell("true")  # lets it be noticed
    screen = Screen()
    second = asyncio.create_task(shell("echo ready; sleep 0.3; echo unharmed", on_output=screen.show))
    await screen.line("ready")
    stop.set()
    assert (await first).ended == "stopped"
    assert (await second).output == "ready\nunharmed\n"


async def test_cancelling_ends_it_all() -> None:
    screen = Screen()
    with all_gone() as marked:
        running = asyncio.create_task(
            shell(f"{ESCAPES['orphaned']} exec sleep 60", on_output=screen.show, grace_s=0.1, env=marked.env)
        )
        await screen.line("pid ")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_cancelling_twice_kills_at_once() -> None:
    screen = Screen()
    with all_gone() as marked:
        script = "trap '' TERM; echo pid $$; while :; do sleep 60; done"
        running = asyncio.create_task(shell(script, on_output=screen.show, grace_s=FOREVER_S, env=marked.env))
        await screen.line("pid ")
        running.cancel()
        await asyncio.sleep(0)  # lets it take the first
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        wait_until(lambda: not marked.alive())


# After a command that ended by itself


@pytest.mark.parametrize(
    "escape", [script for name, script in ESCAPES.items() if "silent" not in name],
    ids=[name for name in ESCAPES if "silent" not in name],
)  # fmt: skip
async def test_a_leftover_that_holds_the_output_open_is_ended(escape: str) -> None:
    screen = Screen()
    with all_gone() as marked:
        outcome = await shell(f"{escape} sleep 0.2", on_output=screen.show, grace_s=0.1, env=marked.env)
        assert (outcome.ended, outcome.exit_status) == ("done", 0)
        assert outcome.why == "exit status 0; processes that it left behind were ended"
        leftover = int(await screen.line("pid "))
        wait_until(lambda: not is_alive(leftover))


async def test_beside_a_leftover_a_service_stays() -> None:
    screen = Screen()
    with all_gone() as marked:
        script = "sleep 60 >/dev/null 2>&1 & echo pid $!; sleep 60 &"
        outcome = await shell(script, on_output=screen.show, grace_s=0.1, env=marked.env)
        assert outcome.why == "exit status 0; processes that it left behind were ended"
        service = int(await screen.line("pid "))
        assert is_alive(service)
        end(service)


async def test_a_leftover_that_floods_does_not_keep_us() -> None:
    with all_gone() as marked:
        outcome = await shell("yes & echo over", env=marked.env, grace_s=0.1)
        assert outcome.why == "exit status 0; processes that it left behind were ended"


async def test_a_leftover_that_soon_ends_may_finish_what_it_says() -> None:
    outcome = await shell("(sleep 0.1; echo late) & echo early")
    assert (outcome.output, outcome.why) == ("early\nlate\n", "exit status 0")


async def test_a_leftover_that_closed_the_output_is_a_service_and_stays() -> None:
    screen = Screen()
    with all_gone() as marked:
        outcome = await shell("sleep 60 >/dev/null 2>&1 & echo pid $!", on_output=screen.show, env=marked.env)
        assert outcome.why == "exit status 0"
        service = int(await screen.line("pid "))
        assert is_alive(service)
        end(service)


async def test_a_service_that_was_let_go_survives_a_stop() -> None:
    stop, screen = asyncio.Event(), Screen()
    with all_gone() as marked:
        service = "env -u WARROOM_COMMAND setsid sh -c 'echo pid $$; exec sleep 60 >/dev/null 2>&1'"
        running = asyncio.create_task(
            shell(f"({service} &); exec sleep 60", stop=stop, on_output=screen.show, env=marked.env)
        )
        service_pid = int(await screen.line("pid "))
        await asyncio.to_thread(wait_until, lambda: Path(f"/proc/{service_pid}/comm").read_text() == "sleep\n")
        stop.set()
        assert (await running).ended == "stopped"
        assert is_alive(service_pid)
        end(service_pid)


async def test_a_command_that_closes_its_output_is_waited_for() -> None:
    outcome = await shell("echo last words; exec >&- 2>&-; sleep 0.2; exit 4")
    assert (outcome.exit_status, outcome.output) == (4, "last words\n")


async def test_a_command_that_may_not_be_signalled_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that runs as another user. Should it end after all, it does not stay a zombie."""
    screen = Screen()
    with all_gone() as marked:
        with monkeypatch.context() as patch:
            patch.setattr("warroom.running.family.kill", refuse)
            outcome = await shell("echo pid $$; exec sleep 60", on_output=screen.show, env=marked.env,
                                  timeout_s=0.1, grace_s=0.1)  # fmt: skip
        assert (outcome.ended, outcome.exit_status) == ("timeout", None)
        assert outcome.why == "timed out after 0.1 s, but could not be ended and may still run"
        pid = int(await screen.line("pid "))
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(wait_until, lambda: not Path(f"/proc/{pid}").exists())
        await asyncio.to_thread(wait_until, lambda: "reaper" not in {thread.name for thread in threading.enumerate()})


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))


def refuse(_pid: int, _number: int) -> None:
    raise PermissionError


@pytest.mark.parametrize("missing", ["no pidfd", "no /proc"])
async def test_other_systems(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They know the group, and look from time to time whether the command has ended."""
    if missing == "no pidfd":
        monkeypatch.delattr("os.pidfd_open")
    else:
        monkeypatch.setattr("warroom.running.family._PROC", Path("/no/such"))
    with all_gone() as marked:
        assert (await shell("echo out; exit 3", env=marked.env)).exit_status == 3
        async with asyncio.timeout(DEADLINE_S):
            outcome = await shell("sleep 60 & exec sleep 60", env=marked.env, timeout_s=0.1, grace_s=FOREVER_S)
        assert (outcome.ended, outcome.exit_status) == ("timeout", -signal.SIGTERM)
