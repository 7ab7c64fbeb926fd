"""The review's page in a real Chromium: nothing runs, nothing is fetched, everything can be read, seen and printed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chromium_kit import Chromium, chromium
from cli_kit import Shell
from export_kit import HOSTILE, hostile_shell
from review_kit import shell
from warroom.report.escaping import visible

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(hostile_shell(tmp_path_factory.mktemp("hostile")))


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(shell(tmp_path_factory.mktemp("incident")))


def _page(told: Shell) -> Path:
    told.ok("review", "--format", "html", "-o", "review.html")
    return told.home / "review.html"


def told(browser: Chromium, *methods: str) -> list[dict[str, Any]]:
    return [event for event in browser.events if event.get("method") in methods]


def shown(browser: Chromium, selector: str) -> int:
    """How many elements can be seen."""
    return int(browser.js(f"[...document.querySelectorAll('{selector}')].filter(e => e.checkVisibility()).length"))


def test_no_script_runs_and_nothing_is_fetched(browser: Chromium, hostile: Path) -> None:
    browser.looks()
    browser.open(hostile)
    assert browser.js("document.scripts.length + document.images.length + document.links.length") == browser.js(
        "document.querySelectorAll('a[href^=\"#\"]').length"
    )
    assert told(browser, "Page.javascriptDialogOpening", "Runtime.exceptionThrown") == []
    assert {event["params"]["request"]["url"] for event in told(browser, "Network.requestWillBeSent")} == {
        hostile.as_uri()
    }
    assert told(browser, "Log.entryAdded", "Audits.issueAdded") == []


def test_the_policy_would_stop_a_script_that_got_in(browser: Chromium, hostile: Path, tmp_path: Path) -> None:
    """The test above is worth nothing if this Chromium does not keep to the policy."""
    spoilt = tmp_path / "spoilt.html"
    bad = "<script>document.title = 'owned'</script><img src='file:///x.png' onerror=\"document.title = 'owned'\">"
    spoilt.write_text(hostile.read_text(encoding="utf-8").replace("<h1>", f"{bad}<h1>", 1), encoding="utf-8")
    browser.open(spoilt)
    assert browser.js("document.title") != "owned"
    assert browser.js("document.scripts.length") == 1
    assert told(browser, "Log.entryAdded", "Audits.issueAdded")


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_shown_as_text(browser: Chromium, hostile: Path, what: str) -> None:
    browser.open(hostile)
    words = re.sub(r"\s+", " ", browser.js("document.body.textContent"))
    assert re.sub(r"\s+", " ", visible(HOSTILE[what]).strip()) in words


def test_the_filters_work_without_script(browser: Chromium, incident: Path) -> None:
    browser.looks()
    browser.open(incident)
    everything = shown(browser, "#timeline tbody tr")
    probes = shown(browser, "tr.t-verdict")
    assert everything > probes > 0
    browser.js("[...document.querySelectorAll('.filters label')].find(l => l.textContent.trim() == 'probes').click()")
    assert shown(browser, "tr.t-verdict") == 0
    assert shown(browser, "#timeline tbody tr") == everything - probes
    browser.js("[...document.querySelectorAll('.filters label')].find(l => l.textContent.trim() == 'ben').click()")
    assert shown(browser, "#timeline tbody tr") == 4


def test_a_number_leads_to_its_event(browser: Chromium, incident: Path) -> None:
    browser.open(incident)
    browser.js("document.querySelector('#incidents a').click()")
    seq = browser.js("document.querySelector('#incidents a').textContent")
    assert browser.js("document.querySelector('tr:target td').textContent") == seq


def test_light_dark_and_paper_differ_and_nothing_is_cut_off(browser: Chromium, incident: Path, tmp_path: Path) -> None:
    browser.open(incident)
    pictures = set()
    for name, looks in {
        "light": {}, "dark": {"dark": True}, "print": {"media": "print"}, "narrow": {"width": 400},
    }.items():  # fmt: skip
        browser.looks(**looks)  # type: ignore[arg-type]
        pictures.add(browser.picture(tmp_path / f"{name}.png"))
        assert browser.js("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert len(pictures) == 4


@pytest.mark.parametrize("dark", [False, True])
def test_colours_can_be_read(browser: Chromium, incident: Path, dark: bool) -> None:
    """WCAG 2, 1.4.3: a contrast of 4.5 at least. Colours are rgb() or color(srgb) as Chromium computes them."""
    browser.looks(dark=dark)
    browser.open(incident)
    paper = luminance(browser.js("getComputedStyle(document.documentElement).backgroundColor"))
    for name in ("ink", "quiet", "ok", "warn", "fail", "unsure", "accent"):
        ink = luminance(
            browser.js(
                "(() => { const e = document.createElement('i'); document.body.append(e);"
                f" e.className = ''; e.style.color = 'var(--{name})'; return getComputedStyle(e).color; }})()"
            )
        )
        light, dim = max(paper, ink), min(paper, ink)
        assert (light + 0.05) / (dim + 0.05) >= 4.5, name


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_is_folded_is_printed(browser: Chromium, incident: Path) -> None:
    browser.looks()
    browser.open(incident)
    assert shown(browser, "#planned details td") == 0
    browser.looks(media="print")
    assert shown(browser, "#planned details td") > 0
    assert shown(browser, "nav, .filters") == 0
