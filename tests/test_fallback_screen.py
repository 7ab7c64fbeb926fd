"""A rollback on a locked journal as a person sees it: it runs, and nobody can miss that it is not saved."""

from pathlib import Path

import pytest

from cockpit_kit import cockpit, each_size
from cockpit_releases import events
from fallback_kit import ALL_RAN, COURSE, course, plan, ran, release
from room_kit import locked


@each_size
async def test_a_rollback_on_a_locked_journal(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    journal = release(tmp_path / "home", plan())
    async with cockpit(journal, size) as it:
        with locked(journal):
            await it.open_rollback()
            await it.write(it.live.release.name)
            await it.press("enter")
            await it.shows("ROLLING BACK", "✗ NOT SAVED   kept in /", "↶ recovering")
            assert ran(journal.parent) == ALL_RAN
            assert course(events(journal)) == []
        await it.stored("rolled_back")
        await it.shows("✓ saved", "commands run as")
        await it.press("escape", "l")
        await it.shows("stored late")
    assert course(events(journal)) == COURSE
