"""The weights of the tiny models: a formula, so that none are stored.

The same as `src/random.rs` (`uniform(seed, 99, position, 0)`) and `src/testing/weights.rs`, number for number.
"""

import numpy as np

VOCAB = 320
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTOR = np.uint64(0xD1342543DE82EF95)


def _mix(value):
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def uniform(seed, stream, positions, attempt=0):
    """A number in [0, 1) for each position; sums and products wrap, as they do in Rust."""
    with np.errstate(over="ignore"):
        state = _mix(np.full(positions.shape, seed, np.uint64) + _STEP)
        for coordinate in (np.uint64(stream), positions.astype(np.uint64), np.uint64(attempt)):
            state = _mix(state * _FACTOR + coordinate + _STEP)
    return (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def weights(model):
    """Each weight by its name in a Hugging Face checkpoint, F32."""
    position = 1
    made = {}

    def add(name, shape, scale, offset=0.0):
        nonlocal position
        count = int(np.prod(shape))
        numbers = uniform(model["seed"], 99, np.arange(position, position + count, dtype=np.uint64))
        position += count
        made[name] = ((numbers - 0.5) * 2.0 * scale + offset).astype(np.float32).reshape(shape)

    hidden, ffn = model["hidden"], model["ffn"]
    queries, keys = model["heads"] * model["head_dim"], model["kv_heads"] * model["head_dim"]
    add("model.embed_tokens.weight", (VOCAB, hidden), 1.0)
    add("model.norm.weight", (hidden,), 0.3, 1.0)
    if not model["tied"]:
        add("lm_head.weight", (VOCAB, hidden), 0.3)
    for layer in range(model["layers"]):
        at = f"model.layers.{layer}."
        add(at + "input_layernorm.weight", (hidden,), 0.3, 1.0)
        add(at + "post_attention_layernorm.weight", (hidden,), 0.3, 1.0)
        add(at + "self_attn.q_proj.weight", (queries, hidden), 0.2)
        add(at + "self_attn.k_proj.weight", (keys, hidden), 0.2)
        add(at + "self_attn.v_proj.weight", (keys, hidden), 0.2)
        add(at + "self_attn.o_proj.weight", (hidden, queries), 0.2)
        add(at + "mlp.gate_proj.weight", (ffn, hidden), 0.2)
        add(at + "mlp.up_proj.weight", (ffn, hidden), 0.2)
        add(at + "mlp.down_proj.weight", (hidden, ffn), 0.2)
        if model["architecture"] == "qwen2":
            add(at + "self_attn.q_proj.bias", (queries,), 0.5)
            add(at + "self_attn.k_proj.bias", (keys,), 0.5)
            add(at + "self_attn.v_proj.bias", (keys,), 0.5)
        if model["architecture"] == "qwen3":
            add(at + "self_attn.q_norm.weight", (model["head_dim"],), 0.3, 1.0)
            add(at + "self_attn.k_norm.weight", (model["head_dim"],), 0.3, 1.0)
    return made
