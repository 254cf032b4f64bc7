"""Hidden states and logits of the tiny models, as transformers computes them in F32 on the CPU."""

import json
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save_file

from weights import VOCAB, weights

HERE = Path(__file__).parent
# Of the largest number of its kind. Another machine's products add up in another order.
TOLERANCE = 2e-5

CLASSES = {
    "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
    "mistral": (transformers.MistralConfig, transformers.MistralForCausalLM),
    "qwen2": (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
    "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM),
    "smollm3": (transformers.SmolLM3Config, transformers.SmolLM3ForCausalLM),
}


def prompt(rule):
    return [at * rule["factor"] % rule["modulus"] for at in range(rule["length"])]


def configuration(model):
    rope = {"rope_type": "default", "rope_theta": model.get("rope_theta", 10000.0)}
    if model.get("rope_scaling"):
        rope |= {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        }
    fields = {
        "vocab_size": VOCAB, "hidden_size": model["hidden"], "intermediate_size": model["ffn"],
        "num_hidden_layers": model["layers"], "num_attention_heads": model["heads"],
        "num_key_value_heads": model["kv_heads"], "head_dim": model["head_dim"], "rms_norm_eps": 1e-5,
        "max_position_embeddings": 4096, "tie_word_embeddings": model["tied"], "rope_parameters": rope,
        "pad_token_id": None, "bos_token_id": None, "eos_token_id": None, "attn_implementation": "eager",
    }
    if model["architecture"] == "mistral":
        fields["sliding_window"] = None
    if "no_rope_layers" in model:
        fields["no_rope_layers"] = model["no_rope_layers"]
    return CLASSES[model["architecture"]][0](**fields)


def compute(model, rule, positions):
    """The states behind the last norm and the logits, at `positions`."""
    network = CLASSES[model["architecture"]][1](configuration(model)).eval()
    state = {name: torch.from_numpy(value) for name, value in weights(model).items()}
    if model["tied"]:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    # strict: a weight that the formula lacks, or has too many, is an error.
    network.load_state_dict(state, strict=True)
    with torch.no_grad():
        states = network.model(torch.tensor([prompt(rule)]), use_cache=False).last_hidden_state[0, positions]
        logits = network.lm_head(states)
    return {"states": states.numpy().astype(np.float32), "logits": logits.numpy().astype(np.float32)}


def run(check):
    """Writes each file, or says which differ from what is committed."""
    rules = json.loads((HERE / "models.json").read_text())
    wrong = []
    for model in rules["models"]:
        made = compute(model, rules["prompt"], rules["positions"])
        path = HERE / "models" / f"{model['name']}.safetensors"
        if not check:
            save_file(made, path)
            continue
        committed = load_file(path)
        for name, value in made.items():
            differs = np.abs(committed[name] - value).max() / np.abs(value).max()
            if not differs <= TOLERANCE:
                wrong.append(f"{path.name}: {name} differ by {differs:.1e} of the largest")
    return wrong
