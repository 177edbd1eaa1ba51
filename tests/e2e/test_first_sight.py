import time
from types import SimpleNamespace

import pytest

from tests.e2e.conftest import Watched, keep_first_example, serving

pytestmark = pytest.mark.browser

READY = '.scrubber[data-state="ready"][data-quality="exact"]'


def make(folder):
    folder.mkdir(exist_ok=True)
    return folder


def first_sight(browser, address):
    """Seconds from opening the page to a live slider, and to the whole view; what was asked."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        watched = Watched(context.new_page(), address)
        asked = []
        watched.page.on("request", lambda request: asked.append(request.url))
        start = time.monotonic()
        watched.page.goto(address)
        watched.page.wait_for_function(
            "Number(document.querySelector('.scrubber')?.dataset.nodes || 0) >= 2", timeout=60_000
        )
        watched.scrub(0.3)
        live = time.monotonic() - start
        watched.page.locator('[data-part="alpha"]').fill("0.8")
        watched.page.wait_for_selector(READY, timeout=120_000)
        assert watched.troubles == []
        whole = time.monotonic() - start
    return SimpleNamespace(live=live, whole=whole, jobs=sum("queue/join" in u for u in asked))


def test_the_slider_is_live_before_anything_is_computed(browser, tmp_path, kept, capsys):
    with serving(make(tmp_path / "one")) as address:
        before = first_sight(browser, address)
    keep_first_example(kept, make(tmp_path / "two"))
    with serving(tmp_path / "two") as address:
        after = first_sight(browser, address)
    with capsys.disabled():
        print(f"\nlive after {before.live:.1f} s computed, {after.live:.1f} s kept;", end=" ")
        print(f"whole after {before.whole:.1f} s and {after.whole:.1f} s")
    assert after.jobs == 2  # the page's start, and the list of networks
    assert before.jobs > after.jobs
