"""Muon for the matrices of the layers: momentum, made orthogonal by Newton and Schulz's iteration.

Source: Jordan et al. 2024 (Muon), with the update scaled to AdamW's size as in Liu et al. 2025. On this corpus it needs
about half the steps that AdamW needs. Matrices of a shape are iterated together, in F32: CPUs are slow at BF16.
"""

import torch

ITERATION = (3.4445, -4.7750, 2.0315)


def orthogonal(x):
    """The nearest semi-orthogonal matrices, roughly, of a stack [count, rows, columns] with rows ≤ columns."""
    a, b, c = ITERATION
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x


class Muon(torch.optim.Optimizer):
    """Steps matrices only; embeddings and norms belong to AdamW."""

    def __init__(self, matrices, lr, weight_decay=0.1, momentum=0.95):
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            stacks = {}
            for weight in group["params"]:
                rows, columns = weight.shape
                stacks.setdefault((min(rows, columns), max(rows, columns)), []).append(weight)
            for (_, longer), weights in stacks.items():
                updates = []
                for weight in weights:
                    momentum = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                    momentum.lerp_(weight.grad, 1 - group["momentum"])
                    update = weight.grad.lerp(momentum, group["momentum"])
                    updates.append(update.mT if update.shape[0] > update.shape[1] else update)
                for weight, update in zip(weights, orthogonal(torch.stack(updates))):
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    tall = weight.shape[0] > weight.shape[1]
                    weight.add_(update.mT if tall else update, alpha=-group["lr"] * 0.2 * longer**0.5)
