"""Metrics of fidelity (PSNR, SSIM, RMSE, LR-PSNR) and of perception (NIQE, a proxy of PI)."""

from esrgan.metrics.fidelity import lr_psnr, psnr, rmse, ssim
from esrgan.metrics.naturalness import niqe
from esrgan.metrics.perception import perceptual_index

__all__ = ["lr_psnr", "niqe", "perceptual_index", "psnr", "rmse", "ssim"]
