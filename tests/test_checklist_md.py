"""The checklist parser: any GitHub-flavoured checklist is read whole, or refused in one sentence with file and line."""

import re
from pathlib import Path

import pytest

from checklist_kit import item, items, parse, refusal, sections, titles
from warroom.core.errors import BadInput
from warroom.files.checklist_md import near_misses, read_checklist

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "checklists" / "production.md"
VERBATIM = Path(__file__).parent / "checklists" / "production-verbatim.md"


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


def test_dashes_in_the_first_list_item_are_no_front_matter() -> None:
    assert [found.title for found in items("- x--\n  - [ ] a\n  ---\n- [ ] b\n")] == ["a", "b"]


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
    assert caught.value.message == f"{path}:3: not UTF-8: byte 14 of the file is 0xfc"


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
