"""Probe files that change while the release runs: taken when they are valid, else told, and the old probe goes on."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli_kit import Shell
from cockpit_kit import Cockpit, cockpit
from cockpit_releases import Shop, begin, shop, vitals
from warroom.cli.approval import approve
from warroom.clock import SystemClock
from warroom.core import events as ev
from warroom.identity import Here
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.live import Listeners
from warroom.opening import drive
from warroom.probing.sampling import Sampler
from warroom.room import Room
from warroom.tui.frames import Frames

SECRET = "kumquat-7719-tangerine-4211"


class Place:
    """A release whose probes ask a small production, and the directory of its probe files."""

    def __init__(self, home: Path, it: Shop) -> None:
        self.shop = it
        self.home = home
        self.files = home / "probes"
        self.probes = vitals(it.url, every="200ms", deadline="190ms")

    def begin(self, **more: str) -> Path:
        return begin(self.home, probes=self.probes | more)

    def write(self, probe: str, text: str) -> None:
        (self.files / f"{probe}.toml").write_text(text, encoding="utf-8")

    def change(self, probe: str, old: str, new: str) -> None:
        """Writes the file as it was at the start, with other words at one place."""
        assert old in self.probes[probe]
        self.write(probe, self.probes[probe].replace(old, new))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr("warroom.driving.RELOAD_S", 0.05)
    monkeypatch.chdir(tmp_path)
    with shop() as it:
        yield Place(tmp_path, it)


def verdict(it: Cockpit, probe: str) -> str:
    return next(one.word for one in it.live.verdicts() if one.probe == probe)


async def becomes(it: Cockpit, probe: str, word: str) -> None:
    await it.until(lambda: verdict(it, probe) == word, f"{probe} {word}")


async def well(it: Cockpit) -> None:
    await it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok")


def config_error(it: Cockpit) -> str:
    return it.live.release.config_errors.get("health", "")


# --- valid


async def test_a_new_threshold_is_taken_and_changes_the_verdict(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        await well(it)
        place.change("health", '"< 5"', '"< 7"')
        await becomes(it, "health", "fail")
        await it.shows("revised", "Health: fail < 5, now < 7")
        (event,) = it.of_kind("probe_revised")
        assert isinstance(event.body, ev.ProbeRevised)
        assert (event.actor, event.body.anew) == ("warroom", False)
        assert event.body.toml == (place.files / "health.toml").read_text()
        assert "FAIL" in it.lines[it.row("Health")]
        place.change("health", '"< 5"', '"< 6"')
        await becomes(it, "health", "ok")
        await it.shows("Health: fail < 7, now < 6")


async def test_a_probe_that_measures_something_else_begins_anew(place: Place) -> None:
    """A value in another unit must neither share a plot nor a count with those before it."""
    place.shop.numbers["spare"] = 1234.0
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        await it.until(lambda: len(it.live.points("health", 99)) >= 5, "some readings")
        place.change("health", "json:$['health']", "json:$['spare']")
        await it.stored("probe_revised")
        await it.until(lambda: (1234.0, "ok") in it.live.points("health", 99), "the new reading")
        assert {value for value, _ in it.live.points("health", 99)} == {1234.0}
        with closing(open_journal(it.journal, read_only=True)) as other:
            assert {sample.value for sample in other.samples("health", 999)} >= {6.0}  # nothing is lost
    journal = it.journal
    async with cockpit(journal) as later:
        assert {value for value, _ in later.live.points("health", 99)} - {None} == {1234.0}


async def test_only_the_way_it_is_written_restarts_nothing_but_is_kept(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        await it.until(lambda: len(it.live.points("health", 99)) >= 3, "some readings")
        before = it.live.points("health", 1)
        place.write("health", "# why\n" + place.probes["health"])
        await it.shows("Health: nothing but the way it is written")
        assert it.live.points("health", 99)[: len(before)] == before
        assert it.live.plan.texts["probes/health.toml"].startswith("# why\n")


async def test_the_revision_outlives_the_cockpit(place: Place) -> None:
    journal = place.begin()
    async with cockpit(journal, source=None, probe_files=place.files) as it:
        await well(it)
        place.change("health", '"< 5"', '"< 7"')
        await it.stored("probe_revised")
    async with cockpit(journal, source=None) as it:
        await becomes(it, "health", "fail")
        assert it.live.plan.probes_by_id["health"].check[0].fail == "< 7"
    assert verify(journal).answer == "intact"
    with closing(open_journal(journal, read_only=True)) as stored:
        from_snapshot = Room(stored, SystemClock(), origin="cli@tower:1")
        assert from_snapshot.plan.texts["probes/health.toml"] == (place.files / "health.toml").read_text()
        assert from_snapshot.agreed.texts["probes/health.toml"] == place.probes["health"]


async def test_a_file_that_was_changed_while_nobody_drove_is_taken(place: Place) -> None:
    journal = place.begin()
    place.change("health", "Health", "Pulse")
    async with cockpit(journal, source=None, probe_files=place.files) as it:
        await it.shows("Pulse: title Health, now Pulse")
    for table in ("readings", "events"):
        assert ",Pulse," in Shell(place.home).run("export", "-j", journal, "--format", "csv", "--table", table).out


# --- not valid


async def test_an_invalid_file_is_told_and_the_old_probe_goes_on(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        await well(it)
        place.change("health", '"< 5"', '"<< 5"')
        await it.shows("config error")
        line = place.probes["health"].split("fail")[0].count("\n") + 1
        assert config_error(it).startswith(f"probes/health.toml:{line}: [[check]] 1: fail: ")
        pane = it.row("Health")
        await it.until(lambda: "config error" in it.lines[pane], "the mark on the pane")
        assert "● OK" in it.lines[pane]  # what it measures still counts
        assert "probes/health.toml" in "\n".join(it.lines[pane : pane + 6])
        assert "the probe goes on as it was" in it.of_kind("probe_refused")[0].body.detail
        place.shop.numbers["health"] = 4.0
        await becomes(it, "health", "fail")
        assert config_error(it)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 60)], ids=str)
async def test_the_mark_is_seen_on_every_pane_and_in_the_list(place: Place, size: tuple[int, int]) -> None:
    listed = {"spare": place.probes["health"].replace('pane = "health"\n', "").replace("Health", "Spare")}
    async with cockpit(place.begin(**listed), size, source=None, probe_files=place.files) as it:
        place.write("health", "")
        place.write("spare", "")
        await it.stored("probe_refused", 2)
        await it.until(lambda: "config error" in "\n".join(it.lines[it.row("Health") :][:3]), "the mark on the pane")
        if size != (80, 24):  # where there is no room for the list
            await it.until(lambda: "config error" in it.lines[it.row("● Spare")], "the mark in the list")


async def test_a_repaired_file_ends_it(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        place.change("health", '"< 5"', '"<< 5"')
        await it.until(lambda: config_error(it))
        place.write("health", place.probes["health"])
        await it.until(lambda: not config_error(it))
        await it.shows("config ok", "Health: its file is as it should be again")
        await it.until(lambda: "config error" not in it.lines[it.row("Health")], "a pane without the mark")
        assert not it.of_kind("probe_revised")


async def test_a_new_version_ends_it_too(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        place.write("health", "title =")
        await it.until(lambda: config_error(it))
        place.change("health", '"< 5"', '"< 7"')
        await becomes(it, "health", "fail")
        assert not config_error(it)


async def test_a_deleted_file_is_told_and_the_probe_goes_on(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        await well(it)
        (place.files / "health.toml").unlink()
        await it.until(lambda: config_error(it) == "probes/health.toml is gone")
        place.shop.numbers["health"] = 4.0
        await becomes(it, "health", "fail")
        place.write("health", place.probes["health"])
        await it.until(lambda: not config_error(it))


async def test_a_secret_in_clear_is_refused_and_reaches_nobody(place: Place) -> None:
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        place.change("health", 'kind = "http"', f'kind = "http"\nheaders = {{ Authorization = "Bearer {SECRET}" }}')
        await it.until(lambda: "a secret stands here in clear" in config_error(it))
    for path in filter(Path.is_file, place.home.glob("shop.journal*")):
        assert SECRET.encode() not in path.read_bytes()


async def test_a_secret_that_is_only_named_is_kept_as_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALTH_TOKEN", SECRET)
    named = 'kind = "http"\nheaders = { Authorization = "Bearer ${env:HEALTH_TOKEN}" }'
    async with cockpit(place.begin(), source=None, probe_files=place.files) as it:
        place.change("health", 'kind = "http"', named)
        (event,) = await it.stored("probe_revised")
        assert isinstance(event.body, ev.ProbeRevised)
        assert named in (event.body.toml or "")
        assert event.body.spec == it.live.plan.probes_by_id["health"]


# --- commands


def marking(name: str) -> str:
    """A probe whose command leaves a file behind."""
    argv = [sys.executable, "-c", f"open({name!r}, 'w').close(); print(1)"]
    return (
        'title = "Mark"\nevery = "200ms"\ndeadline = "190ms"\n[source]\nkind = "command"\n'
        f"argv = {json.dumps(argv)}\n[[check]]\nget = \"exit_status\"\nfail = '!= 0'\n"
    )


@pytest.fixture
def approved(place: Place, monkeypatch: pytest.MonkeyPatch) -> frozenset[str]:
    """What one gets who approves the command of `marking("old")`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(place.home / "state"))
    from warroom.files.probes_toml import load_probe
    from warroom.probing.sources.table import check_source

    (place.home / "mark.toml").write_text(marking("old"))
    return approve([load_probe(place.home / "mark.toml", check_source)], yes=True)


