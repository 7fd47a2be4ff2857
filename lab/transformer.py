"""A small transformer that names the next letter, with any norm in its blocks."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .networks import Norm


class TokenBatchNorm(nn.Module):
    """Batch normalisation of (N, T, D): each place of each sequence is a sample.

    Where `real`, (N, T), is set, only these places are; the others, padding, are 0 in y.
    """

    real: Tensor | None = None

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, T, D)."""
        if self.real is None:
            return self.norm(x.flatten(0, 1)).view_as(x)  # type: ignore[no-any-return]
        y = torch.zeros_like(x)
        y[self.real] = self.norm(x[self.real])
        return y


class Block(nn.Module):
    """One block of a transformer: each place looks at those before it, then at itself."""

    def __init__(self, D: int, heads: int, norm: Norm) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([norm(D), norm(D)])
        self.look, self.join = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.think = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, T, D)."""
        N, T, D = x.shape
        asked = self.look(self.norms[0](x)).view(N, T, 3, self.heads, -1)
        q, k, v = asked.permute(2, 0, 3, 1, 4)  # each (N, heads, T, D / heads)
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.join(found.transpose(1, 2).reshape(N, T, D))
        return x + self.think(self.norms[1](x))  # type: ignore[no-any-return]


class Transformer(nn.Module):
    """A small causal transformer (Vaswani et al. 2017) that names the next letter at each place.

    Its norms stand before attention and before the dense layers, and before the output. With
    `masked`, batch norms leave out what is behind the end of a name: how much there is of it tells
    how long the other names are, and this one.
    """

    def __init__(
        self,
        norm: Norm,
        seed: int,
        D: int = 32,
        blocks: int = 2,
        heads: int = 4,
        *,
        masked: bool = False,
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.masked = masked
        self.letter, self.place = nn.Embedding(27, D), nn.Embedding(32, D)
        self.blocks = nn.Sequential(*(Block(D, heads, norm) for _ in range(blocks)), norm(D))
        self.out = nn.Linear(D, 27)
        for table in (self.letter, self.place):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, seen: Tensor) -> Tensor:
        """Logits (N, 27, T) of the letters after each of seen, (N, T)."""
        if self.masked:
            real = seen != 0
            real[:, 0] = True  # the dot that begins a name
            for module in self.modules():
                if isinstance(module, TokenBatchNorm):
                    module.real = real
        x = self.letter(seen) + self.place(torch.arange(seen.shape[1]))  # (N, T, D)
        return self.out(self.blocks(x)).transpose(1, 2)  # type: ignore[no-any-return]
