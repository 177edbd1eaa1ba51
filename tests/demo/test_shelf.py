import gc

import gradio as gr
import numpy as np
import pytest

from demo import handlers, shelf, views
from demo.scene import Mode
from demo.session import Latest
from demo.shelf import Shelf
from esrgan.images import Picture
from esrgan.weights import MODELS


def picture(kilobytes):
    """A picture of as many thousand bytes, a quarter of them opacity."""
    opacity = np.zeros((kilobytes * 10, 25), np.uint8)
    return Picture(opacity[..., None].repeat(3, axis=2), opacity)


def is_there(kept, ticket):
    try:
        kept.find(ticket)
    except ValueError:
        return False
    return True


def test_the_least_recently_used_picture_is_put_away():
    kept = Shelf(3000)
    one, two, three = (kept.put(picture(1)) for _ in range(3))
    assert kept.find(one).pixels.nbytes == 750
    four = kept.put(picture(1))
    assert [is_there(kept, ticket) for ticket in (one, two, three, four)] == [
        True,
        False,
        True,
        True,
    ]
    large = kept.put(picture(9))
    assert [is_there(kept, ticket) for ticket in (one, three, four, large)] == [False] * 3 + [True]


def test_a_picture_that_nobody_holds_is_gone():
    kept = Shelf(3000)
    oldest = kept.put(picture(1))
    dropped = kept.put(picture(2))
    del dropped
    gc.collect()
    newest = kept.put(picture(2))
    assert is_there(kept, oldest)
    assert is_there(kept, newest)


def test_a_visitor_whose_picture_was_put_away_reads_one_sentence(photo, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(shelf.SHELF, "_budget", 2 * photo.nbytes)
    first, *_, last = (
        views.open_picture("mine", Picture(photo.copy()), Mode.ENLARGE, Latest(), MODELS["esrgan"])
        for _ in range(4)
    )
    with pytest.raises(gr.Error, match="closed: open it again"):
        list(handlers.export(first, gr.EventData(None, {"alpha": 0.5})))
    assert np.array_equal(last.picture.pixels, photo)
    ((_, view),) = handlers.rest(first, gr.EventData(None, {"alpha": 0.5}))
    assert view.exact
