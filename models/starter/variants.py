"""How varied the corpus is: effective variants, so many equally likely texts as would repeat as seldom as these do.

By birthday odds twenty drafts need some 250 of a line and 100 of a position in a body to go without an echo.

    python models/starter/variants.py [LANG] [--short]
"""

import argparse
import itertools
from collections import defaultdict
from pathlib import Path

import corpus
from words import KEYS, LANGUAGES, PIECES

# Buttons are few words, and may be alike.
WANTED = {"line": 250, "sentence": 250, "label": 60, "lead": 100, "sentences": 100}
# How much more often a frame is drawn where it fits a prompt on purpose, by the order of KEYS.
SPECIFIC = (3.0, 2.0, 2.0, 1.5)


def weight(frame, texts):
    """How often a frame of so many texts is drawn where it fits."""
    weight = min(texts, 16) ** 0.5
    for fit, factor in zip(frame.fits, SPECIFIC):
        weight *= factor if fit is not None else 1.0
    return weight


def effective_variants(frames):
    """(lang, piece) → effective variants over all prompts."""
    by_piece = defaultdict(list)
    for frame in frames:
        by_piece[frame.lang, frame.piece].append(frame)
    prompts = list(itertools.product(*KEYS.values()))
    result = {}
    for key, own in by_piece.items():
        texts = [len(set(frame.expansions())) for frame in own]
        share = [0.0] * len(own)
        for values in prompts:
            fitting = [(n, weight(frame, texts[n])) for n, frame in enumerate(own) if frame.matches(values)]
            whole = sum(weight for _, weight in fitting) * len(prompts)
            for n, own_weight in fitting:
                share[n] += own_weight / whole
        result[key] = 1 / sum(part * part / texts[n] for n, part in enumerate(share))
    return result


def run(frames, say=print, short=False):
    """Says how varied each piece is, and which are less so than wanted."""
    for (lang, piece), variants in sorted(effective_variants(frames).items()):
        wanted = WANTED[PIECES[piece].shape]
        if not short or variants < wanted:
            say(f"{lang} {piece}: {variants:.0f} effective variants" + (f", {wanted} wanted" if variants < wanted else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("languages", nargs="*", default=list(LANGUAGES), metavar="LANG")
    parser.add_argument("--short", action="store_true", help="only what is less varied than wanted")
    parser.add_argument("--corpus", type=Path, default=Path(__file__).resolve().parent / "corpus")
    options = parser.parse_args()
    run(corpus.load(options.corpus, options.languages)[0], short=options.short)


if __name__ == "__main__":
    main()
