"""Exports the averaged weights: `starter.gguf` (Q8_0, norms F32) for the product, a Hugging Face folder for tests.

llama.cpp rotates neighbouring pairs where Hugging Face rotates halves, so the rows of q and k are put in the other
order on the way out (`interleaved`), as llama.cpp's own converter does. What was written is read back and compared.
"""

import json
import shutil

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from safetensors.torch import save_file
from tokenizers import Tokenizer

from model import Shape, Starter
from tokenizer import read
from train import encode, measure
from words import END, LANGUAGES, PAD

NAME = "countersign-starter"
NAMES = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    """llama.cpp's name of one of the model's weights."""
    if name == "embed_tokens.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{NAMES[rest.removesuffix('.weight')]}.weight"


def heads_of(name, shape):
    """How many heads a weight rotates, or None."""
    return shape.heads if "q_proj" in name else shape.kv_heads if "k_proj" in name else None


def interleaved(weight, heads):
    """Rows from halves to neighbouring pairs."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def halved(weight, heads):
    """Rows from neighbouring pairs back to halves."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write_gguf(path, shape, weights, tokenizer):
    """Writes the model as GGUF."""
    writer = gguf.GGUFWriter(path.with_suffix(".part"), "llama")
    writer.add_name(NAME)
    writer.add_description("Small copy model for five languages, trained from scratch for Countersign")
    writer.add_license("Apache-2.0")
    writer.add_languages(list(LANGUAGES))
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(shape.eps)
    writer.add_vocab_size(shape.vocab)
    # The tokenizer is the file beside it; the ids of the two tokens that a runner needs are said here as well.
    writer.add_tokenizer_model("no_vocab")
    writer.add_eos_token_id(tokenizer.token_to_id(END))
    writer.add_pad_token_id(tokenizer.token_to_id(PAD))
    for name, weight in weights.items():
        data = weight.float().numpy()
        if heads := heads_of(name, shape):
            data = interleaved(data, heads)
        if data.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(gguf_name(name), quantize(np.ascontiguousarray(data), kind), raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(name), data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    path.with_suffix(".part").replace(path)


def read_gguf(path, shape, names):
    """The weights of a GGUF file as the model's."""
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    weights = {}
    for name in names:
        tensor = stored[gguf_name(name)]
        data = dequantize(tensor.data, tensor.tensor_type)
        if heads := heads_of(name, shape):
            data = halved(data, heads)
        weights[name] = torch.from_numpy(np.array(data, dtype=np.float32))
    return weights


def write_folder(folder, shape, weights, tokenizer_path, tokenizer):
    """Writes the model as a Hugging Face folder."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "float32", "hidden_act": "silu",
        "vocab_size": shape.vocab, "hidden_size": shape.hidden, "intermediate_size": shape.ffn,
        "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads, "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim, "max_position_embeddings": shape.context, "rope_theta": shape.theta,
        "rms_norm_eps": shape.eps, "tie_word_embeddings": True, "attention_bias": False, "mlp_bias": False,
        "bos_token_id": None, "eos_token_id": tokenizer.token_to_id(END), "pad_token_id": tokenizer.token_to_id(PAD),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file({f"model.{name}": weight.contiguous() for name, weight in weights.items()}, folder / "model.safetensors", {"format": "pt"})
    shutil.copyfile(tokenizer_path, folder / "tokenizer.json")


def load_average(work):
    """The averaged weights of the checkpoint, and their shape."""
    state = torch.load(work / "checkpoint.pt", weights_only=True)
    return Shape(**state["shape"]), {name: weight for name, weight in state["average"].items()}


def run(work, tokenizer_path, target, kind, say=print):
    """Exports the checkpoint of `work`; `kind` is gguf or safetensors."""
    shape, weights = load_average(work)
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    if kind == "safetensors":
        write_folder(work / "hf", shape, weights, tokenizer_path, tokenizer)
        say(f"wrote {work / 'hf'}")
        return
    write_gguf(target, shape, weights, tokenizer)
    back = read_gguf(target, shape, weights)
    worst = max((back[name] - weight).abs().max().item() / weight.abs().max().item() for name, weight in weights.items())
    if worst > 0.01:
        raise ValueError(f"{target} does not hold the weights it was given: they differ by {worst:.1%}")
    held_out = encode(tokenizer, read(work / "held_out.jsonl"))
    model = Starter(shape)
    losses = []
    for state in (weights, back):
        model.load_state_dict(state)
        losses.append(measure(model, held_out, tokenizer))
    say(f"wrote {target}: {target.stat().st_size / 1e6:.2f} MB, {model.parameter_count() / 1e6:.2f} M parameters")
    say(f"held-out loss {losses[0][0]:.4f} in F32, {losses[1][0]:.4f} from the file; references {losses[1][1]:.1%}")
