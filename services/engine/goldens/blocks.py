"""Blocks of each quantized type, random, with what Python's gguf package makes of them."""

from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize
from safetensors.numpy import load_file, save_file

from weights import uniform

HERE = Path(__file__).parent
PATH = HERE / "blocks.safetensors"

# Where the half-precision scales of a block lie, in bytes; all else may be any byte.
SCALES = {
    "F16": (0,), "BF16": (), "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,),
    "Q2_K": (80, 82), "Q3_K": (108,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,),
}


def compute():
    made = {}
    for at, (name, scales) in enumerate(SCALES.items()):
        kind = GGMLQuantizationType[name]
        elements, size = GGML_QUANT_SIZES[kind]
        count = max(2, 128 // elements)
        numbers = uniform(7, at, np.arange(count * size, dtype=np.uint64))
        blocks = (numbers * 256).astype(np.uint8).reshape(count, size)
        for offset in scales:
            scale = ((numbers[:count] - 0.5) * 4).astype(np.float16)
            blocks[:, offset : offset + 2] = scale.view(np.uint8).reshape(count, 2)
        if name == "BF16":
            # The upper halves of ordinary numbers; random bits would be infinite here and there.
            numbers = ((numbers[:count] - 0.5) * 4).astype(np.float32).view(np.uint32) >> np.uint32(16)
            blocks = numbers.astype(np.uint16).view(np.uint8).reshape(count, size)
        made[f"{name}.blocks"] = blocks.reshape(-1)
        made[f"{name}.values"] = dequantize(blocks.reshape(1, -1), kind).reshape(-1).astype(np.float32)
    return made


def run(check):
    made = compute()
    if not check:
        save_file(made, PATH)
        return []
    committed = load_file(PATH)
    return [f"{PATH.name}: {name} differs" for name, value in made.items() if not np.array_equal(committed[name], value)]
