"""The paper's two-stage training: L1 first, then L1, perceptual and relativistic GAN loss."""
