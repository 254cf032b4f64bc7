"""Starts a model with heads that copy: what a prompt lists, the draft then repeats in order.

A small model trained for minutes does not find these heads by itself. Layer 0 looks one and two tokens back, by the
phase of RoPE alone; layer 1 looks for the place where the token before was the same as here, and copies what stands
there (induction heads: Olsson et al. 2022). Two tokens back because `{{message.1}}<|phrase|>{{message.2}}` has a token
between. Training is free to change all of it.
"""

import torch

# Where things stand in the residual stream: a constant, the token before, the token two before, the token itself.
CONSTANT, BEFORE, TWO_BEFORE, ITSELF = 0, slice(1, 65), slice(65, 129), slice(129, 256)
# Pairs of a head that turn so slowly that position hardly matters within a draft.
SLOW = range(20, 32)
# Pairs that turn fast enough to tell one token from the next.
FAST = 8


def random_rows(rows, columns):
    """Orthonormal rows."""
    return torch.linalg.qr(torch.randn(columns, rows))[0].T


@torch.no_grad()
def prepare(model):
    """Changes a fresh model in place; `torch.manual_seed` decides the random parts."""
    shape = model.shape
    if (shape.hidden, shape.head_dim, shape.heads, shape.kv_heads) != (256, 64, 4, 2):
        raise ValueError("the copying heads are laid out for a hidden size of 256, 4 heads of 64 and 2 for keys")
    half = shape.head_dim // 2
    frequency = shape.theta ** (-torch.arange(half).float() / half)
    model.embed_tokens.weight[:, CONSTANT] = 0.08
    look, find = model.layers[0].self_attn, model.layers[1].self_attn

    look.k_proj.weight[:64, CONSTANT] = 0.0
    look.k_proj.weight[:FAST, CONSTANT] = 2.4
    content = random_rows(64, shape.hidden)
    content[:, CONSTANT] = 0.0
    look.v_proj.weight[:64] = content
    look.o_proj.weight[:, :128] = 0.0
    for head, (distance, room) in enumerate(((1, BEFORE), (2, TWO_BEFORE))):
        first, phase = head * 64, distance * frequency[:FAST]
        look.q_proj.weight[first : first + 64, CONSTANT] = 0.0
        look.q_proj.weight[first : first + FAST, CONSTANT] = 2.4 * torch.cos(phase)
        look.q_proj.weight[first + half : first + half + FAST, CONSTANT] = -2.4 * torch.sin(phase)
        look.o_proj.weight[room, head * 64 : (head + 1) * 64] = 0.06 * torch.eye(64)

    rows = [*SLOW, *(half + pair for pair in SLOW)]
    wanted = 1.4 * random_rows(len(rows), 64)
    copied = random_rows(64, shape.hidden - ITSELF.start)
    find.o_proj.weight[:, [*range(64), *range(128, 192)]] = 0.0
    for group, room in enumerate((BEFORE, TWO_BEFORE)):
        query, key = group * 128, group * 64  # the first query head of a group, and its key head
        for row, values in zip(rows, wanted):
            find.q_proj.weight[query + row, BEFORE] = values
            find.k_proj.weight[key + row, room] = values
        find.v_proj.weight[key : key + 64] = 0.0
        find.v_proj.weight[key : key + 64, ITSELF] = copied
        find.o_proj.weight[ITSELF, query : query + 64] = 0.5 * copied.T
