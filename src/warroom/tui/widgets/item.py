"""Everything about the selected item above the editor: what, who, its step, the bound probe, its history."""

from typing import NamedTuple

from textual.content import Content
from textual.reactive import reactive

from warroom.core.item_views import Fact
from warroom.core.plain import one_line
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
        due: str
        """When it is due, or how late it is; "" for what is closed or has no time."""
        facts: tuple[Fact, ...]
        owner: str
        required: bool
        guide: str
        notes: str
        probe: ProbeView | None
        step: StepView | None
        evidence: tuple[FeedLine, ...]
        history: tuple[FeedLine, ...]

    class Phase(NamedTuple):
        """A phase is selected instead of an item."""

        title: str
        when: str
        due: str
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
        out += [_fact("due", _due(view.due))] if view.due else []
        out.append(_fact("items", view.counts))
        notes = wrap(view.notes, width, "$quiet") if view.notes else []
        return [*out, line(""), *notes]

    def _draw_item(self, view: View, width: int, height: int) -> list[Content]:
        gap = [line("")] if height >= 16 else []
        out = [line((view.number, "$accent"), (f"  {view.section}", "$quiet")), *wrap(view.title, width, "bold"), *gap]
        out += self._facts(view, width)
        out += [part for fact in view.facts for part in _said(fact, width, 3 if gap else 1)]
        if view.guide:
            out += [*gap, *wrap(view.guide, width, "$quiet")]
        if view.step:
            out += [*gap, *self._step(view.step, width)]
        if view.probe:
            out += [*gap, *self._probe(view.probe, width, short=not gap)]
        if view.notes and gap:
            out += [line(""), *wrap(view.notes, width, "$quiet")[:4]]
        if view.evidence:
            out += [*gap, *_section("EVIDENCE", view.evidence, width, 4)]
        room = height - len(out) - len(gap)
        return [*out, *gap, *_section("HISTORY", view.history, width, room)]

    @staticmethod
    def _facts(view: View, width: int) -> list[Content]:
        look = ITEM[view.status]
        state = _fact(
            "state", (f"{look.glyph} {look.word}", look.role), (f"  {view.said}" if view.said else "", "$quiet")
        )
        needs = "required" if view.required else "optional"
        owner = _fact("owner", f"{view.owner} · {needs}" if view.owner else needs)
        facts = [row(width, state, "" if view.said else _due(view.due, "due "))]
        facts += [row(width, owner)] if view.owner or view.required else []
        return [*facts, row(width, _fact("due", _due(view.due)))] if view.due and view.said else facts

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


_TONE = {"quiet": "$quiet", "asks": "$accent", "loud": "$warn"}


def _said(fact: Fact, width: int, most: int) -> list[Content]:
    """A fact in at most so many lines."""
    role = _TONE[fact.tone]
    if most == 1:
        return [row(width, _fact(fact.label, (fact.text, role)))]
    first, *more = wrap(one_line(fact.text), width - 8, role)[:most]
    return [_fact(fact.label, first), *(line(" " * 8, each) for each in more)]


def _section(title: str, entries: tuple[FeedLine, ...], width: int, room: int) -> list[Content]:
    """The last entries, under a title with the number of all."""
    if not entries or room < 2:
        return []
    head = row(width, (title, "$quiet"), (str(len(entries)), "$quiet"))
    return [head, *(_entry(each, width) for each in entries[-(room - 1) :])]


def _due(due: str, label: str = "") -> Part:
    return (due, "$warn") if due.startswith("late") else (f"{label}{due}" if due else "", "$quiet")


def _fact(label: str, *value: Part) -> Content:
    return line((f"{label:<8}", "$quiet"), *value)


def _entry(each: FeedLine, width: int) -> Content:
    look = event_look(each.tone, each.word)
    text = each.text or look.word
    parts = line(
        cell(clock_time(each.at_us)[:5], 7, "$quiet"), cell(each.who, 8, "$quiet"), (look.glyph, look.role), " ", text
    )
    return row(width, parts)
