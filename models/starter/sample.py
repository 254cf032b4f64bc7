"""Draws drafts from the model in PyTorch and prints them, references left in, with counts of what went wrong.

Nothing binds the decoder here: what the product's grammar makes impossible shows up as a fault.

    python models/starter/sample.py --count 20 --lang de
"""

import argparse
import json
import re
from pathlib import Path

import torch
from tokenizers import Tokenizer

import corpus
from expand import Writer
from export import load_average, read_gguf
from model import Starter
from words import END, LANGUAGES, PHRASE

HERE = Path(__file__).resolve().parent


@torch.no_grad()
def complete(model, tokenizer, prompt, temperature, top_p, generator):
    """The model's draft for a prompt."""
    end, ids = tokenizer.token_to_id(END), tokenizer.encode(prompt).ids
    caches, start, given, drawn = [{} for _ in model.layers], 0, ids, []
    while start + len(given) < model.shape.context:
        logits = model.logits(model(torch.tensor([given]), caches, start)[0, -1])
        start += len(given)
        weights, order = torch.softmax(logits / temperature, -1).sort(descending=True)
        weights[weights.cumsum(0) - weights > top_p] = 0
        token = order[torch.multinomial(weights, 1, generator=generator)].item()
        if token == end:
            return tokenizer.decode(drawn, skip_special_tokens=False)
        drawn.append(token)
        given = [token]
    return tokenizer.decode(drawn, skip_special_tokens=False)


def fault(prompt, text, known):
    """What is wrong with a draft, or None."""
    try:
        slots = json.loads(text)
    except ValueError:
        return "no JSON"
    listed = re.findall(r"\{\{(?:message|claim|passage)\.\d+\}\}", prompt)
    used = re.findall(r"\{\{(?:message|claim|passage)\.\d+\}\}", text)
    if sorted(listed) != sorted(used):
        return f"references {' '.join(used)}"
    bullets = re.findall(r"\\n- (\{\{[^}]*\}\})", text)
    if sorted(bullets) != sorted(name for name in listed if name + PHRASE in prompt):
        return f"bullets {' '.join(bullets)}"
    words = set(re.findall(r"[^\W\d_]+", re.sub(r"\{\{[^}]*\}\}", "", " ".join(map(str, slots.values())))))
    stray = words - known
    return f"unknown words {' '.join(sorted(stray))}" if stray else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--lang", choices=LANGUAGES, help="only this language")
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--top-p", type=float, default=0.95)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quiet", action="store_true", help="only the counts")
    parser.add_argument("--work", type=Path, default=HERE / "work")
    parser.add_argument("--gguf", type=Path, help="take the weights from this file instead of the checkpoint")
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    shape, weights = load_average(options.work)
    model = Starter(shape).eval()
    model.load_state_dict(read_gguf(options.gguf, shape, weights) if options.gguf else weights)
    frames, _ = corpus.load(HERE / "corpus")
    known = {lang: set() for lang in LANGUAGES}
    for frame in frames:
        for part in frame.expansions():
            known[frame.lang].update(re.findall(r"[^\W\d_]+", part))
    writer = Writer(frames, f"sample/{options.seed}", training=False)
    generator = torch.Generator().manual_seed(options.seed)
    faults, drawn = [], 0
    while drawn < options.count:
        prompt = writer.draft()["prompt"]
        lang = prompt[len("<|lang:") :][:2]
        if options.lang in (None, lang):
            drawn += 1
            text = complete(model, tokenizer, prompt, options.temperature, options.top_p, generator)
            wrong = fault(prompt, text, known[lang])
            faults += [wrong] if wrong else []
            if not options.quiet:
                print(f"{prompt}\n{text.replace(chr(92) + 'n', chr(10))}\n{'FAULT ' + wrong if wrong else 'ok'}\n")
    print(f"{drawn - len(faults)} of {drawn} drafts without a fault")
    for wrong in faults:
        print(f"  {wrong}")


if __name__ == "__main__":
    main()
