"""The layout of the map: columns, order, places."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ringfence.report.html.layout import apart, arrange, crossings, depths


def test_lines_that_need_not_cross_do_not() -> None:
    # Two chains, given crosswise: 0 → 3 → 4 and 1 → 2 → 5.
    layout = arrange([0, 0, 1, 1, 2, 2], 30, [(0, 3), (1, 2), (3, 4), (2, 5)], 10)
    assert crossings(layout.columns, layout.items) == 0
    ys = [item.y for item in layout.items]
    assert ys == [0, 40, 40, 0, 0, 40]


def test_lines_of_one_source_share_their_bends() -> None:
    layout = arrange([0, 2, 2, 1], 30, [(0, 1), (0, 2)], 10)
    assert layout.bends[0, 1] == layout.bends[0, 2] == [4]
    assert layout.items[4].bend


def test_a_line_backwards_has_no_part_in_the_order() -> None:
    layout = arrange([1, 0], 30, [(0, 1)], 10)
    assert layout.bends[0, 1] == []
    assert layout.items[0].before == layout.items[1].after == []


@given(
    st.lists(st.tuples(st.floats(-1e4, 1e4), st.integers(1, 60)), max_size=30), st.integers(0, 20)
)
def test_nothing_overlaps_and_what_fits_stays(pairs: list[tuple[float, int]], gap: int) -> None:
    wanted = [want for want, _ in pairs]
    heights = [float(height) for _, height in pairs]
    places = apart(wanted, heights, gap)
    for (y, height), below in itertools.pairwise([*zip(places, heights, strict=True), (0.0, 0.0)]):
        if below != (0.0, 0.0):
            assert below[0] - y >= height + gap - 1e-6
    assert apart(places, heights, gap) == [
        place if abs(place - again) > 1e-6 else again
        for place, again in zip(places, apart(places, heights, gap), strict=True)
    ]


@given(st.data())
def test_the_order_of_lines_does_not_matter(data: st.DataObject) -> None:
    columns = data.draw(st.lists(st.integers(0, 4), min_size=2, max_size=12))
    ends = st.integers(0, len(columns) - 1)
    lines = data.draw(st.lists(st.tuples(ends, ends), unique=True, max_size=20))
    lines = [(one, other) for one, other in lines if one != other]
    layout = arrange(columns, 30, lines, 10)
    for column in layout.columns:
        for one, other in itertools.pairwise(layout.items[index] for index in column):
            assert other.y - one.y >= one.height + 10 - 0.2
    assert arrange(columns, 30, lines, 10).items == layout.items


def test_depth_counts_channels_from_what_outsiders_reach() -> None:
    # 0 is reached from outside and writes to 1, that to 2, that back to 0; 3 and 4 are a circle.
    channels = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 3)]
    assert depths(range(6), {0}, channels, 3) == {0: 0, 1: 1, 2: 2, 3: 0, 4: 1, 5: 0}
    assert depths(range(3), {0}, [(0, 1), (1, 2)], 1) == {0: 0, 1: 1, 2: 1}
