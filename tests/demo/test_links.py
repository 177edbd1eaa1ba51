import pytest

from demo import networks
from demo.links import FIRST_EXAMPLE, read_link
from demo.scene import Mode


def test_an_address_without_a_query_asks_for_the_first_example():
    link = read_link({})
    assert (link.example, link.pair, link.window) == (FIRST_EXAMPLE, networks.first_pair(), None)
    assert link.is_understood


def test_a_link_names_example_networks_and_window():
    query = {"example": "astronaut", "pair": "esrgan", "mode": "enlarge", "x": "0.25", "y": "1"}
    link = read_link(query)
    assert (link.example, link.pair.name) == ("astronaut", "esrgan")
    assert link.window == (Mode.ENLARGE, 0.25, 1.0)
    assert link.is_understood


@pytest.mark.parametrize(
    "query",
    [
        {"example": "../etc/passwd"},
        {"pair": "nobody's"},
        {"mode": "shrink", "x": "0.5", "y": "0.5"},
        {"mode": "enlarge", "x": "nan", "y": "0.5"},
        {"mode": "enlarge", "x": "1.5", "y": "0.5"},
        {"mode": "enlarge", "x": "0.5"},
        {"alpha": "7"},
        {"alpha": "half"},
    ],
)
def test_what_is_not_known_is_left_out(query):
    link = read_link(query)
    assert (link.example, link.pair, link.window) == (FIRST_EXAMPLE, networks.first_pair(), None)
    assert not link.is_understood


def test_what_others_added_to_the_address_is_no_trouble():
    assert read_link({"__theme": "dark", "utm_source": "mail", "alpha": "0.3"}).is_understood
