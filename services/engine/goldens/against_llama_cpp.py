"""Our logits against llama.cpp's, on the same GGUF files: tiny random models of each architecture and type.

    python against_llama_cpp.py SOURCES BUILD

SOURCES is llama.cpp's source folder and BUILD where it was built with static libraries. The files and our logits are
written by an ignored test of the engine, which this script runs (or takes from $COUNTERSIGN_LLAMA_CPP_FOLDER, if it
holds some); llama.cpp's logits come from llama_cpp_logits.cpp, which is compiled here. Each file is also read by the
gguf package, and its dequantized weights compared with the formula. Prints a table; the exit status is 1 where a
difference is larger than its type allows.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

from weights import VOCAB, weights

HERE = Path(__file__).parent
# Of the largest logit. llama.cpp rounds activations to the type of its products (F16, BF16, bytes), and we to other
# blocks or not at all, so that only F32 is close; random weights of 256 columns make much of it.
TOLERANCES = {"f32": 1e-4, "f16": 5e-3, "bf16": 5e-2, "q8_0": 1e-1, "q4_0": 1.5e-1, "q4_k": 1e-1, "q6_k": 1e-1}
# A step of the type, of the largest weight.
STEPS = {"f32": 0, "f16": 2**-11, "bf16": 2**-8, "q8_0": 1 / 127, "q4_0": 1 / 7, "q4_k": 1 / 7, "q6_k": 1 / 20}


def compile_reader(sources, build, folder):
    program = folder / "llama_cpp_logits"
    libraries = [build / "src/libllama.a"] + [build / f"ggml/src/libggml{part}.a" for part in ("", "-cpu", "-base")]
    subprocess.run(
        ["g++", "-O1", "-std=c++17", f"-I{sources}/include", f"-I{sources}/ggml/include",
         HERE / "llama_cpp_logits.cpp", "-o", program, *libraries, "-lgomp", "-lpthread", "-ldl", "-lm"],
        check=True,
    )
    return program


def model_of(reader):
    """The dimensions that the file states, as models.json has them; the seed is the tests' default."""
    arch = reader.fields["general.architecture"].contents()
    field = lambda name: reader.fields[f"{arch}.{name}"].contents()
    names = {tensor.name for tensor in reader.tensors}
    return {
        "architecture": arch, "seed": 1, "hidden": field("embedding_length"), "layers": field("block_count"),
        "ffn": field("feed_forward_length"), "heads": field("attention.head_count"),
        "kv_heads": field("attention.head_count_kv"), "head_dim": field("attention.key_length"),
        "tied": "output.weight" not in names,
    }


def weights_agree(path, kind):
    """Whether the gguf package reads the weights that the formula makes, within a step of the type."""
    reader = GGUFReader(path)
    model = model_of(reader)
    names = {
        "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
        "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
        "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
        "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm", "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    }
    formula = weights(model)
    for tensor in reader.tensors:
        *layer, part, ending = tensor.name.removeprefix("blk.").split(".")
        if part == "rope_freqs":
            continue
        expected = formula.pop((f"model.layers.{layer[0]}." if layer else "") + f"{names[part]}.{ending}")
        if part in ("attn_q", "attn_k") and model["architecture"] in ("llama", "smollm3"):
            heads = model["heads"] if part == "attn_q" else model["kv_heads"]
            halves = expected.reshape(heads, 2, -1, *expected.shape[1:])
            expected = halves.swapaxes(1, 2).reshape(expected.shape)
        found = dequantize(tensor.data, tensor.tensor_type).reshape(expected.shape)
        allowed = 0 if expected.ndim == 1 else STEPS[kind]
        if np.abs(found - expected).max() > allowed * np.abs(expected).max():
            return False
    return not formula


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sources, build = map(Path, sys.argv[1:])
    rules = json.loads((HERE / "models.json").read_text())
    with tempfile.TemporaryDirectory() as temporary:
        given = os.environ.get("COUNTERSIGN_LLAMA_CPP_FOLDER")
        folder = Path(given or temporary)
        if not list(folder.glob("*.gguf")):
            subprocess.run(
                ["cargo", "test", "--release", "-p", "countersign-engine", "--lib", "--", "--ignored", "for_llama_cpp"],
                check=True, cwd=HERE, env=os.environ | {"COUNTERSIGN_LLAMA_CPP_FOLDER": str(folder)},
            )
        program = compile_reader(sources, build, Path(temporary))
        wrong = 0
        print(f"{'file':<20} {'logits differ by, of the largest':>34} {'same choice':>12} {'weights':>8}")
        for path in sorted(folder.glob("*.gguf")):
            kind = path.stem.rpartition("-")[2]
            out = Path(temporary) / "theirs"
            rule = rules["prompt"]
            numbers = [rule["length"], rule["factor"], rule["modulus"], *rules["positions"]]
            subprocess.run([program, path, out, *map(str, numbers)], check=True)
            theirs = np.fromfile(out, np.float32).reshape(-1, VOCAB)
            ours = np.fromfile(path.with_suffix(".ours"), np.float32).reshape(-1, VOCAB)
            differs = np.abs(ours - theirs).max() / np.abs(theirs).max()
            same = int((ours.argmax(1) == theirs.argmax(1)).sum())
            agree = weights_agree(path, kind)
            good = differs <= TOLERANCES[kind] and agree
            wrong += not good
            print(f"{path.stem:<20} {differs:>34.1e} {same:>8} of {len(ours)} {'same' if agree else 'DIFFER':>8}"
                  + ("" if good else "  TOO MUCH"))
    sys.exit(wrong > 0)


main()
