"""The page as a clone has it: `app.py`, with the networks that the package ships."""

import numpy as np
import pytest

from esrgan import Upscaler
from esrgan.images import read
from tests.conftest import EMBEDDED
from tests.e2e.conftest import Watched, serving_app
from tests.e2e.test_page import drop

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("embedded")
def test_a_dropped_picture_is_enlarged_by_the_embedded_networks(window, small, tmp_path):
    with serving_app(tmp_path, ESRGAN_WEIGHTS=str(EMBEDDED)) as address:
        tab = Watched(window.new_page(), address)
        tab.page.goto(address)
        tab.wait_until_shown("bicubic")
        drop(tab, small)
        tab.wait_until_shown("srresnet")
        assert np.array_equal(tab.pixels("srresnet"), Upscaler("srresnet")(small))
        assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, 0.8))
        with tab.page.expect_download(timeout=60_000) as download:
            tab.page.click('[data-part="export"]')
        assert download.value.suggested_filename == "mine_esrgan_a0.80_x4.png"
        saved = read(download.value.path()).pixels
        assert np.array_equal(saved, Upscaler("esrgan")(small, 0.8))
        assert tab.troubles == []
        tab.page.close()
