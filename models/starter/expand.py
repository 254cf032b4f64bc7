"""Fills plans with frames: whole drafts to train on, made of what `countersign models plans` prints.

A plan is a prompt as drafting renders it, and the layout that it asks for: slots, paragraphs, pieces with their lengths, and
references. The program that drafts prints them, so training and drafting can never differ. `Writer.fill` turns a plan
into a draft as compact JSON. Drafts are seeded: same corpus, plans and seed, same file.
"""

import json
import random
import re
import subprocess
import zlib
from bisect import bisect
from collections import defaultdict
from itertools import accumulate

import variants
from branding import binary
from words import BREAK, BULLET, KEYS, PARTNER, PIECES, PRODUCT, SAID

# One expansion in so many is kept out of training, so that the validation loss is of texts never seen.
HELD_OUT_EACH = 20
# A draft in so many is of one slot in the light of the others.
ONE_SLOT_EACH = 6
# What a prompt shows of the other slots, in characters.
MOST_SAID = 360
# Pieces that are spoken may be made of two frames, to last as long as they are told to.
JOINED = ("video_hook", "video_problem", "video_message", "video_call", "video_proof")
MOST_SENTENCES = 3
TRIES = 40


def typeset(lang, text):
    """As the language sets it: French keeps a mark on the line of its word."""
    return re.sub(r" ([;:!?])", "\u00a0\\1", text) if lang == "fr" else text


def content_words(text):
    """The longer words of a text, lowercased: what a reader would notice twice."""
    return {word for word in re.findall(r"[^\W\d_]{5,}", text.replace(PRODUCT, "").replace(PARTNER, "").lower())}


class Exhausted(Exception):
    """No frame fits what a plan asks for."""


class Text:
    """One expansion of a frame."""

    __slots__ = ("frame", "text", "length", "names", "held_out", "sentences", "words")

    def __init__(self, frame, text):
        self.frame, self.text, self.length = frame, text, len(text)
        self.names = (PRODUCT in text, PARTNER in text)
        self.held_out = frame.variants() >= 6 and zlib.crc32(text.encode()) % HELD_OUT_EACH == 0
        self.sentences = frozenset(re.split(r"(?<=[.!?]) ", text))
        self.words = content_words(text)


class Shelf:
    """All texts of a piece in a language."""

    def __init__(self, frames):
        self.frames = frames
        self.texts = {}
        for number, frame in enumerate(frames):
            self.texts[number] = [Text(frame, typeset(frame.lang, text)) for text in dict.fromkeys(frame.expansions())]
        self.known = {}

    def fitting(self, values):
        """The numbers of frames that fit, and their cumulative weights."""
        if values not in self.known:
            numbers, weights = [], []
            for number, frame in enumerate(self.frames):
                if frame.matches(values):
                    numbers.append(number)
                    weights.append(variants.weight(frame, len(self.texts[number])))
            self.known[values] = (numbers, list(accumulate(weights)))
        return self.known[values]


