"""Headings of a checklist: which become phases and sections, and what time a phase takes from its own."""

import pytest

from checklist_kit import item, parse, phase, titles
from warroom.files.checklist_md import parse_checklist


def phase_titles(text: str) -> list[tuple[str, list[str]]]:
    return [(phase.title, [section.title for section in phase.sections]) for phase in parse(text).phases]


@pytest.mark.parametrize(
    ("text", "title", "phases"),
    [
        ("- [ ] a", "release", [("release", [""])]),
        ("# T\n- [ ] a", "T", [("T", [""])]),
        ("# T\n## P\n- [ ] a", "T", [("P", [""])]),
        ("# T\n## P\n### S\n- [ ] a", "T", [("P", ["S"])]),
        ("## P\n### S\n- [ ] a", "release", [("P", ["S"])]),
        ("#### P\n###### S\n- [ ] a", "release", [("P", ["S"])]),
        ("# T\n### P\n- [ ] a\n### Q\n- [ ] b", "T", [("P", [""]), ("Q", [""])]),
        ("# P\n- [ ] a\n# Q\n## S\n- [ ] b", "release", [("P", [""]), ("Q", ["S"])]),
        ("- [ ] a\n# P\n- [ ] b", "release", [("release", [""]), ("P", [""])]),
        ("# T\n- [ ] a\n## P\n- [ ] b", "T", [("T", [""]), ("P", [""])]),
        ("# T\n### S\n- [ ] a\n## P\n- [ ] b", "T", [("T", ["S"]), ("P", [""])]),
        ("# T\n## P\n### S\n#### U\n- [ ] a\n#### V\n- [ ] b\n### W\n- [ ] c", "T", [("P", ["S › U", "S › V", "W"])]),
        ("T\n===\n\nP\n---\n- [ ] a", "T", [("P", [""])]),
        ("# T `x` #\n## **P**\n- [ ] a", "T x", [("P", [""])]),
        ("#\n## P\n- [ ] a", "release", [("P", [""])]),
    ],
)
def test_headings_become_title_phases_and_sections(text: str, title: str, phases: list[tuple[str, list[str]]]) -> None:
    assert parse(text).title == title
    assert phase_titles(text) == phases


def test_bold_paragraphs_are_sections() -> None:
    early = "**T-15 minutes**:\n- [ ] a\n\n__T-5 minutes:__\n\n1. [ ] b\n"
    text = f"## Cutover\n{early}\n### S\n⏰ **Now**\n- [ ] c\n## Q\n- [ ] d\n"
    assert titles(text) == [("T-15 minutes", ["a"]), ("T-5 minutes", ["b"]), ("S › ⏰ Now", ["c"]), ("", ["d"])]
    assert parse(text).phases[0].kind == "timed"
    assert parse(text.replace("Cutover", "Work")).phases[0].kind == "plain"


@pytest.mark.parametrize(
    "prose",
    ["**Note**: mind the gap", "**Never on Fridays.**", "**two**\n**lines**", "**a**\n\n**b**", "**end**\n\n## Q"],
)
def test_bold_prose_stays_a_note(prose: str) -> None:
    checklist = parse(f"## P\n- [ ] a\n\n{prose}\n\n- [ ] b\n")
    assert prose.split("\n")[0] in checklist.phases[0].sections[0].notes


def test_phases_and_sections_are_kept_for_items_or_notes_only() -> None:
    text = "# T\n## Empty\n### Empty too\n## Contacts\ncall me\n## P\n### S\n### U\nonly notes\n### V\n- [ ] a\n"
    assert phase_titles(text) == [("Contacts", []), ("P", ["U", "V"])]
    assert item(text).number == "2.2.1"


def test_phase_ids_differ_though_headings_do_not() -> None:
    assert [found.id for found in parse("## Go\n- [ ] a\n## Go\n- [ ] b\n").phases] == ["go", "go-2"]


