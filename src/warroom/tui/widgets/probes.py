"""Probe panes: the four big ones with value, history, thresholds and age, and the list of the others."""

from textual.content import Content
from textual.reactive import reactive

from warroom.core.views import ProbeView
from warroom.tui.draw import Part, cell, line, plot, row
from warroom.tui.look import SAMPLE, VERDICT
from warroom.tui.widgets.pane import Pane

_LEFT = 13  # cells of value and limit left of the plot


class ProbePane(Pane):
    """One probe. An old number is never shown like a live one: when stale, value and plot go quiet."""

    probe: reactive[ProbeView | None] = reactive(None)

    def draw(self, width: int, height: int) -> list[Content]:
        probe = self.probe
        if probe is None:
            return [row(width, ("no probe for this pane", "$quiet"))]
        return self._short(probe, width) if height < 5 else self._tall(probe, width)

    def _tall(self, probe: ProbeView, width: int) -> list[Content]:
        chart = self._plot(probe, width - _LEFT, 3)
        left = [self._value(probe), _limit(probe), line("")]
        graph = [line(row(_LEFT, part), each) for part, each in zip(left, chart, strict=True)]
        foot = (probe.rules if width > 34 else probe.fail_rule, "$quiet")
        foot = (probe.config_error, "$unsure") if probe.config_error else foot
        return [self._title(probe, width), *graph, row(width, foot, self._age(probe, " ago"))]

    def _short(self, probe: ProbeView, width: int) -> list[Content]:
        value = row(12, self._value(probe))
        chart = self._plot(probe, max(1, width - 30), 1)[0]
        second = line(value, " ", chart, "  ", cell(probe.fail_rule, 11, "$quiet"))
        return [self._title(probe, width), row(width, second, self._age(probe))]

    @staticmethod
    def _title(probe: ProbeView, width: int) -> Content:
        look = VERDICT[probe.word]
        loud = probe.word == "fail"
        words = f"{look.glyph} {look.word}"
        badge = (f" {words} ", f"bold $ink on {look.role}") if loud else (words, f"bold {look.role}")
        shown = probe.mark and (width > 26 or probe.config_error)
        mark = (f"{probe.mark}  " if shown else "", "$unsure" if probe.config_error else "$quiet")
        return row(width, (probe.title, "" if probe.word == "ok" else "bold"), line(mark, badge))

    @staticmethod
    def _value(probe: ProbeView) -> Content:
        role = {"ok": "", "warn": "$warn", "fail": "$fail"}.get(probe.word, "$quiet")
        return line((probe.value, f"bold {role}".strip()), (f" {probe.unit}", "$quiet"))

    @staticmethod
    def _plot(probe: ProbeView, width: int, height: int) -> list[Content]:
        old = probe.word == "stale"
        roles = ["$fill" if old and outcome == "ok" else SAMPLE[outcome] for outcome in probe.outcomes]
        chart = plot(probe.samples, roles, width=width, height=height, limit=probe.limit)
        return [each.stylize("$quiet") for each in chart] if old else chart

    @staticmethod
    def _age(probe: ProbeView, after: str = "") -> Part:
        old = probe.word in ("stale", "unknown")
        return (f"{probe.age}{after}" if probe.age else "", "$unsure" if old else "$quiet")


class ProbeList(Pane):
    """The other probes, one line each."""

    probes: reactive[tuple[ProbeView, ...]] = reactive(())

    def draw(self, width: int, height: int) -> list[Content]:
        shown = self.probes if len(self.probes) <= height else self.probes[: height - 1]
        out = [self._line(probe, width) for probe in shown]
        if len(shown) < len(self.probes):
            out.append(row(width, (f"  {len(self.probes) - len(shown)} more", "$quiet")))
        return out

    @staticmethod
    def _line(probe: ProbeView, width: int) -> Content:
        look = VERDICT[probe.word]
        calm = probe.word == "ok"
        left = line((look.glyph, look.role), " ", (probe.title, "$quiet" if calm else ""))
        value = cell(f"{probe.value} {probe.unit}".strip(), 9, "$quiet", right=True)
        if probe.config_error:
            value = line(("config error", "$unsure"))
        word = cell(look.word.lower(), 8, look.role)
        age = cell(probe.age, 5, "$quiet" if calm else look.role, right=True)
        return row(width, left, line(value, "  ", word, age))


def _limit(probe: ProbeView) -> Content:
    label = "" if probe.limit is None else f"{probe.limit:g} "
    return row(_LEFT, "", (label, "$quiet"))
