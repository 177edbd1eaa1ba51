"""Reduce a picture, enlarge it by several methods, print metrics: `python -m examples.compare`."""

from esrgan import Upscaler, imresize
from esrgan.metrics import lr_psnr, niqe, perceptual_index, psnr, ssim
from esrgan.resize import crop_to_multiple
from examples.pictures import PICTURES


def main(name: str = "cat") -> None:
    """Print a table of metrics for one of `examples.pictures.PICTURES`."""
    hr = crop_to_multiple(PICTURES[name](), 4)
    lr = imresize(hr, 1 / 4)
    methods = [("bicubic", None), ("srresnet", None)]
    methods += [("esrgan", alpha) for alpha in (0.0, 0.5, 1.0)]
    print(f"{name:16} PSNR/dB   SSIM   NIQE  PI proxy  LR-PSNR/dB")
    for method, alpha in methods:
        sr = Upscaler(method)(lr, alpha)
        label = method if alpha is None else f"{method} α {alpha:.1f}"
        fidelity = f"{psnr(sr, hr):7.2f} {ssim(sr, hr):6.3f}"
        perception = f"{niqe(sr):6.2f} {perceptual_index(sr):9.2f}"
        print(f"{label:16} {fidelity} {perception} {lr_psnr(sr, lr):11.2f}")


if __name__ == "__main__":
    main()
