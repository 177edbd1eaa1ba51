"""Of several pictures that are chosen one after another the latest is shown."""

import pytest

from esrgan.images import Picture, encode_png
from tests.e2e.test_page import DROP, send

pytestmark = pytest.mark.browser

LATER = "() => { const now = performance.now(); performance.now = () => now + 31_000; }"
"""The page's patience with a request is over."""


def example(tab, name):
    return tab.page.locator(f'.example[title="{name}"]')


def name_is(tab, name):
    tab.page.wait_for_selector(f'[data-part="name"]:text-is("{name}")', timeout=60_000)


def hold_first(tab, address):
    """The first request to an address, once it is made, in a list; it goes no further."""
    held = []
    tab.page.route(address, lambda route: held.append(route), times=1)
    return held


def wait_for_one(tab, held):
    while not held:
        tab.page.wait_for_timeout(20)


def test_a_slow_upload_does_not_replace_what_was_chosen_meanwhile(tab, small):
    tab.open()
    held = hold_first(tab, "**/upload*")
    asked = tab.asked()
    send(tab, DROP, encode_png(Picture(small)), "slow.png")
    wait_for_one(tab, held)
    example(tab, "astronaut").click()
    name_is(tab, "astronaut")
    with tab.page.expect_response("**/upload*"):
        held[0].continue_()
    tab.page.wait_for_timeout(200)
    assert not any("slow.png" in body for body in asked)


def test_of_two_uploads_the_later_one_wins(tab, small):
    tab.open()
    held = hold_first(tab, "**/upload*")
    send(tab, DROP, encode_png(Picture(small)), "slow.png")
    wait_for_one(tab, held)
    send(tab, DROP, encode_png(Picture(small)), "quick.png")
    name_is(tab, "quick.png")
    asked = tab.asked()
    with tab.page.expect_response("**/upload*"):
        held[0].continue_()
    tab.page.wait_for_timeout(200)
    assert not any("slow.png" in body for body in asked)


def test_what_waited_for_a_lost_answer_does_not_come_back(tab):
    tab.open()
    held = hold_first(tab, "**/queue/join*")
    example(tab, "coffee").click()
    wait_for_one(tab, held)
    example(tab, "astronaut").click()
    asked = tab.asked()
    revision = int(tab.page.locator(".scrubber").get_attribute("data-revision"))
    tab.page.evaluate(LATER)
    example(tab, "cat").click()
    tab.wait_until_ready(revision=revision + 1)
    assert not any("astronaut" in body for body in asked)
    held[0].continue_()


def test_a_right_click_does_not_move_the_window(tab):
    tab.open()
    example(tab, "coffee").click()
    name_is(tab, "coffee")
    tab.wait_until_exact()
    asked = tab.asked()
    tab.page.locator('[data-part="overview"]').click(button="right", position={"x": 5, "y": 5})
    assert tab.page.locator('[data-part="box"]').is_visible()
    assert asked == []
