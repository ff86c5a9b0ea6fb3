"""The archive of a case: safe and unique names, a bounded size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.collections.casefile import Paper, plan, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("INV/2026/00017.pdf", "INV_2026_00017.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\0y.txt", "C_x_y.txt"),
        ("", "_"),
        (" ... ", "_"),
        ("Акт сверки.pdf", "Акт сверки.pdf"),
        ("a" * 200 + ".pdf", "a" * 76 + ".pdf"),
    ],
)
def test_names(name, safe):
    assert safe_name(name) == safe


def test_what_does_not_fit_is_named():
    papers = [Paper("a", "x", 60), Paper("a", "y", 50), Paper("a", "z", 40)]
    assert plan(papers, 100) == ([(0, "a/x"), (2, "a/z")], [1])


papers_made = st.lists(
    st.builds(Paper, st.text(max_size=4), st.text(max_size=6), st.integers(0, 60)),
    max_size=12,
)


@given(papers_made)
def test_paths_are_unique_and_within_the_archive(papers):
    chosen, left_out = plan(papers, 100)
    paths = [path.lower() for _place, path in chosen]
    assert len(paths) == len(set(paths))
    assert all(path.count("/") == 1 and ".." not in path.split("/") for path in paths)
    assert sorted([place for place, _path in chosen] + left_out) == list(
        range(len(papers))
    )
    assert sum(papers[place].size for place, _path in chosen) <= 100
