"""Makes the tiny embedders of the tests and what sentence-transformers says about them.

    python services/engine/embed-goldens/make.py            writes the folders beside this file
    python services/engine/embed-goldens/make.py --check    fails when they are not what it would write

Needs torch, transformers and sentence-transformers. The weights are a formula (`uniform` below and
`random::uniform` in the engine are the same), so no weights are committed: a test makes them again.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import numpy
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

HERE = pathlib.Path(__file__).resolve().parent
STREAM = 98
TEXTS = [
    "the quiet pump",
    "The quiet pump, with a timer for the garden!",
    "a",
    "pump pump pump pump",
    "Zażółć gęślą jaźń",
    "Ηλεκτρική αντλία",
    "ポンプ 静か",
    "quiet 🙂 pump 👩‍🌾",
    "",
    "\u0007\u0001\u0000",
    "nul\u0000 inside",
    " ".join(["the quiet pump waters the garden for you"] * 12),
]


def mix(value):
    value = (value ^ (value >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return value ^ (value >> numpy.uint64(31))


def uniform(seed, stream, positions):
    """services/engine/src/random.rs, attempt 0, for an array of positions."""
    golden = numpy.uint64(0x9E3779B97F4A7C15)
    state = mix(numpy.full_like(positions, seed) + golden)
    for coordinate in (numpy.full_like(positions, stream), positions, numpy.zeros_like(positions)):
        state = mix(state * numpy.uint64(0xD1342543DE82EF95) + coordinate + golden)
    return (state >> numpy.uint64(11)).astype(numpy.float64) / float(1 << 53)


def weights(config, seed):
    """By transformers' names; the order is part of the formula."""
    hidden, ffn = config["hidden_size"], config["intermediate_size"]
    plan = [
        ("embeddings.word_embeddings.weight", (config["vocab_size"], hidden), 1.0, 0.0),
        ("embeddings.position_embeddings.weight", (config["max_position_embeddings"], hidden), 0.5, 0.0),
        ("embeddings.token_type_embeddings.weight", (config["type_vocab_size"], hidden), 0.5, 0.0),
        ("embeddings.LayerNorm.weight", (hidden,), 0.3, 1.0),
        ("embeddings.LayerNorm.bias", (hidden,), 0.2, 0.0),
    ]
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        for part, rows, columns in [
            ("attention.self.query", hidden, hidden),
            ("attention.self.key", hidden, hidden),
            ("attention.self.value", hidden, hidden),
            ("attention.output.dense", hidden, hidden),
            ("intermediate.dense", ffn, hidden),
            ("output.dense", hidden, ffn),
        ]:
            plan.append((f"{name}.{part}.weight", (rows, columns), 0.2, 0.0))
            plan.append((f"{name}.{part}.bias", (rows,), 0.1, 0.0))
        for part in ["attention.output.LayerNorm", "output.LayerNorm"]:
            plan.append((f"{name}.{part}.weight", (hidden,), 0.3, 1.0))
            plan.append((f"{name}.{part}.bias", (hidden,), 0.2, 0.0))
    tensors, position = {}, 1
    for name, shape, scale, offset in plan:
        count = int(numpy.prod(shape))
        positions = numpy.arange(position, position + count, dtype=numpy.uint64)
        values = (uniform(seed, STREAM, positions) - 0.5) * 2.0 * scale + offset
        tensors[name] = torch.from_numpy(values.astype(numpy.float32).reshape(shape).copy())
        position += count
    return tensors


def special(content, ident, **more):
    return {"id": ident, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": True, **more}


def template(before, after, ids):
    piece = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [piece(before), {"Sequence": {"id": "A", "type_id": 0}}, piece(after)],
        "pair": [piece(before), {"Sequence": {"id": "A", "type_id": 0}}, piece(after),
                 {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": after, "type_id": 1}}],
        "special_tokens": {token: {"id": token, "ids": [ids[token]], "tokens": [token]} for token in (before, after)},
    }


def wordpiece():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = ["the", "quiet", "pump", "garden", "with", "for", "##er", "##ing", "##s", "αντλια", "ポ", "静"]
    marks = [".", ",", "!", "?", ":", "-", "[", "]"]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters),
              *marks, *(word for word in words if word not in letters)]
    tokens = list(dict.fromkeys(tokens))
    ids = {token: at for at, token in enumerate(tokens)}
    return {
        "version": "1.0",
        # As in published files: whoever saved them last left these, and they must not matter.
        "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                    "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": [special(token, ids[token]) for token in tokens[:5]],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": template("[CLS]", "[SEP]", ids),
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": ids},
    }


def unigram():
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    words = ["▁the", "▁quiet", "▁pump", "▁garden", "▁with", "er", "ing", "▁query", "▁passage", "αντλία", "ポンプ", "静か"]
    pieces += [(word, -3.0 - 0.25 * at) for at, word in enumerate(words)]
    letters = "abcdefghijklmnopqrstuvwxyzTZżółćęśąźńΗλεκτρικήαντλία.,!:?<>"
    pieces += [(letter, -6.0 - 0.125 * at) for at, letter in enumerate(dict.fromkeys(letters))]
    pieces.append(("<mask>", 0.0))
    ids = {token: at for at, (token, _) in enumerate(pieces)}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [special(token, ids[token]) for token in ("<s>", "<pad>", "</s>", "<unk>")]
        + [special("<mask>", ids["<mask>"], lstrip=True)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "WhitespaceSplit"},
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}]},
        "post_processor": template("<s>", "</s>", ids),
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": False, "vocab": pieces},
    }


