import base64
import gc

import cv2
import numpy as np
import pytest

from demo import device, live
from demo.scene import Mode, place
from esrgan import Upscaler
from esrgan.images import Picture
from esrgan.weights import MODELS


@pytest.fixture
def scene(photo):
    return place(Picture(photo[:24, :30]), Mode.ENLARGE, 0.5, 0.5, 4)


@pytest.fixture
def stand_in(monkeypatch):
    """A page that believes in a GPU, whose networks run on the CPU."""
    monkeypatch.setattr(device, "has_own_gpu", lambda: True)
    monkeypatch.setattr(device, "name", lambda: "cpu")


@pytest.mark.usefixtures("stand_in")
def test_a_frame_is_the_network_at_that_alpha(scene, photo):
    url = live.frame(live.WINDOWS.add(scene, MODELS["esrgan"]), 0.3)
    data = np.frombuffer(base64.b64decode(url.split(",")[1]), np.uint8)
    shown = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].astype(float)
    exact = Upscaler("esrgan")(photo[:24, :30], 0.3)
    assert shown.shape == exact.shape
    assert np.abs(shown - exact).mean() < 3


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("alpha", [None, "0.5", -0.1, 1.1, float("nan"), True, [0.5]])
def test_only_a_known_token_and_a_sound_alpha_are_answered(scene, alpha):
    token = live.WINDOWS.add(scene, MODELS["esrgan"])
    assert live.frame(token, alpha) == ""
    for stranger in ("", None, 7, ["x"], token + "x"):
        assert live.frame(stranger, 0.5) == ""


@pytest.mark.usefixtures("stand_in")
def test_the_oldest_window_is_forgotten(scene):
    windows = live.Windows(capacity=2)
    first, second = windows.add(scene, MODELS["esrgan"]), windows.add(scene, MODELS["esrgan"])
    windows.find(first)
    windows.add(scene, MODELS["esrgan"])
    assert windows.find(first) == (scene, MODELS["esrgan"])
    assert windows.find(second) is None


@pytest.mark.usefixtures("stand_in")
def test_a_window_is_forgotten_with_its_session(photo):
    windows = live.Windows()
    scene = place(Picture(photo[:24, :30]), Mode.ENLARGE, 0.5, 0.5, 4)
    token = windows.add(scene, MODELS["esrgan"])
    assert windows.find(token)
    del scene
    gc.collect()
    assert windows.find(token) is None


def test_without_a_gpu_of_its_own_the_page_never_asks(scene, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert live.WINDOWS.add(scene, MODELS["esrgan"]) == ""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert live.WINDOWS.add(scene, MODELS["esrgan"]) == ""
    assert device.name() == "cpu"
