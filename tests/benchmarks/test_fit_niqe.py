import subprocess
import sys

import cv2
import numpy as np
from skimage import data

from esrgan.metrics.pristine_model import load_model


def test_the_model_can_be_fitted_again(tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        picture = getattr(data, name)()[..., ::-1]
        cv2.imwrite(str(tmp_path / "photos" / f"{name}.png"), picture)
    output = tmp_path / "model.npz"
    command = [sys.executable, "-m", "benchmarks.fit_niqe"]
    subprocess.run([*command, str(tmp_path / "photos"), "-o", str(output)], check=True)
    model = load_model(output)
    assert model.mean.shape == (36,)
    assert model.covariance.shape == (36, 36)
    assert np.linalg.eigvalsh(model.covariance).min() > -1e-9
    np.testing.assert_allclose(model.mean[0], load_model("own-fit").mean[0], rtol=0.2)
