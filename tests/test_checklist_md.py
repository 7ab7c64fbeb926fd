"""The checklist parser: any GitHub-flavoured checklist is read whole, or refused in one sentence with file and line."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.core.errors import BadInput
from warroom.files.checklist_md import near_misses, parse_checklist, read_checklist

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "checklists" / "production.md"
VERBATIM = Path(__file__).parent / "checklists" / "production-verbatim.md"


def parse(text: str) -> Checklist:
    return parse_checklist(text, "release.md")


def items(text: str) -> list[Item]:
    return list(parse(text).walk())


def item(text: str) -> Item:
    (only,) = items(text)
    return only


def ids(text: str) -> list[str]:
    return [found.id for found in items(text)]


def sections(text: str) -> list[Section]:
    return [section for phase in parse(text).phases for section in phase.sections]


def titles(text: str) -> list[tuple[str, list[str]]]:
    """Section titles and the titles of their items, nested ones too."""
    return [(section.title, [found.title for found in section.walk()]) for section in sections(text)]


def phase(heading: str) -> Phase:
    return parse(f"# Release\n\n## {heading}\n- [ ] a\n").phases[0]


def refusal(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(text)
    return caught.value


# The shipped checklist


def test_shipped_checklist_is_the_verbatim_one_plus_anchors() -> None:
    without_anchors = re.sub(rb" <!-- wr: [\w.-]+ -->", b"", SHIPPED.read_bytes())
    assert without_anchors == VERBATIM.read_bytes()


@pytest.mark.parametrize("path", [SHIPPED, VERBATIM], ids=["anchored", "verbatim"])
def test_production_checklist_is_read_whole(path: Path) -> None:
    checklist = read_checklist(path)
    tops = [top for phase in checklist.phases for section in phase.sections for top in section.items]
    assert checklist.title == "Production Deployment Checklist"
    assert len(checklist.phases) == 6
    assert sum(len(phase.sections) for phase in checklist.phases) == 14
    assert len(list(checklist.walk())) == 87
    assert sum(len(top.children) for top in tops) == 3
    boxes = re.findall(r"^ *- \[ \] (.*)$", VERBATIM.read_text("utf-8"), re.MULTILINE)
    assert [found.text for found in checklist.walk()] == boxes
    assert len({found.id for found in checklist.walk()}) == 87


def test_production_phases_have_their_times() -> None:
    phases = [(p.name, p.when, p.kind, p.offset_s) for p in read_checklist(SHIPPED).phases]
    assert phases == [
        ("Pre-Deployment", "T-7 days", "timed", -604800),
        ("Pre-Deployment", "T-1 day", "timed", -86400),
        ("Deployment Day", "T-0", "timed", 0),
        ("Post-Deployment", "T+1 day", "timed", 86400),
        ("Ongoing Maintenance", "weekly", "recurring", None),
        ("Emergency Procedures", "ready", "emergency", None),
    ]
    assert [section.repeats for section in read_checklist(SHIPPED).phases[4].sections] == ["weekly", "monthly"]


def test_production_item_is_found_by_anchor_number_and_line() -> None:
    found = {found.id: found for found in read_checklist(SHIPPED).walk()}
    assert (found["pay-e2e"].number, found["pay-e2e"].line) == ("3.1.8", 67)
    assert found["pay-e2e"].title == "Verify payment processing end-to-end"
    assert found["nps"].number == "4.2.2.1"
    assert found["npm-audit"].text == "Run security audit: `npm audit`"
    assert found["npm-audit"].title == "Run security audit: npm audit"


# Items


@pytest.mark.parametrize("marker", ["-", "*", "+", "1.", "1)", "12.", "-\t", "  -"])
def test_every_list_marker_makes_an_item(marker: str) -> None:
    assert item(f"{marker} [ ] Deploy").text == "Deploy"


@pytest.mark.parametrize(("box", "checked"), [("[ ]", False), ("[x]", True), ("[X]", True)])
@pytest.mark.parametrize("space", [" ", "\t", "\u00a0", "\u3000", "   "], ids=["space", "tab", "nbsp", "wide", "three"])
def test_box_may_be_followed_by_any_space(box: str, space: str, checked: bool) -> None:
    found = item(f"- {box}{space}Deploy")
    assert (found.text, found.checked) == ("Deploy", checked)


@pytest.mark.parametrize("text", ["- [~] a", "- [x]a", "-[ ] a", "- [] a", "- [ ]", "[ ] a", "- a", "- [x](u) a"])
def test_what_is_no_box_is_no_item(text: str) -> None:
    assert [found.title for found in items(f"- [ ] real\n\n{text}\n")] == ["real"]


@pytest.mark.parametrize(
    "text",
    ["```\n- [ ] a\n```", "~~~md\n- [ ] a\n~~~", "> - [ ] a", "    - [ ] a", "| x |\n|---|\n| - [ ] a |", "`- [ ] a`"],
    ids=["fence", "tildes", "quote", "indented", "table", "span"],
)
def test_box_in_code_quotes_and_tables_is_text_of_a_note(text: str) -> None:
    (section,) = sections(f"# T\n- [ ] real\n\n## S\n{text}\n")[:1]
    assert [found.title for found in section.items] == ["real"]
    assert parse(f"# T\n- [ ] real\n\n## S\n{text}\n").phases[-1].notes == text


def test_title_is_the_text_without_inline_markup() -> None:
    source = "Run `a  b` **now** ~~later~~ [docs](http://x) ![pic](p.png) <b>big</b> &amp; \\*star <!-- why -->"
    found = item(f"- [ ] {source}")
    assert found.text == source
    assert found.title == "Run a b now later docs pic big & *star"


def test_reference_links_keep_their_words_and_a_box_is_never_a_link() -> None:
    found = item("- [x] See [the runbook][rb]\n\n[rb]: http://x\n[x]: http://y\n")
    assert (found.title, found.checked) == ("See the runbook", True)
    assert sections("- [x] a\n\n[rb]: http://x\n")[0].notes == "[rb]: http://x"


def test_item_goes_on_over_lines_lazily_or_not() -> None:
    found = item("- [ ] one\n  two\nthree\\\nfour\n")
    assert found.text == "one\ntwo\nthree\\\nfour"
    assert found.title == "one two three four"


@pytest.mark.parametrize("words", ["যাচাই করুন", "部署到生产环境", "🚀 شحن", "Überprüfen"])
def test_all_scripts_and_emoji_pass_unchanged(words: str) -> None:
    found = item(f"## {words}\n- [ ] {words}")
    assert (found.text, found.title) == (words, words)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "bom"])
def test_line_ends_and_byte_order_mark_change_nothing(tmp_path: Path, newline: str, mark: str) -> None:
    text = "---\nowner: me\n---\n# T\n\n## T-7 days\n\nNote\nmore\n\n- [ ] a\n  b\n\n- [x] c\n"
    path = tmp_path / "release.md"
    path.write_bytes((mark + text.replace("\n", newline)).encode())
    assert read_checklist(path) == parse(text)


def test_loose_list_is_one_list() -> None:
    assert [found.number for found in items("- [ ] a\n\n- [ ] b\n\n\n- [ ] c\n")] == ["1.1.1", "1.1.2", "1.1.3"]


def test_items_nest_to_any_depth() -> None:
    found = items("\n".join(f"{'  ' * depth}- [ ] level {depth}" for depth in range(40)))
    assert [each.title for each in found] == [f"level {depth}" for depth in range(40)]
    assert found[-1].number == ".".join(["1"] * 42)


def test_lists_deeper_than_the_parser_goes_are_refused_not_cut() -> None:
    text = "\n".join(f"{'  ' * depth}- [ ] level {depth}" for depth in range(60))
    assert re.fullmatch(r"release\.md:\d+: nested more than \d+ levels deep", refusal(text).message)


def test_lines_are_those_of_the_file() -> None:
    text = "---\na: b\n---\n\n# T\n\n- [ ] one\n  two\n\n- [ ] three\n\n      code\n\n  - [ ] four\n"
    assert [(found.title, found.line) for found in items(text)] == [("one two", 7), ("three", 10), ("four", 14)]


# Notes


def test_prose_tables_and_code_stay_with_what_they_stand_under() -> None:
    table, code = "| a | b |\n|---|--:|\n| 1 | 2 |", "```sh\nkubectl  get pods\n\n- [ ] no\n```"
    checklist = parse(
        f"About.\n\n# T\nMore *about*.\n## P\nOf the phase.\n\n{table}\n### S\n{code}\n- [ ] a\n\nbetween\n\n- [ ] b\n"
    )
    assert checklist.notes == "About.\n\nMore *about*."
    assert checklist.phases[0].notes == f"Of the phase.\n\n{table}"
    assert checklist.phases[0].sections[0].notes == f"{code}\n\nbetween"
    assert [found.title for found in checklist.walk()] == ["a", "b"]


def test_notes_of_an_item_lose_its_indentation_only() -> None:
    found = item("1. [ ] a\n\n   Prose.\n\n       indented\n\n   ```\n     deep\n   ```\n   - plain\n")
    assert found.notes == "Prose.\n\n    indented\n\n```\n  deep\n```\n- plain"


def test_list_items_without_a_box_are_notes() -> None:
    (section,) = sections("- [ ] a\n- plain\n  - also plain\n- [ ] b\n")
    assert [found.title for found in section.items] == ["a", "b"]
    assert section.notes == "- plain\n  - also plain"


def test_list_item_without_a_box_over_boxes_is_a_section() -> None:
    prepare = "1. Prepare `hosts`:\n   - [ ] b\n\n   why\n"
    text = f"## P\n### S\n- [ ] a\n{prepare}2. Wait\n3. Go\n   - Web\n     - [ ] c\n- [ ] d\n"
    assert titles(text) == [
        ("S", ["a"]),
        ("S › Prepare hosts", ["b"]),
        ("S", []),
        ("S › Go › Web", ["c"]),
        ("S", ["d"]),
    ]
    assert [section.notes for section in sections(text)] == ["", "why", "2. Wait", "", ""]


def test_boxes_under_a_nested_list_item_without_one_are_children_of_the_item() -> None:
    (section,) = sections("- [ ] a\n  - plain\n    - [ ] b\n      - [ ] c\n")
    (top,) = section.items
    assert [child.title for child in top.children] == ["b"]
    assert [(found.title, found.number) for found in top.walk()] == [
        ("a", "1.1.1"),
        ("b", "1.1.1.1"),
        ("c", "1.1.1.1.1"),
    ]
    assert top.notes == "- plain"


def test_links_of_headings_are_kept_as_notes() -> None:
    (section,) = sections("# T\n## P\n### See the [runbook](http://x)\n- [ ] a\n")
    assert (section.title, section.notes) == ("See the runbook", "See the [runbook](http://x)")


def test_front_matter_and_rules_are_no_notes() -> None:
    checklist = parse("---\n- [ ] no\n---\n\n***\n\n- [ ] a\n\n---\n")
    assert [found.title for found in checklist.walk()] == ["a"]
    assert checklist.notes == checklist.phases[0].notes == checklist.phases[0].sections[0].notes == ""


def test_a_list_of_dashes_at_the_top_is_no_front_matter() -> None:
    assert [found.title for found in items("- x--\n- [ ] a\n\n---\n- [ ] b\n")] == ["a", "b"]


# Headings


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


# Ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Run smoke tests", "run-smoke-tests"),
        ("Verify `/api/health`!", "verify-api-health"),
        ("Let's Encrypt / “it's”", "lets-encrypt-its"),
        ("যাচাই করুন", "যাচাই-করুন"),
        ("检查 数据库", "检查-数据库"),
        ("Ｆｕｌｌ ① ﬁx", "full-1-fix"),
        ("✅️ 1️⃣ ship 👩‍🚀", "1-ship"),
        ("🚀", "item"),
        ("a" * 60, "a" * 48),
        ("word " * 20, "-".join(["word"] * 9)),
    ],
)
def test_id_is_a_readable_slug_of_the_title(text: str, expected: str) -> None:
    assert ids(f"- [ ] {text}") == [expected]


def test_clashing_titles_get_their_section_then_phase_then_a_number() -> None:
    assert ids("## P\n### Web\n- [ ] Test\n### Api\n- [ ] Test\n- [ ] Ship\n") == ["web.test", "api.test", "ship"]
    assert ids("## P\n- [ ] Test\n## Q\n- [ ] Test\n") == ["p.test", "q.test"]
    assert ids("## P\n### Web\n- [ ] Test\n## Q\n### Web\n- [ ] Test\n") == ["p.web.test", "q.web.test"]
    assert ids("## P\n### Web\n- [ ] Test\n- [ ] Test\n- [ ] Test 2\n") == ["web.test", "web.test-2", "test-2"]


def test_anchor_is_the_id_wherever_it_stands_in_the_item() -> None:
    inline = "- [ ] <!-- wr: a -->one\n- [ ] t<!--wr:b--> two\n"
    text = f"{inline}- [ ] th\n  <!-- wr: c.1_x -->\n  ree\n- [ ] [f<!--WR: ঘি -->](u)\n"
    assert [(found.id, found.title) for found in items(text)] == [
        ("a", "one"),
        ("b", "t two"),
        ("c.1_x", "th"),
        ("ঘি", "f"),
    ]
    assert [found.text for found in items(text)] == ["one", "t two", "th", "[f](u)"]
    assert items(text)[2].notes == "ree"
    assert item("- [ ] a <!-- wr: x --> b").text == "a b"
    assert item("- [ ] <!-- wr: x -->").title == "x"


@pytest.mark.parametrize("text", ["`<!-- wr: x -->` a", "\\<!-- wr: x --> a", "<!-- wrong: x --> a"])
def test_anchor_in_code_or_escaped_is_text(text: str) -> None:
    assert item(f"- [ ] {text}").id != "x"
    assert item(f"- [ ] {text}").text == text


def test_implicit_id_gives_way_to_an_explicit_one() -> None:
    assert ids("## P\n- [ ] Deploy\n- [ ] Ship <!-- wr: deploy -->\n") == ["p.deploy", "deploy"]
    assert ids("## P\n- [ ] A <!-- wr: p.x -->\n- [ ] X\n- [ ] X\n") == ["p.x", "p.x-2", "p.x-3"]


def test_anchoring_one_of_two_equal_titles_leaves_the_other_id_alone() -> None:
    before = "## P\n### Web\n- [ ] Test\n### Api\n- [ ] Test\n"
    assert ids(before)[1] == ids(before.replace("Test", "Test <!-- wr: mine -->", 1))[1] == "api.test"


def document(names: list[list[str]]) -> str:
    return "".join(
        f"## Phase\n### S{at % 2}\n" + "".join(f"- [ ] {n}\n" for n in inner) for at, inner in enumerate(names)
    )


words = st.sampled_from(["a", "b", "c", "a-2", "s0 a", "s0.a", "phase s0 a", "A!", "item", "🚀"])


@settings(deadline=None)
@given(st.lists(st.lists(words, max_size=4), min_size=1, max_size=4), words, words, st.data())
def test_a_title_of_its_own_changes_no_other_id(
    names: list[list[str]], old: str, new: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(names) - 1))
    row = data.draw(st.integers(0, len(names[at])))

    def with_item(title: str) -> list[str]:
        return ids(
            document([[*inner[:row], title, *inner[row:]] if n == at else inner for n, inner in enumerate(names)])
        )

    place = sum(map(len, names[:at])) + row
    before, after = with_item(old), with_item(new)
    alone = "." not in before[place] and "." not in after[place]
    assume(alone)
    assert before[:place] + before[place + 1 :] == after[:place] + after[place + 1 :]
    if any(names):
        assert ids(document(names)) == before[:place] + before[place + 1 :]


@settings(deadline=None)
@given(st.lists(st.lists(words, max_size=5), min_size=1, max_size=5).filter(any))
def test_ids_are_unique_and_the_same_each_time(names: list[list[str]]) -> None:
    found = ids(document(names))
    assert len(set(found)) == len(found) == sum(map(len, names))
    assert found == ids(document(names))


# Refusals


def test_id_used_twice_is_refused_with_both_lines() -> None:
    error = refusal("# T\n- [ ] a <!-- wr: x -->\n\n## P\n- [ ] b\n  - [ ] c <!-- wr: x -->\n")
    assert error.message == 'release.md:6: the id "x" is used twice (also at line 2)'
    assert error.hint == "give one of them another anchor"


@pytest.mark.parametrize(
    "anchor",
    [
        "<!-- wr: -->",
        "<!-- wr: a b -->",
        "<!-- wr: -x -->",
        "<!-- wr x -->",
        "<!-- wr: a/b -->",
        "<!-- wr: .a -->",
        "<!-- wr: x",
    ],
)
def test_malformed_anchor_is_refused(anchor: str) -> None:
    assert refusal(f"# T\n- [ ] a {anchor}\n").message == f'release.md:2: the anchor "{anchor}" holds no id'
    assert refusal(f"# T\n- [ ] a\n  {anchor}\n").message.startswith("release.md:3: the anchor")


def test_two_anchors_on_one_item_are_refused() -> None:
    assert refusal("- [ ] a <!-- wr: x --> <!-- wr: y -->").message == "release.md:1: the item has two anchors"


@pytest.mark.parametrize("text", ["", "# T\n", "prose\n", "- a\n", "> - [ ] a\n", "```\n- [ ] a\n"])
def test_text_without_items_is_refused(text: str) -> None:
    assert refusal(text).message == "release.md has no checklist items"


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "missing.md", "no such file or directory"), (tmp_path, "is a directory")):
        with pytest.raises(BadInput) as caught:
            read_checklist(path)
        assert caught.value.message == f"{path} cannot be read: {reason}"


def test_not_utf8_is_refused_with_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.md"
    path.write_bytes("# T\n\n- [ ] Prüfen\n".encode("latin-1"))
    with pytest.raises(BadInput) as caught:
        read_checklist(path)
    assert caught.value.message == f"{path}:3: not UTF-8 at byte 13"


# Near misses


def test_near_misses_are_named_with_their_lines() -> None:
    text = "---\n- [] no\n---\n- [~] a\n-[ ] b\n\n- [] c\n- [x]done\n- [ ]\n\n[ ] d\n\n1.[ ] e\n\nf:\n    - [ ] g\n"
    found = near_misses(text)
    assert [line for line, _ in found] == [4, 5, 7, 8, 9, 11, 13, 16]
    assert found[0] == (4, "- [~] a")


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] a\n  - [x] b\n* [X]\tc\n1) [ ]\u00a0d",
        "```\n- [~] a\n```",
        "> - [] a",
        "<!--\n- [ ] a\n-->",
        "- [x](http://y)",
        "- [docs] a",
        "- [1] a",
        "- a [ ] b",
        "- [x][y]",
        "[x]: http://y",
    ],
)
def test_items_code_quotes_and_links_are_no_near_misses(text: str) -> None:
    assert near_misses(text) == ()


# Any text at all

pieces = st.sampled_from(
    [
        "- [ ] ",
        "- [x] ",
        "* ",
        "1. ",
        "  ",
        "    ",
        "\t",
        "# ",
        "## ",
        "#### ",
        "> ",
        "```",
        "---",
        "===",
        "**",
        "~~",
        "`",
        "<!-- wr: ",
        " -->",
        "<!--",
        "<details>",
        "[",
        "](",
        ")",
        "![",
        "|",
        "\n",
        "\n\n",
        "\r",
        "\\",
        "\0",
        "\ufeff",
        "a",
        "T-7 days",
        "\u00a0",
        "🚀",
        "ই",
        "[a]: b",
        ":",
        ".",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=200), st.lists(pieces, max_size=40).map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    near_misses(text)
    try:
        checklist = parse(text)
    except BadInput:
        return
    found = list(checklist.walk())
    assert found
    assert all(each.id and each.title for each in found)
    assert len({each.id for each in found}) == len(found)
    assert [each.line for each in found] == sorted({each.line for each in found})
    assert Checklist.model_validate_json(checklist.model_dump_json()) == checklist


shapes = st.sampled_from(
    [
        "{}",
        "- [ ] {}",
        "- {}",
        "* [x] {}",
        "1. {}",
        "2) [ ] {}",
        "> {}",
        "> - [ ] {}",
        "```{}",
        "```",
        "",
        "",
        "| {} |",
        "|---|",
        "[{}]: {}",
        "<div>{}",
        "**{}**",
        "**{}**: {}",
        "- - [ ] {}",
        "- # {}",
        "<!-- {} -->",
        "***",
        "- > {}",
        "- ```{}",
    ]
)
indents = st.sampled_from(["", "", "", "  ", "   ", "    ", "      ", "\t"])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(indents, shapes | st.just("## heading")), max_size=25))
def test_no_word_gets_lost(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(indent + shape.replace("{}", f"w{at}x") for at, (indent, shape) in enumerate(lines))
    kept = parse("- [ ] first\n\n" + text).model_dump_json()
    assert [word for word in re.findall(r"w\d+x", text) if word not in kept] == []
