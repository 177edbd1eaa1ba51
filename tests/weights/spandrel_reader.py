"""Enlarge a picture by spandrel with several files: PICTURE.npy OUT.npz FILE…

spandrel imports torchvision for two networks that are not used here; where it is not installed, an
empty stand-in does. It is a program of its own, because the stand-in would stay in the tests'.
"""

import importlib.util
import sys
import types

import numpy as np
import torch

NAMES = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")


def stand_in_for_torchvision():
    for name in NAMES:
        module = types.ModuleType(name)
        module.InterpolationMode = module.rotate = module.normalize = None
        sys.modules[name] = module


def main(picture, target, *files):
    if importlib.util.find_spec("torchvision") is None:
        stand_in_for_torchvision()
    import spandrel

    lr, results = torch.from_numpy(np.load(picture)), {}
    for file in files:
        model = spandrel.ModelLoader(device="cpu").load_from_file(file)
        with torch.no_grad():
            results[f"{model.architecture.id} x{model.scale}, {file}"] = model(lr).numpy()
    np.savez(target, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
