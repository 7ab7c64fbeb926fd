"""Any text at all is read without loss, or refused."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from checklist_kit import parse
from warroom.core.checklist import Checklist
from warroom.core.errors import BadInput
from warroom.files.checklist_md import near_misses

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
