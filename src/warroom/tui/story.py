"""The demo's story, played with the keys that a person would press: tick, skip, deploy, see it go bad, roll back."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from warroom.core.errors import WarroomError
from warroom.live import Live
from warroom.tui.widgets.name_field import DEAF_S

KEY_S = 0.04  # between two keys, so that one can follow
READ_S = 1.0  # to look at what has changed
PATIENCE_S = 90.0


async def play(live: Live, pilot: Pilot[Any]) -> None:
    """Plays to the end and leaves the cockpit. Raises `WarroomError` when production does not do its part."""
    story = _Story(live, pilot)
    await story.prove_blue()
    await story.deploy_green()
    await story.roll_back()
    await story.keys("escape", "q")


class _Story:
    def __init__(self, live: Live, pilot: Pilot[Any]) -> None:
        self._live = live
        self._pilot = pilot

    async def prove_blue(self) -> None:
        await self._until(lambda: self._all("ok"), "the probes do not become ok")
        await self._look()
        await self._find("Verify payment processing")
        await self.keys("n", *"paid 20 BDT by card and by wallet", "escape", "space")
        await self._find("Test user authentication")
        await self.keys("s", *"covered by the smoke tests", "enter")

    async def deploy_green(self) -> None:
        await self._find("Deploy to production")
        await self.keys("x", "y")
        await self._until(lambda: self._step_phase("deploy") == "done", "green is not deployed")
        await self._look()
        await self.keys("escape", "space")
        await self._until(lambda: self._live.release.asks, "no trigger asks for a decision; is green's fault none?")
        await self._look()

    async def roll_back(self) -> None:
        await self.keys("R")
        await asyncio.sleep(DEAF_S + READ_S)
        await self.keys(*self._live.release.name, "enter")
        await self._until(lambda: self._live.release.rollback.status == "restored", "production is not restored")
        await self._look()

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press("space" if key == " " else key)
            await asyncio.sleep(KEY_S)

    async def _find(self, words: str) -> None:
        await self.keys("/", *words, "enter")

    async def _look(self) -> None:
        await asyncio.sleep(READ_S)

    async def _until(self, holds: Callable[[], object], why_not: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    await self._pilot.pause(0.1)
        except TimeoutError:
            raise WarroomError(f"the story stops here: {why_not}") from None

    def _step_phase(self, item: str) -> str:
        step = self._live.release.item(item).step
        return step.phase if step else ""

    def _all(self, word: str) -> bool:
        return all(verdict.word == word for verdict in self._live.verdicts())
