"""Draws drafts from the model in PyTorch and prints them, references left in, with counts of what went wrong.

Nothing binds the decoder here: what the product's grammar makes impossible shows up as a fault.

    python models/starter/sample.py --count 20 --lang de --gguf models/starter/starter.gguf
"""

import argparse
import json
import re
from pathlib import Path

import torch
from tokenizers import Tokenizer

import expand
from export import load_average, read_gguf
from model import Shape, Starter
from words import END, LANGUAGES, PARTNER, PRODUCT

HERE = Path(__file__).resolve().parent
REFERENCE = re.compile(r"\{\{\w+\.\d+\}\}")


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
            break
        drawn.append(token)
        given = [token]
    return tokenizer.decode(drawn, skip_special_tokens=False)


def fault(plan, text):
    """What is wrong with a draft, or None."""
    try:
        slots = json.loads(text)
    except ValueError:
        return "no JSON"
    if list(slots) != [slot["key"] for slot in plan["slots"]]:
        return f"slots {' '.join(slots)}"
    if REFERENCE.findall(plan["prompt"]) != REFERENCE.findall(text):
        return f"references {' '.join(REFERENCE.findall(text))}"
    pieces = [element for slot in plan["slots"] for paragraph in slot["paragraphs"] for element in paragraph if "piece" in element]
    for name, key in ((PRODUCT, "names_product"), (PARTNER, "names_partner")):
        if text.count(name) != sum(piece[key] for piece in pieces):
            return f"{name} {text.count(name)} times"
    return None


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
    if options.gguf:
        model = Starter(Shape(vocab=tokenizer.get_vocab_size())).eval()
        model.load_state_dict(read_gguf(options.gguf, model.shape, model.state_dict()))
    else:
        shape, weights = load_average(options.work)
        model = Starter(shape).eval()
        model.load_state_dict(weights)
    generator = torch.Generator().manual_seed(options.seed)
    # One plan in so many languages is of the one that was asked for.
    plans = expand.plans(options.count * 4 * len(LANGUAGES), options.seed)
    plans = [plan for plan in plans if options.lang in (None, plan["lang"])][: options.count]
    faults = []
    for plan in plans:
        text = complete(model, tokenizer, plan["prompt"], options.temperature, options.top_p, generator)
        wrong = fault(plan, text)
        faults += [wrong] if wrong else []
        if not options.quiet:
            print(f"{plan['prompt']}\n{text.replace(chr(92) + 'n', chr(10))}\n{'FAULT ' + wrong if wrong else 'ok'}\n")
    print(f"{len(plans) - len(faults)} of {len(plans)} drafts without a fault")
    for wrong in faults:
        print(f"  {wrong}")


if __name__ == "__main__":
    main()
