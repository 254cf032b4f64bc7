"""Expands the corpus into whole drafts: a prompt rendered from prompts/starter/draft.jinja, and the draft as compact JSON.

`Writer.draft` is one draft. The layouts (`email`, `linkedin_post`, `x_post`) are the three functions below; to add an
asset type, add its pieces and its token in words.py and a function here. Drafts are seeded: same corpus and seed, same
file.
"""

import json
import random
import re
import zlib
from itertools import accumulate
from pathlib import Path

import jinja2

from words import CLAIMS, KEYS, LANGUAGES, MESSAGES, PASSAGES, PHRASE, PRODUCT

TEMPLATE = Path(__file__).resolve().parents[2] / "prompts/starter/draft.jinja"
# One expansion in so many is kept out of training, so that the validation loss is of texts never seen.
HELD_OUT_EACH = 20
# By tokens that is still mostly email: its drafts are three to five times as long.
SHARE = {"email": 0.34, "linkedin_post": 0.39, "x_post": 0.27}
# How much more often a frame is drawn where it fits a prompt on purpose, by the order of KEYS.
SPECIFIC = (3.0, 2.0, 2.0, 1.5)
MOST_PRODUCT_MENTIONS = 2


def held_out(frame, text):
    """Whether this expansion is kept for validation (never the only few texts of a frame)."""
    return frame.variants() >= 6 and zlib.crc32(text.encode()) % HELD_OUT_EACH == 0


def content_words(text):
    """The longer words of a text, lowercased: what a reader would notice twice."""
    return {word for word in re.findall(r"\w{5,}", text.replace(PRODUCT, "").lower())}


class Exhausted(Exception):
    """No piece fits what this draft already says; the caller draws another draft."""


class Draft:
    """One draft being written: keeps wordings from coming twice."""

    def __init__(self, writer, lang, values):
        self.writer, self.lang, self.values = writer, lang, values
        self.random, self.sentences, self.mentions = writer.random, set(), 0

    def piece(self, piece, product=True, unlike=""):
        """A text for a piece; with no product mention unless allowed, unlike another text where given."""
        frames, weights = self.writer.fitting(self.lang, piece, self.values)
        for attempt in range(60):
            frame = self.random.choices(frames, cum_weights=weights)[0]
            text = frame.draw(self.random)
            if held_out(frame, text) if self.writer.training else attempt < 20 and not held_out(frame, text):
                continue
            if PRODUCT in text and (not product or self.mentions == MOST_PRODUCT_MENTIONS):
                continue
            sentences = set(re.split(r"(?<=[.!?]) ", text))
            if sentences & self.sentences or len(content_words(text) & content_words(unlike)) > 1:
                continue
            self.sentences |= sentences
            self.mentions += PRODUCT in text
            return text
        raise Exhausted(piece)


class Writer:
    """Draws drafts from frames. With `training` false, drafts are made of held-out expansions where there are any."""

    def __init__(self, frames, seed, training=True):
        self.random, self.training, self.fits = random.Random(seed), training, {}
        self.frames = {}
        for frame in frames:
            self.frames.setdefault((frame.lang, frame.piece), []).append(frame)
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
        self.prompt = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))

    def fitting(self, lang, piece, values):
        """The frames that fit, and their cumulative weights."""
        key = (lang, piece, values)
        if key not in self.fits:
            frames = [frame for frame in self.frames[lang, piece] if frame.matches(values)]
            if not frames:
                raise Exhausted(piece)
            weights = []
            for frame in frames:
                weight = min(frame.variants(), 16) ** 0.5
                for fit, factor in zip(frame.fits, SPECIFIC):
                    weight *= factor if fit is not None else 1.0
                weights.append(weight)
            self.fits[key] = (frames, list(accumulate(weights)))
        return self.fits[key]

    def draft(self):
        """One draft: prompt, completion (without the end token), and what it is."""
        lang = self.random.choice(LANGUAGES)
        kind = self.random.choices(list(SHARE), weights=list(SHARE.values()))[0]
        values = tuple(self.random.choice(options) for options in KEYS.values())
        while True:
            try:
                refs, slots = LAYOUTS[kind](Draft(self, lang, values), self.random)
                break
            except Exhausted:
                continue
        topic, audience, objective, tone = values
        prompt = self.prompt.render(
            lang=lang, asset_type=kind, topic=topic, audience=audience, objective=objective, tone=tone, refs=refs
        )
        return {"prompt": prompt, "completion": json.dumps(slots, ensure_ascii=False, separators=(",", ":"))}


