"""What training minimises."""

import torch
from torch import Tensor

from training.models.base import Latent, Reconstruction
from training.specs import Loss


def loss_of(reconstruction: Reconstruction, inputs: Tensor, rule: Loss) -> Tensor:
    """Squared error between [N, C, h, w] and its reconstruction, plus the weighted divergence: a scalar."""
    squares = (reconstruction.output - inputs).square()
    error = squares.mean() if rule.reduction == "mean" else squares.sum()
    if rule.kl_weight == 0:
        return error
    return error + rule.kl_weight * divergence(reconstruction.latent)


def divergence(latent: Latent) -> Tensor:
    """Kullback-Leibler divergence from the standard normal, summed (Kingma and Welling 2014, appendix B)."""
    if latent.log_var is None:
        return torch.zeros(())
    return -0.5 * (1 + latent.log_var - latent.mu.square() - latent.log_var.exp()).sum()
