"""The review as a page: one file, no script, everything from outside as text, and charts that show what was."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from cli_kit import Shell
from export_kit import HOSTILE, LONG, hostile_shell
from review_kit import INCIDENT, T0_US, At, definitions, opened, reading, readings_every_5_s, shell, write
from warroom.core import events as ev
from warroom.core import review_selection
from warroom.core.filters import Filter
from warroom.core.review_hearing import overheard
from warroom.core.review_plots import Axis, Plot, Plotter
from warroom.core.review_selection import Selection, fetched
from warroom.journal.store import open_journal
from warroom.report.escaping import visible
from warroom.report.review_scales import Scale, clock_steps


class Page(HTMLParser):
    """A page as a strict reader sees it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.style = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.text += data

    def all(self, tag: str, class_: str = "") -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag and attributes.get("class", "") == class_]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return hostile_shell(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def hostile_page(hostile: Shell) -> str:
    return hostile.ok("review", "--format", "html")


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return shell(tmp_path_factory.mktemp("incident"))


def page(told: Shell) -> Page:
    return Page(told.ok("review", "--format", "html"))


def test_nothing_from_outside_is_markup(hostile_page: str) -> None:
    found = Page(hostile_page)
    assert found.open == []
    assert not {"script", "img", "iframe", "link", "object", "form", "b><"} & {tag for tag, _ in found.tags}
    for tag, attributes in found.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc")], tag
        assert attributes.get("href", "#").startswith("#")
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_policy_lets_in_its_own_style_only(hostile_page: str) -> None:
    found = Page(hostile_page)
    (policy,) = [each["content"] for each in found.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    digest = b64encode(sha256(found.style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in found.style.replace("url(#hatch)", "")
    assert "@import" not in found.style


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_there_as_text(hostile_page: str, what: str) -> None:
    shown = re.sub(r"\s+", " ", Page(hostile_page).text)
    assert re.sub(r"\s+", " ", visible(HOSTILE[what]).strip()) in shown


def test_what_a_screen_would_obey_is_spelled_out(hostile_page: str) -> None:
    assert {char for char in hostile_page if not char.isprintable()} <= {"\n", "\t", "\u200c", "\u200d"}


def test_a_very_long_text_is_cut_and_says_so(hostile_page: str) -> None:
    assert f"{len(LONG) - 64 * 1024} more characters, which the journal has" in hostile_page
    assert len(hostile_page) < 2_500_000


def test_markdown_holds_no_markup_but_its_own(hostile: Shell) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(hostile.ok("review"))
    found = [each for token in tokens for each in (token, *(token.children or ()))]
    assert {each.content for each in found if each.type.startswith("html")} <= {"<br>"}
    assert not {each.type for each in found} & {"link_open", "image", "s_open", "em_open"}
    assert [each.type for each in found].count("fence") == 1


def test_the_same_journal_gives_the_same_bytes(incident: Shell) -> None:
    for form in ("html", "markdown"):
        first = incident.ok("review", "--format", form)
        assert incident.ok("review", "--format", form, "-o", "out") == ""
        assert (incident.home / "out").read_text(encoding="utf-8") == first


def test_it_vouches_for_the_journal(incident: Shell) -> None:
    for form in ("html", "markdown"):
        incident.ok("review", "--format", form, "-o", "earlier")
        assert incident.ok("verify", "--checkpoint", "earlier").startswith("intact: as the checkpoint")


def test_the_export_is_the_same_page_and_can_be_filtered(incident: Shell) -> None:
    whole = incident.ok("export", "--format", "html")
    assert whole == incident.ok("review", "--format", "html")
    only = incident.ok("export", "--format", "html", "--kind", "item_done", "--operator", "ben")
    assert "Filtered: kinds item_done; operators ben." in only
    shown = {attributes["id"] for tag, attributes in Page(only).tags if tag == "tr" and "id" in attributes}
    assert "e2" in shown
    assert "e4" not in shown
    assert "e17" in shown  # the review points to it


def test_it_never_goes_over_the_journal(incident: Shell) -> None:
    assert "is the journal itself" in incident.refused(2, "review", "-o", "shop.journal")


def test_a_rehearsal_says_so(tmp_path: Path) -> None:
    started = INCIDENT[0].body.model_copy(update={"rehearsal": True})
    told = shell(tmp_path, [INCIDENT[0]._replace(body=started), *INCIDENT[1:]])
    assert "REHEARSAL: nothing of this was production" in page(told).text
    assert "# Review of REHEARSAL of shop 4.2 to production" in told.ok("review")


def test_a_chart_has_limits_steps_phases_ticks_and_the_rollback(incident: Shell) -> None:
    found = page(incident)
    charts = [tag for tag, _ in found.tags].count("figure")
    assert charts == 4  # of two probes, around the incident and of the whole release
    in_the_legend = {"limit fail", "back", "recovering", "decision bad"}
    for class_ in ("limit warn", "limit fail", "back", "recovering", "restored", "decision bad"):
        tag = "rect" if class_ in ("back", "recovering") else "line"
        assert len(found.all(tag, class_)) == charts + (class_ in in_the_legend), class_
    assert len(found.all("path", "decision-mark")) == charts * 3
    assert len(found.all("line", "phase-line")) == 2  # it began before what is drawn around the incident
    assert len(found.all("rect", "blind")) == 2 + 1  # of health only, and the legend
    assert len(found.all("line", "tick")) == 2 + 1


def test_a_hole_in_the_readings_is_a_hole_in_the_line(tmp_path: Path) -> None:
    whole = readings_every_5_s()
    holed = [each for each in whole if not 30e6 < each.at_us - T0_US < 70e6]
    lines = {}
    for name, samples in (("whole", whole), ("holed", holed)):
        (tmp_path / name).mkdir()
        found = page(shell(tmp_path / name, INCIDENT, samples))
        lines[name] = len(found.all("path", "line"))
    assert lines == {"whole": 4, "holed": 6}


def test_charts_leave_out_the_time_in_which_nothing_was_measured() -> None:
    day, minute = 86_400_000_000, 60_000_000
    axis = Axis([(0, 10 * minute), (5 * day, 5 * day + 30 * minute)])
    assert axis.at(0) == 0
    assert axis.at(5 * day + 30 * minute) == pytest.approx(1)
    assert axis.at(-1) is axis.at(6 * day) is None
    before, between, after = (axis.near(at) for at in (10 * minute, 2 * day, 5 * day))
    assert before < between < after
    assert before == pytest.approx(0.25, abs=0.02)
    many = Axis([(n * day, n * day + minute) for n in range(40)])
    places = [many.near(n * day) for n in range(40)]
    assert places == sorted(places)
    assert len(many.stretches) == 12


def test_round_numbers_and_times_on_the_axes() -> None:
    assert Scale.over(0, 100).steps == (0, 50, 100)
    assert Scale.over(2, 2).share(2) == pytest.approx(0.5, abs=0.1)
    assert Scale.over(0, 0).steps
    steps = [at for at, _ in clock_steps([((0, 3_600_000_000), 0.0, 1.0)], 0)]
    assert steps == [n * 600_000_000 for n in range(1, 6)]


def test_a_probe_that_gives_texts_has_a_chart_too(tmp_path: Path) -> None:
    told = shell(
        tmp_path, INCIDENT, [reading(n, "health", "blue", "fail" if n > 20 else "ok") for n in range(0, 40, 5)]
    )
    found = page(told)
    assert "no numbers" in found.text
    assert len(found.all("rect", "strip fail")) == 3 + 1


def test_a_column_of_many_readings_keeps_the_lowest_the_highest_and_the_worst() -> None:
    axis = Axis([(T0_US, T0_US + 42_000_000_000)])  # a hundred seconds a column
    plot = Plot("errors", axis, None, [])
    plotter = Plotter(definitions(), [plot])
    for number, second in enumerate([*range(0, 100, 5), *range(150, 200, 5)], 1):
        bad = second == 50
        plotter.hear(number, reading(second, "errors", 9.0 if bad else second / 100, "fail" if bad else "ok"))
    first, second_column = plot.dots
    assert (first.low, first.high, first.last, first.worst, first.broken) == (0.0, 9.0, 0.95, "fail", True)
    assert (second_column.low, second_column.worst, second_column.broken) == (1.5, "ok", True)


def few(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(review_selection, "SHOWN", most)


def test_a_long_journal_shows_all_that_is_rare_and_the_ends_of_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, 30)
    notes = [At(n - 9000, ev.Noted(text=f"n{n}")) for n in range(1000)]
    path = write(tmp_path / "long.journal", [*INCIDENT[:1], *notes, opened(1), At(2, ev.CockpitClosed())], [])
    journal = open_journal(path, read_only=True)
    selection = Selection()
    for _ in overheard(journal.read(), [selection]):
        pass
    seqs, more = selection.chosen([500])
    shown = list(fetched(journal.read, seqs))
    journal.close()
    assert [event.seq for event in shown] == seqs
    assert more == {"noted": 1000 - 27}
    assert seqs == [*range(1, 16), 500, *range(989, 1004)]


def test_a_filter_holds_for_the_selection(tmp_path: Path) -> None:
    journal = open_journal(write(tmp_path / "a.journal"), read_only=True)
    selection = Selection(Filter(operators=("ben",)))
    for _ in overheard(journal.read(), [selection]):
        pass
    journal.close()
    assert selection.chosen() == ([2, 3, 9, 13], {})