def folders():
    """Each folder's files, with the seed of its weights."""
    common = {"hidden_size": 72, "num_hidden_layers": 2, "intermediate_size": 104, "initializer_range": 0.02,
              "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    modules = lambda *kinds: [
        {"idx": at, "name": str(at), "path": "" if at == 0 else f"{at}_{kind}",
         "type": f"sentence_transformers.models.{kind}"} for at, kind in enumerate(kinds)]
    flags = lambda **on: {"word_embedding_dimension": 72,
                          **{f"pooling_mode_{mode}": on.get(mode, False)
                             for mode in ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")}}
    pieces, words = unigram(), wordpiece()
    bert = {"architectures": ["BertModel"], "model_type": "bert", **common, "num_attention_heads": 4,
            # More rows than tokens, as in published models.
            "vocab_size": len(words["model"]["vocab"]) + 3, "max_position_embeddings": 48, "type_vocab_size": 2,
            "layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": 0}
    roberta = {"architectures": ["XLMRobertaModel"], "model_type": "xlm-roberta", **common, "num_attention_heads": 3,
               "vocab_size": len(pieces["model"]["vocab"]), "max_position_embeddings": 42, "type_vocab_size": 1,
               "layer_norm_eps": 1e-5, "hidden_act": "gelu", "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    prompts = lambda **prompts: {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    return {
        "bert": (11, {
            "config.json": bert, "tokenizer.json": words,
            "modules.json": modules("Transformer", "Pooling", "Normalize"),
            "1_Pooling/config.json": flags(mean_tokens=True),
            "sentence_bert_config.json": {"max_seq_length": 40, "do_lower_case": False},
            "config_sentence_transformers.json": prompts(query="", document=""),
        }),
        "bert-cls": (12, {
            "config.json": {**bert, "hidden_act": "gelu_new"}, "tokenizer.json": words,
            "modules.json": modules("Transformer", "Pooling"),
            "1_Pooling/config.json": {"embedding_dimension": 72, "pooling_mode": "cls", "include_prompt": True},
            "config_sentence_transformers.json": prompts(query="find the pump: ", document=""),
        }),
        "xlm-roberta": (13, {
            "config.json": roberta, "tokenizer.json": pieces,
            "modules.json": modules("Transformer", "Pooling", "Normalize"),
            "1_Pooling/config.json": flags(mean_tokens=True),
            "sentence_bert_config.json": {"max_seq_length": 40, "do_lower_case": False},
            "config_sentence_transformers.json": prompts(query="query: ", passage="passage: "),
        }),
    }


def golden(files, seed):
    """Vectors of the texts as queries and as passages, all in one padded batch."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(json.dumps(content))
        # transformers would build BertTokenizer anew from the vocabulary; this class takes the file as it is.
        names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] if files["config.json"]["model_type"] == "bert" else [
            "<pad>", "<unk>", "<s>", "</s>"]
        (folder / "tokenizer_config.json").write_text(json.dumps({
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 1_000_000, "pad_token": names[0],
            "unk_token": names[1], "cls_token": names[2], "sep_token": names[3]}))
        save_file(weights(files["config.json"], seed), folder / "model.safetensors", metadata={"format": "pt"})
        model = SentenceTransformer(str(folder), device="cpu")
        if "sentence_bert_config.json" not in files:
            model.max_seq_length = files["config.json"]["max_position_embeddings"]
        prompts = files["config_sentence_transformers.json"]["prompts"]
        found = []
        for kind, prompt in [("query", prompts["query"]), ("passage", prompts.get("passage", ""))]:
            vectors = model.encode(TEXTS, prompt=prompt, batch_size=len(TEXTS), show_progress_bar=False)
            found += [{"kind": kind, "text": text, "vector": [float(f"{value:.6g}") for value in vector]}
                      for text, vector in zip(TEXTS, vectors)]
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    wrong = []
    for folder, (seed, files) in folders().items():
        written = {name: json.dumps(content, ensure_ascii=False, indent=None) for name, content in files.items()}
        # One case a line; equal kinds (an empty prefix on both) are kept, the test looks at both.
        cases = ",\n".join(json.dumps(case, ensure_ascii=True) for case in golden(files, seed))
        written["golden.json"] = f'{{"seed": {seed}, "cases": [\n{cases}\n]}}'
        for name, text in written.items():
            path = HERE / folder / name
            if check:
                if not path.is_file() or not same(path.read_text(), text):
                    wrong.append(str(path))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text + "\n")
    if wrong:
        sys.exit("not what this script writes: " + ", ".join(wrong))


def same(old, new):
    """Equal but for the last digits of numbers, which differ between machines."""
    def equal(a, b):
        if isinstance(a, float) or isinstance(b, float):
            return abs(a - b) <= 2e-5
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(equal, a, b))
        return a == b
    return equal(json.loads(old), json.loads(new))


if __name__ == "__main__":
    main()
