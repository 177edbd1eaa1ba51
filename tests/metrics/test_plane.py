import pytest
from hypothesis import given
from hypothesis import strategies as st

from esrgan.metrics.plane import REGION_LIMITS, Point, best_point

numbers = st.none() | st.floats(0, 30)
paths = st.lists(st.builds(Point, st.just(""), numbers, numbers))


@given(paths, st.integers(1, 3))
def test_nothing_that_qualifies_is_better(points, number):
    limit = REGION_LIMITS[number - 1]
    allowed = [
        (point.perception, point.rmse)
        for point in points
        if point.perception is not None and point.rmse is not None and point.rmse <= limit
    ]
    best = best_point(points, number)
    assert (best and (best.perception, best.rmse)) == (min(allowed) if allowed else None)


def test_a_region_has_a_number():
    with pytest.raises(ValueError, match="numbered 1 to 3"):
        best_point([], 0)