async def test_a_changed_command_is_never_run_without_approval(place: Place, approved: frozenset[str]) -> None:
    async with cockpit(place.begin(mark=marking("old")), source=None, probe_files=place.files, approved=approved) as it:
        await it.until((place.home / "old").exists, "the approved command")
        place.write("mark", marking("new"))
        await it.shows("config error")
        assert it.live.release.config_errors["mark"] == (
            "probes/mark.toml:6: [source]: argv: its command has changed; restart the cockpit to approve it"
        )
        (place.home / "old").unlink()
        await it.until((place.home / "old").exists, "the approved command, once more")
        place.write("mark", marking("old").replace("200ms", "300ms"))
        await it.shows("Mark: every 0.2 s, now 0.3 s")  # all but the command may change
    assert not (place.home / "new").exists()


async def test_who_takes_over_runs_no_command_that_only_others_approved(place: Place, approved: frozenset[str]) -> None:
    journal = place.begin(mark=marking("old"))
    async with cockpit(journal, source=None, approved=frozenset()) as it:
        await it.until(lambda: verdict(it, "mark") == "unknown", "a probe that is not known")
        await it.shows("? Mark")
    assert not (place.home / "old").exists()


# --- others


async def test_other_cockpits_and_programs_see_the_same(place: Place) -> None:
    journal = place.begin()
    async with cockpit(journal, source=None, probe_files=place.files) as it:
        await well(it)
        other = Here(user="ada", host="tower", pid=2, base=place.home)
        deaf = Listeners(update=lambda _: None, reading=lambda: None, output=lambda _: None, trouble=lambda _: None)
        with drive(journal, Sampler(SystemClock()), other, operator="ada") as second:
            second.start(deaf, version="0")
            place.change("health", '"< 5"', '"< 7"')
            place.write("error-rate", "?")
            await it.until(lambda: second.plan.probes_by_id["health"].check[0].fail == "< 7", "the second's plan")
            await it.until(lambda: second.release.config_errors.keys() == {"error-rate"}, "the second's errors")
            mine, theirs = Frames(it.live).probes(), Frames(second).probes()
            assert [(one.id, one.mark, one.fail_rule, one.config_error) for one in mine if one.config_error] == [
                (one.id, one.mark, one.fail_rule, one.config_error) for one in theirs if one.config_error
            ]
            assert {one.fail_rule for one in theirs if one.id == "health"} == {"fail < 7"}
        shell = Shell(place.home)
        told = {probe["id"]: probe for probe in shell.json("status", "-j", journal)["probes"]}
        assert told["error-rate"]["config_error"].startswith("probes/error-rate.toml:1: not valid TOML")
        assert told["health"]["config_error"] is None
        assert "config error: probes/error-rate.toml:1:" in shell.ok("status", "-j", journal)