def numbers(random, count, most):
    """`count` numbers up to `most`, in order; mostly the first ones, as briefs have few messages and many drafts all."""
    if random.random() < 0.5:
        most = min(most, count + random.randrange(3))
    return sorted(random.sample(range(1, most + 1), count))


def references(random, kind, sentences, phrases, most):
    """References of a kind, in order: (all of them as the prompt lists them, sentence forms, phrase forms)."""
    names = [f"{{{{{kind}.{n}}}}}" for n in numbers(random, sentences + phrases, most)]
    # A brief lists its phrases after, before or between its sentences.
    is_phrase = [False] * sentences + [True] * phrases
    if random.random() < 0.5:
        random.shuffle(is_phrase)
    listed = [name + PHRASE if phrase else name for name, phrase in zip(names, is_phrase)]
    by_form = {form: [name for name, phrase in zip(names, is_phrase) if phrase == form] for form in (False, True)}
    return listed, by_form[False], by_form[True]


def proofs(random, count, phrases):
    """`count` sentence claims or passages, and phrase claims: (listed, sentences, phrases)."""
    passages = sum(random.random() < 0.25 for _ in range(count))
    listed, sentences, bullets = references(random, "claim", count - passages, phrases, CLAIMS)
    more, quoted, _ = references(random, "passage", passages, 0, PASSAGES)
    return listed + more, sentences + quoted, bullets


def email(draft, random):
    """Subject, preheader, headline, body of up to four paragraphs, button."""
    said = random.choices((0, 1, 2), weights=(10, 50, 40))[0]
    proven = random.choices((0, 1, 2, 3), weights=(12, 36, 32, 20))[0]
    bullets = random.choices((0, 1, 2, 3, 4, 5), weights=(35, 8, 19, 20, 12, 6))[0]
    of_messages = min(bullets, random.choices((0, 1, 2, 3), weights=(45, 20, 20, 15))[0], MESSAGES - said)
    listed, messages, points = references(random, "message", said, of_messages, MESSAGES)
    more, claims, benefits = proofs(random, proven, bullets - of_messages)
    named = random.choice(("subject", "preheader", "headline", None))
    subject = draft.piece("subject", product=named == "subject")
    preheader = draft.piece("preheader", product=named == "preheader", unlike=subject)
    headline = draft.piece("headline", product=named == "headline", unlike=f"{subject} {preheader}")
    paragraphs = [" ".join([draft.piece("opening"), *messages])]
    if claims:
        paragraphs.append(" ".join([draft.piece("bridge"), *claims]))
    if bullets:
        paragraphs.append("\n- ".join([draft.piece("lead"), *points, *benefits]))
    paragraphs.append(draft.piece("closing"))
    body = "\n\n".join(paragraphs)
    slots = {"subject": subject, "preheader": preheader, "headline": headline, "body": body, "cta": draft.piece("cta")}
    return listed + more, slots


def linkedin_post(draft, random):
    """Hook, what it is about and its proof, closing."""
    listed, messages, _ = references(random, "message", random.choices((0, 1, 2), weights=(15, 50, 35))[0], 0, MESSAGES)
    more, claims, _ = proofs(random, random.choices((0, 1, 2, 3), weights=(18, 40, 27, 15))[0], 0)
    paragraphs = [draft.piece("li_hook")]
    middle = messages + ([draft.piece("li_bridge"), *claims] if claims else [])
    if middle:
        paragraphs.append(" ".join(middle))
    paragraphs.append(draft.piece("li_closing"))
    return listed + more, {"post": "\n\n".join(paragraphs)}


def x_post(draft, random):
    """Hook, at most one reference, closing."""
    kind, most = random.choice((("message", MESSAGES), ("message", MESSAGES), ("claim", CLAIMS), ("passage", PASSAGES)))
    listed, said, _ = references(random, kind, int(random.random() < 0.8), 0, most)
    hook = draft.piece("x_hook")
    return listed, {"text": " ".join([hook, *said, draft.piece("x_closing", unlike=hook)])}


LAYOUTS = {"email": email, "linkedin_post": linkedin_post, "x_post": x_post}


def run(frames, work, seed, count, say=print):
    """Writes `count` drafts to train on and a few hundred held-out ones to `work`."""
    for name, training, amount in (("train", True, count), ("held_out", False, 600)):
        writer = Writer(frames, f"{seed}/{name}", training)
        with open(work / f"{name}.jsonl", "w", encoding="utf-8") as out:
            for _ in range(amount):
                out.write(json.dumps(writer.draft(), ensure_ascii=False) + "\n")
        say(f"{name}: {amount} drafts")
