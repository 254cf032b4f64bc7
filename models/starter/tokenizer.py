"""Trains the tokenizer: byte-level BPE on the prose of the drafts, plus the added tokens of words.py.

The JSON around the prose is trained apart from it, so that no merge joins a sentence's end to a quotation mark: what a
grammar forces is then tokenized as it was in training. Unused ids are `<|reserved:N|>`.
"""

import json
import re

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from words import BREAK, BULLET, SLOTS, special_tokens, text_tokens

VOCABULARY = 6144
GLUE = ['{"a":"', *(f'","{slot}":"' for slot in SLOTS[1:]), '"}']


def prose(draft):
    """The free text of a draft, without JSON, breaks and references."""
    for text in json.loads(draft["completion"]).values():
        for part in re.split(r"\n- |\n\n|\{\{[^}]*\}\}", text):
            if part.strip():
                yield part


def byte_level():
    """A BPE model's surroundings, without a vocabulary."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train(drafts):
    """The tokenizer for these drafts: exactly VOCABULARY ids, every byte among them."""
    special, text = special_tokens(), text_tokens()
    tokenizer = byte_level()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(special) - len(text),
        min_frequency=2,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    corpus = [part for draft in drafts for part in prose(draft)] + GLUE * 2000
    tokenizer.train_from_iterator(corpus, trainer)
    missing = VOCABULARY - len(special) - len(text) - tokenizer.get_vocab_size()
    special += [f"<|reserved:{n}|>" for n in range(missing)]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in text])
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise ValueError(f"the vocabulary has {tokenizer.get_vocab_size()} tokens, not {VOCABULARY}")
    return tokenizer


def verify(tokenizer, drafts):
    """Every draft comes back from its ids byte for byte, and each added token is one id."""
    for token in special_tokens() + text_tokens():
        if len(tokenizer.encode(token).ids) != 1:
            raise ValueError(f"{token} is not one token")
    for draft in drafts:
        text = draft["prompt"] + draft["completion"]
        back = tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False)
        if back != text:
            raise ValueError(f"the tokenizer changes a draft: {text!r} became {back!r}")
    for escape in (BREAK, BULLET):
        if escape not in tokenizer.encode(f"One.{escape}Two").tokens:
            raise ValueError(f"{escape!r} is not a token between words")


def read(path):
    """The drafts of a file of expand.py."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def run(work, target, say=print):
    """Trains on `work`/train.jsonl and writes `target`."""
    drafts = read(work / "train.jsonl")
    tokenizer = train(drafts[:20000])
    verify(tokenizer, read(work / "held_out.jsonl"))
    tokenizer.save(str(target), pretty=False)
    counts = [len(tokenizer.encode(draft["completion"]).ids) for draft in drafts[:2000]]
    say(f"tokenizer: {VOCABULARY} tokens, {sum(counts) / len(counts):.0f} a draft, {max(counts)} at most")
