"""The observer as a person meets it: a line among the probes, and what it does to the panes when the fault is here."""

from pathlib import Path

from cockpit_kit import Cockpit, cockpit
from cockpit_releases import begin
from hosts_kit import Hosts, hosts

PANES = ("health", "error rate", "payment success", "queue depth")


def vitals(them: Hosts) -> dict[str, str]:
    """A pane for each host."""
    return {
        pane.replace(" ", "-"): (
            f'title = "{pane}"\npane = "{pane}"\nevery = "200ms"\ndeadline = "150ms"\nstale_after = "30s"\n'
            f'[source]\nkind = "tcp"\nhost = "{address}"\nport = {them.port}\n'
            '[[check]]\nget = "latency_ms"\nfail = "> 10000"\n'
        )
        for pane, address in zip(PANES, them.addresses, strict=True)
    }


def told(it: Cockpit) -> list[str]:
    """What the timeline has of the observer."""
    return [event.body.detail for event in it.of_kind("verdict_changed") if event.body.subject == "observer"]


async def test_in_a_dead_network_all_panes_are_unknown_and_the_observer_says_why(tmp_path: Path) -> None:
    with hosts(4) as them:
        async with cockpit(begin(tmp_path, probes=vitals(them)), source=None) as it:
            await it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok")
            await it.shows("● observer")
            await it.until(lambda: len(it.live.points("health", 20)) >= 12, "two seconds")
            assert told(it) == []  # the usual is no news
            them.close(them.addresses)
            await it.until(lambda: it.text.count("? UNKNOWN") == 4, "four panes that are unknown")
            await it.shows("▲ observer")
            await it.until(lambda: told(it), "the fault on record")
            them.open(them.addresses)
            await it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok again")
            await it.until(lambda: len(told(it)) == 2, "its end on record")
            assert not [event for event in it.of_kind("verdict_changed") if getattr(event.body, "to", "") == "fail"]
            assert told(it)[0].startswith("4 of 4 hosts fell silent together")