@pytest.mark.parametrize(
    ("heading", "name", "when", "offset_s"),
    [
        ("Pre-Deployment (T-7 days)", "Pre-Deployment", "T-7 days", -604800),
        ("T-60 minutes: Final checks", "Final checks", "T-60 minutes", -3600),
        ("Freeze — T-24 hours", "Freeze", "T-24 hours", -86400),
        ("T-24 hours", "T-24 hours", "T-24 hours", -86400),
        ("T-0", "T-0", "T-0", 0),
        ("Switch [T-0]", "Switch", "T-0", 0),
        ("Switch (T-0, 22:00 UTC)", "Switch (22:00 UTC)", "T-0", 0),
        ("T0 switch", "switch", "T-0", 0),
        ("T+1 day", "T+1 day", "T+1 day", 86400),
        ("Watch T+15m", "Watch", "T+15m", 900),
        ("T - 30 min", "T - 30 min", "T-30 min", -1800),
        ("T−2 hrs", "T−2 hrs", "T-2 hrs", -7200),
        ("T minus 2 weeks", "T minus 2 weeks", "T-2 weeks", -1209600),
        ("T-1h 30m", "T-1h 30m", "T-1h 30m", -5400),
        ("T-1.5 hours", "T-1.5 hours", "T-1.5 hours", -5400),
        ("T-90s", "T-90s", "T-90s", -90),
        ("Code freeze (D-1)", "Code freeze", "D-1", -86400),
        ("D+2: Review", "Review", "D+2", 172800),
        ("D-Day", "D-Day", "T-0", 0),
        ("Deployment Day", "Deployment Day", "T-0", 0),
        ("🚀 Release day (blue-green)", "🚀 Release day (blue-green)", "T-0", 0),
        ("3. Go-Live", "3. Go-Live", "T-0", 0),
        ("Execution (Launch Day)", "Execution", "T-0", 0),
        ("Cutover", "Cutover", "T-0", 0),
        ("Emergency stop (T+5 minutes)", "Emergency stop", "T+5 minutes", 300),
    ],
)
def test_heading_with_a_time_makes_a_timed_phase(heading: str, name: str, when: str, offset_s: int) -> None:
    found = phase(heading)
    assert (found.kind, found.name, found.when, found.offset_s) == ("timed", name, when, offset_s)
    assert found.title == heading


@pytest.mark.parametrize(
    ("heading", "kind", "name", "when"),
    [
        ("Regular Tasks (Weekly)", "recurring", "Regular Tasks", "weekly"),
        ("Monthly Tasks", "recurring", "Monthly Tasks", "monthly"),
        ("5. Daily checks", "recurring", "5. Daily checks", "daily"),
        ("Audit (Quarterly)", "recurring", "Audit", "quarterly"),
        ("Annual review", "recurring", "Annual review", "yearly"),
        ("Yearly review", "recurring", "Yearly review", "yearly"),
        ("Emergency Procedures", "emergency", "Emergency Procedures", "ready"),
        ("Phase 6: Incident Response", "emergency", "Phase 6: Incident Response", "ready"),
        ("🔥 Rollback Plan", "emergency", "🔥 Rollback Plan", "ready"),
    ],
)
def test_heading_with_a_rhythm_or_for_emergencies(heading: str, kind: str, name: str, when: str) -> None:
    found = phase(heading)
    assert (found.kind, found.name, found.when, found.offset_s) == (kind, name, when, None)


@pytest.mark.parametrize(
    "heading",
    [
        "Preparation",
        "Pre-Deployment",
        "Post Go-Live",
        "Pre-cutover",
        "Go-live + 2",
        "T-shirts",
        "T-7",
        "IT-7 days",
        "T-1 month",
        "T-" + "9" * 400 + " days",
        "T-0.5",
        "Test the rollback",
        "Biweekly",
        "After the launch day",
    ],
)
def test_heading_without_a_time_makes_a_plain_phase(heading: str) -> None:
    found = phase(heading)
    assert (found.kind, found.name, found.when, found.offset_s) == ("plain", heading, "", None)


def test_phase_recurs_only_when_all_its_sections_do() -> None:
    (every,) = parse("# T\n## Care\n### Weekly\n- [ ] a\n### Tasks (Monthly)\n#### Disks\n- [ ] b\n").phases
    assert (every.kind, every.when) == ("recurring", "weekly")
    assert [section.repeats for section in every.sections] == ["weekly", "monthly"]
    (mixed,) = parse("# T\n## Care\n### Weekly\n- [ ] a\n### Once\n- [ ] b\n").phases
    assert (mixed.kind, mixed.when) == ("plain", "")


def test_title_names_a_time_only_as_the_heading_of_all_items() -> None:
    assert parse("# T-7 days\n- [ ] a\n").phases[0].offset_s == -604800
    assert parse("# Launch Day\n- [ ] a\n## T-1 day\n- [ ] b\n").phases[0].kind == "plain"
    assert parse_checklist("- [ ] a", "rollback.md").phases[0].kind == "plain"
