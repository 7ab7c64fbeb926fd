"""Ids of items: readable, unique, and steady while other items change."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checklist_kit import ids, item, items


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
