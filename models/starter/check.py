"""Checks the corpus: every expansion of every frame against CORPUS.md, with file, line and reason.

Start at `problems_of`. To add a rule: write a function text → reason or None and put it into RULES. It never changes a
file, and it cannot tell whether a sentence is good or true: that is read by people.
"""

import itertools
import re
from collections import Counter, defaultdict

from corpus import Problem, load
from words import KEYS, LANGUAGES, PARTNER, PARTNER_PIECES, PIECES, PRODUCT

# Lengths are counted with names of a usual length in the references' place.
STAND_IN = {PRODUCT: "Product name", PARTNER: "Partner name"}
LETTERS = "A-Za-zÀ-ÖØ-öø-ÿ"
FOREIGN = re.compile(rf"[^{LETTERS} ,;:()–\-’&.!?]")
SENTENCES = re.compile(r"[A-ZÄÖÜ][^.!?]*[.!?]( [A-ZÄÖÜ][^.!?]*[.!?]){0,2}")
ARTICLE = re.compile(
    r"\b(the|a|an|your|our|my|der|die|das|dem|den|des|eine?[mnrs]?|[Ii]hre?[mnrs]?|unsere?[mnrs]?|kein\w*) \{\{", re.I
)
INFLECTED = re.compile(r"\}\}(’s\b|’|s\b|-|\w)")
BANNED = re.compile(
    r"\b(for free|free of|gratis|kostenlos\w*|kostenfrei\w*|guarantee\w*|garantier\w*|percent|prozent|http\w*|www)\b",
    re.I,
)
# An aphorism may say "the best time"; next to the product's name it would be a claim.
SUPERLATIVE = re.compile(r"\b(best|cheapest|fastest|leading|führend\w*|beste[mnrs]?|günstigste\w*|schnellste\w*)\b", re.I)



def spelled(text):
    """The text with names in the references' place."""
    for reference, name in STAND_IN.items():
        text = text.replace(reference, name)
    return text


def characters(frame, text):
    wrong = FOREIGN.search(spelled(text))
    return f"`{wrong.group(0)}` may not stand in a frame" if wrong else None


def references(frame, text):
    if PARTNER in text and frame.piece not in PARTNER_PIECES:
        return f"{PARTNER} has no place in {frame.piece}"
    if text.count(PRODUCT) > 1 or text.count(PARTNER) > 1:
        return "names something twice"
    wrong = ARTICLE.search(text) or INFLECTED.search(text)
    return f"`{wrong.group(0)}`: a reference is a bare name" if wrong else None


def spaces(frame, text):
    if re.search(r" [,.;:!?)]|\( |[,;:!?][A-Za-z]", text):
        return "a space is missing or too many at a mark"
    if re.search(r"[,;:–]\s*[,.;:!?–]|[.!?][.!?]", text):
        return "two marks in a row"
    return None


def shape(frame, text):
    kind, text = PIECES[frame.piece][0], spelled(text)
    if not re.match(r"[A-ZÄÖÜ]", text):
        return "starts without a capital"
    if kind == "line" and (re.search(r"[.!?]", text[:-1]) or text[-1] in ".!:;,"):
        return "a line has no mark inside or at its end (but a final `?`)"
    if kind in ("sentence", "sentences") and not SENTENCES.fullmatch(text):
        return "must be one to three sentences, each from a capital to `.`, `!` or `?`"
    if kind == "sentence" and len(re.findall(r"[.!?]", text)) > 2:
        return "must be one sentence, or two short ones"
    if kind == "lead" and not re.fullmatch(r"[^.!?:]+:", text):
        return "a lead is one clause that ends with `:`"
    if kind == "label" and (re.search(r"[.!?:;,]", text) or not 2 <= len(text.replace("Partner name", "Partner").replace("Product name", "Product").split()) <= 4):
        return "a label has two to four words and no mark"
    return None


def length(frame, text):
    _, least, most = PIECES[frame.piece]
    count = len(spelled(text))
    if least and not least <= count <= most:
        return f"{count} characters, must be {least} to {most}"
    return None


def assertions(frame, text):
    wrong = BANNED.search(text) or (PRODUCT in text and SUPERLATIVE.search(text.replace("am besten", "")))
    return f"`{wrong.group(0)}` asserts what no frame may" if wrong else None


RULES = (characters, references, spaces, shape, length, assertions)


def frame_problem(frame):
    """The first problem of a frame, with the expansion that shows it."""
    for text in frame.expansions():
        for rule in RULES:
            reason = rule(frame, text)
            if reason:
                return Problem(frame.file, frame.line, f"{reason}: “{text}”")
    return None


def doubles(frames):
    """Expansions that two frames of a piece share in sections that fit the same prompts."""
    seen = {}
    for frame in frames:
        for text in set(frame.expansions()):
            other = seen.setdefault((frame.lang, frame.piece, frame.fits, text), frame)
            if other is not frame:
                yield Problem(frame.file, frame.line, f"expands to what line {other.line} expands to: “{text}”")
                break


def gaps(frames):
    """Prompts for which a piece has no frame at all."""
    by_piece = defaultdict(list)
    for frame in frames:
        by_piece[frame.lang, frame.piece].append(frame)
    for (_, _), group in by_piece.items():
        for values in itertools.product(*KEYS.values()):
            if not any(frame.matches(values) for frame in group):
                yield Problem(group[0].file, 0, f"no frame fits {dict(zip(KEYS, values))}")
                break


def problems_of(folder):
    """Every problem of the corpus, and its frames."""
    frames, problems = load(folder)
    problems += [problem for problem in map(frame_problem, frames) if problem]
    problems += doubles(frames)
    problems += gaps(frames)
    return frames, problems


def run(folder, say=print):
    """Reports on the corpus; true when it is clean."""
    frames, problems = problems_of(folder)
    for problem in problems:
        say(str(problem))
    lines, variants = Counter(), Counter()
    for frame in frames:
        lines[frame.lang, frame.piece] += 1
        variants[frame.lang, frame.piece] += frame.variants()
    for lang in LANGUAGES:
        counted = ", ".join(f"{piece} {lines[lang, piece]}/{variants[lang, piece]}" for piece in PIECES)
        say(f"{lang} frames/expansions: {counted}")
    say(f"{len(frames)} frames, {len(problems)} problems")
    return not problems
