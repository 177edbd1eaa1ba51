"""Fidelity and perception, by the field's conventions."""

from esrgan.metrics.fidelity import lr_psnr, psnr, rmse, ssim
from esrgan.metrics.naturalness import niqe

__all__ = ["lr_psnr", "niqe", "psnr", "rmse", "ssim"]
