"""Everything about the selected item above the editor: what, who, its step, the bound probe, its history."""

from typing import NamedTuple

from textual.content import Content
from textual.reactive import reactive

from warroom.core.views import FeedLine, ProbeView, clock_time
from warroom.tui.draw import Part, cell, line, row, wrap
from warroom.tui.look import ITEM, STEP, VERDICT, event_look
from warroom.tui.widgets.pane import Pane


class StepView(NamedTuple):
    command: str
    phase: str
    why: str


class ItemPane(Pane):
    class View(NamedTuple):
        number: str
        section: str
        title: str
        status: str
        said: str
        """By whom and when, once somebody has said something."""
        owner: str
        required: bool
        guide: str
        notes: str
        probe: ProbeView | None
        step: StepView | None
        history: tuple[FeedLine, ...]

    class Phase(NamedTuple):
        """A phase is selected instead of an item."""

        title: str
        when: str
        counts: str
        notes: str

    view: reactive[View | Phase | None] = reactive(None)

    def draw(self, width: int, height: int) -> list[Content]:
        view = self.view
        if isinstance(view, ItemPane.Phase):
            return self._draw_phase(view, width)
        return self._draw_item(view, width, height) if view else []

    def _draw_phase(self, view: Phase, width: int) -> list[Content]:
        out = [*wrap(view.title, width, "bold"), line(""), _fact("when", view.when or "no time in its heading")]
        out.append(_fact("items", view.counts))
        notes = wrap(view.notes, width, "$quiet") if view.notes else []
        return [*out, line(""), *notes]

    def _draw_item(self, view: View, width: int, height: int) -> list[Content]:
        gap = [line("")] if height >= 16 else []
        out = [line((view.number, "$accent"), (f"  {view.section}", "$quiet")), *wrap(view.title, width, "bold"), *gap]
        out += self._facts(view, width)
        if view.guide:
            out += [*gap, *wrap(view.guide, width, "$quiet")]
        if view.step:
            out += [*gap, *self._step(view.step, width)]
        if view.probe:
            out += [*gap, *self._probe(view.probe, width, short=not gap)]
        if view.notes and gap:
            out += [line(""), *wrap(view.notes, width, "$quiet")[:4]]
        return [*out, *gap, *self._history(view, width, height - len(out) - len(gap))]

    @staticmethod
    def _facts(view: View, width: int) -> list[Content]:
        look = ITEM[view.status]
        state = _fact(
            "state", (f"{look.glyph} {look.word}", look.role), (f"  {view.said}" if view.said else "", "$quiet")
        )
        needs = "required" if view.required else "optional"
        facts = [row(width, state), row(width, _fact("owner", f"{view.owner} · {needs}" if view.owner else needs))]
        return facts if view.owner or view.required else facts[:1]

    @staticmethod
    def _step(step: StepView, width: int) -> list[Content]:
        look = STEP[step.phase]
        command = row(width, line(("STEP  ", "$quiet"), ("$ ", "$accent"), step.command))
        ended = line((f"{look.glyph} {look.word}", look.role), (f"  {step.why}", "$quiet"))
        return [command, row(width, ended)] if step.phase != "waiting" else [command]

    @staticmethod
    def _probe(probe: ProbeView, width: int, *, short: bool) -> list[Content]:
        look = VERDICT[probe.word]
        loud = probe.word == "fail"
        word = f"{look.glyph} {look.word}"
        badge = (f" {word} ", f"bold $ink on {look.role}") if loud else (word, f"bold {look.role}")
        value = row(width, line(badge, f"  {probe.title}"), (f"{probe.value} {probe.unit}", "bold"))
        if short:
            return [value]
        head = row(width, ("BOUND PROBE", "$quiet"), (f"{probe.age} ago" if probe.age else "", "$quiet"))
        return [head, value, row(width, (probe.text, "$quiet"))]

    @staticmethod
    def _history(view: View, width: int, room: int) -> list[Content]:
        if not view.history or room < 2:
            return []
        head = row(width, ("HISTORY", "$quiet"), (str(len(view.history)), "$quiet"))
        return [head, *(_entry(each, width) for each in view.history[-(room - 1) :])]


def _fact(label: str, *value: Part) -> Content:
    return line((f"{label:<8}", "$quiet"), *value)


def _entry(each: FeedLine, width: int) -> Content:
    look = event_look(each.tone, each.word)
    text = each.text or look.word
    parts = line(
        cell(clock_time(each.at_us)[:5], 7, "$quiet"), cell(each.who, 8, "$quiet"), (look.glyph, look.role), " ", text
    )
    return row(width, parts)