class Draft:
    """One draft being written: keeps wordings from coming twice."""

    def __init__(self, writer, plan):
        self.writer, self.lang, self.random = writer, plan["lang"], writer.random
        self.values = tuple(plan[key] for key in KEYS)
        self.sentences, self.lines = set(), []

    def fits(self, text, piece, least, most):
        return (
            least <= text.length <= most
            and text.names == (piece["names_product"], piece["names_partner"])
            and not (text.held_out if self.writer.training else False)
            and not text.sentences & self.sentences
        )

    def echoes(self, text):
        """Whether a short text says what another one says already."""
        return any(len(text.words & line) > 1 for line in self.lines)

    def piece(self, piece):
        """A text for a piece."""
        text = self.one(piece, piece["least"], piece["most"]) or self.joined(piece)
        if text is None:
            raise Exhausted(f"{self.lang} {piece['piece']} {piece['least']} to {piece['most']}")
        return text

    def take(self, text, is_short):
        self.sentences |= text.sentences
        if is_short:
            self.lines.append(text.words)
        return text.text

    def one(self, piece, least, most):
        shelf = self.writer.shelves.get((self.lang, piece["piece"]))
        if shelf is None:
            return None
        numbers, weights = shelf.fitting(self.values)
        is_short = PIECES[piece["piece"]].shape != "sentences"
        for attempt in range(TRIES):
            at = bisect(weights, self.random.random() * weights[-1])
            text = self.random.choice(shelf.texts[numbers[min(at, len(numbers) - 1)]])
            # Held-out drafts are made of held-out texts, where there are any.
            if not self.writer.training and attempt < TRIES // 2 and not text.held_out:
                continue
            if self.fits(text, piece, least, most) and not (is_short and self.echoes(text)):
                return self.take(text, is_short)
        fitting = [text for n in numbers for text in shelf.texts[n] if self.fits(text, piece, least, most)]
        new = [text for text in fitting if not (is_short and self.echoes(text))]
        return self.take(self.random.choice(new or fitting), is_short) if fitting else None

    def joined(self, piece):
        """Two frames that are together as long as they should be."""
        if piece["piece"] not in JOINED:
            return None
        kept = set(self.sentences)
        for _ in range(TRIES):
            self.sentences = set(kept)
            first = self.one(piece, 1, max(piece["most"] - 20, 20))
            plain = {**piece, "names_product": False, "names_partner": False}
            if first is None:
                return None
            rest = piece["most"] - len(first) - 1
            second = self.one(plain, max(piece["least"] - len(first) - 1, 1), rest) if rest > 0 else None
            text = f"{first} {second}" if second else None
            if text and len(re.findall(r"[.!?](?= |$)", text)) <= MOST_SENTENCES:
                return text
        return None

    def slot(self, slot):
        """The text of a slot, as JSON holds it between its quotation marks."""
        paragraphs = []
        for elements in slot["paragraphs"]:
            out = ""
            for element in elements:
                if "bullets" in element:
                    out += "".join(BULLET + name for name in element["bullets"])
                else:
                    text = element["reference"] if "reference" in element else self.piece(element)
                    out += " " + text if out else text
            paragraphs.append(out)
        return BREAK.join(paragraphs)


class Writer:
    """Fills plans. With `training` false, drafts are made of held-out texts where there are any."""

    def __init__(self, frames, seed, training=True):
        self.random, self.training = random.Random(seed), training
        by_piece = defaultdict(list)
        for frame in frames:
            by_piece[frame.lang, frame.piece].append(frame)
        self.shelves = {key: Shelf(own) for key, own in by_piece.items()}

    def fill(self, plan):
        """Prompt and completion (without the end token) of a plan."""
        draft = Draft(self, plan)
        slots = {slot["key"]: draft.slot(slot) for slot in plan["slots"]}
        completion = "{" + ",".join(f'"{key}":"{text}"' for key, text in slots.items()) + "}"
        json.loads(completion)
        return {"prompt": plan["prompt"], "completion": completion}

    def fill_one(self, plan):
        """A plan of one slot of those, with what the others say in its prompt."""
        draft = Draft(self, plan)
        at = self.random.randrange(len(plan["slots"]))
        texts = [draft.slot(slot) for slot in plan["slots"]]
        said = " ".join(text for other, text in enumerate(texts) if other != at).replace(BREAK, " ").replace(BULLET, " ")
        prompt = plan["one"][at].replace(SAID, SAID + clipped(said))
        return {"prompt": prompt, "completion": f'{{"a":"{texts[at]}"}}'}


def clipped(said):
    """At most MOST_SAID characters of it, whole words, as drafting shows them."""
    return said if len(said) <= MOST_SAID else said[:MOST_SAID].rsplit(" ", 1)[0]


def plans(count, seed):
    """Plans of the product's own program."""
    command = [binary(), "models", "plans", "--count", str(count), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as run:
        yield from (json.loads(line) for line in run.stdout)
    if run.returncode != 0:
        raise ValueError("`countersign models plans` failed; see above")


def run(frames, work, seed, count, say=print):
    """Writes `count` drafts to train on and a few hundred held-out ones to `work`."""
    variants.run(frames, say)
    for name, training, amount in (("train", True, count), ("held_out", False, 800)):
        writer, left_out = Writer(frames, f"{seed}/{name}", training), defaultdict(int)
        with open(work / f"{name}.jsonl", "w", encoding="utf-8") as out:
            for number, plan in enumerate(plans(amount, f"{seed}{int(training)}")):
                one = number % ONE_SLOT_EACH == 0 and len(plan["slots"]) > 1
                try:
                    draft = writer.fill_one(plan) if one else writer.fill(plan)
                except Exhausted as error:
                    left_out[str(error)] += 1
                    continue
                out.write(json.dumps(draft, ensure_ascii=False) + "\n")
        say(f"{name}: {amount - sum(left_out.values())} of {amount} plans filled")
        for reason, times in sorted(left_out.items(), key=lambda item: -item[1])[:20]:
            say(f"  {times} without a frame for {reason}")
