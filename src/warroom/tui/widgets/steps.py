"""The steps of the rollback plan: number or state, what, where, expected and real time, and the exact command."""

from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from warroom.core.views import span
from warroom.tui.draw import cell, line, row
from warroom.tui.look import STEP
from warroom.tui.widgets.pane import Pane


class StepLine(NamedTuple):
    title: str
    where: str
    command: str
    expected_s: float
    took_s: float | None
    phase: str
    why: str


class StepList(Pane):
    steps: reactive[tuple[StepLine, ...]] = reactive((), layout=True)
    live: reactive[bool] = reactive(False)

    def __init__(self, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._scrolled = 0

    def draw(self, width: int, height: int) -> list[Content]:
        roomy = height >= 4 * len(self.steps) + 1
        took = "took" if self.live else ""
        times = line(cell("expected", 9, "$quiet", right=True), cell(took, 8, "$quiet", right=True))
        head = row(width, ("STEPS", "$quiet"), times)
        blocks = [self._step(number, step, width, roomy=roomy) for number, step in enumerate(self.steps, 1)]
        return [head, *self._window(blocks, width, height - 1)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Without air."""
        return 1 + len(self.steps) * (3 if self.live else 2)

    def scroll_steps(self, by: int) -> None:
        """Shows earlier or later steps than it would by itself."""
        self._scrolled += by
        self.refresh()

    def _window(self, blocks: list[list[Content]], width: int, room: int) -> list[Content]:
        """All steps, or those from the one at work on, with how many are not shown."""
        everything = [each for block in blocks for each in block]
        if len(everything) <= room:
            return everything
        size = max(map(len, blocks))
        fit = max(1, (room - 1) // size)
        at = self._at_work() if self.live else 0
        self._scrolled = max(-at, min(self._scrolled, len(blocks) - fit - at))
        first = at + self._scrolled
        shown = [each for block in blocks[first : first + fit] for each in block]
        return [*shown, row(width, (f"   {_hidden(first, len(blocks) - first - fit)}", "$quiet"))]

    def _at_work(self) -> int:
        steps = enumerate(self.steps)
        return next((n for n, step in steps if step.phase not in ("done", "skipped")), len(self.steps) - 1)

    def _step(self, number: int, step: StepLine, width: int, *, roomy: bool) -> list[Content]:
        look = STEP[step.phase]
        glyph = (look.glyph, look.role) if self.live else (str(number), "bold")
        quiet = self.live and step.phase == "waiting"
        took = span(step.took_s) if step.took_s is not None else ""
        times = line(cell(span(step.expected_s), 9, "$quiet", right=True), cell(took, 8, look.role, right=True))
        state = (look.word, look.role) if self.live else ("", "")
        words = f"{step.where}  {step.why}".strip() if self.live and step.why else step.where
        first = row(width, line(glyph, "  ", (step.title, "$quiet" if quiet else "bold")), times)
        where = row(width, (f"   {words}", "$quiet"), state)
        command = row(width, line(("   $ ", "$accent"), (step.command, "$quiet" if quiet else "")))
        air = [line("")] if roomy else []
        return [*air, first, where, command] if roomy or self.live else [first, command]


def _hidden(above: int, below: int) -> str:
    words = (f"{above} more above" if above else "", f"{below} more steps below" if below > 0 else "")
    return " · ".join(word for word in words if word) + "  ↑ ↓"
