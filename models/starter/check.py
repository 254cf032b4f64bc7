"""Checks the corpus: every expansion of every frame against CORPUS.md, with file, line and reason.

Start at `problems_of`. To add a rule: write a function frame, text → reason or None and put it into RULES. Spelling and the
brand rules are asked of hunspell and of the product's own binary (spelling.py, branding.py). It never changes a file, and it
cannot tell whether a sentence is good or true: that is read by people.

    python models/starter/check.py [LANG] [--quick]
"""

import argparse
import itertools
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from corpus import Problem, load
from words import KEYS, LANGUAGES, PARTNER, PIECES, PRODUCT

# Lengths are counted with names of a usual length in the references' place.
STAND_IN = {PRODUCT: "Product name", PARTNER: "Partner name"}
LETTERS = "A-Za-zÀ-ÖØ-öø-ÿŒœ"
FOREIGN = re.compile(rf"[^{LETTERS} ,;:–\-’&.!?¿¡]")
UPPER = "A-ZÀ-ÖØ-ÞŒ"
SENTENCE = rf"[¿¡]?[{UPPER}][^.!?]*[.!?]"
SENTENCES = re.compile(rf"{SENTENCE}( {SENTENCE}){{0,2}}")
ARTICLES = {
    "en": r"the|a|an|your|our|my",
    "de": r"der|die|das|dem|den|des|eine?[mnrs]?|ihre?[mnrs]?|unsere?[mnrs]?|kein\w*|zum|zur|im|am|beim|vom",
    "fr": r"le|la|les|un|une|du|au|aux|vos|votre|nos|notre|cette|cet|mon|ma|mes",
    "es": r"el|la|los|las|un|una|su|sus|al|del|este|esta|nuestro|nuestra",
    "it": r"il|lo|la|i|gli|le|un|uno|una|del|dello|della|dei|al|allo|alla|dal|dalla|nel|nella|sul|sulla|col|suo|sua|questo|questa",
}
ARTICLE = {lang: re.compile(rf"\b({words}) \{{\{{", re.I) for lang, words in ARTICLES.items()}
# Words that would be elided, or would change, before a vowel: a name's first letter is not known.
ELIDING = {"fr": "de que jusque lorsque puisque quoique je me te se ne ce si".split(), "es": ["y", "o"], "it": ["ed", "ad", "od"]}
INFLECTED = re.compile(r"\}\}(’s\b|’|s\b|-|\w)")
BANNED = re.compile(
    r"\b(for free|free of|gratis|kostenlos\w*|kostenfrei\w*|gratuit\w*|guarantee\w*|garantier\w*|garanti\w*|garantiz\w*"
    r"|percent|prozent|http\w*|www)\b",
    re.I,
)
# An aphorism may say "the best time"; next to the product's name it would be a claim.
SUPERLATIVE = re.compile(
    r"\b(best|cheapest|fastest|leading|führend\w*|beste[mnrs]?|günstigste\w*|schnellste\w*|meilleure?s?|leader"
    r"|mejor(es)?|líder(es)?|migliori?|il più|la più|le plus|la plus)\b",
    re.I,
)
# Words that only one of the languages has: a line of another language is seen by them.
TELLING = {
    "en": {"the", "and", "your", "what", "with", "that", "you", "who", "is", "are"},
    "de": {"und", "der", "das", "ist", "nicht", "ihr", "ihre", "wer", "mit", "sie"},
    "fr": {"vous", "votre", "vos", "est", "une", "pour", "avec", "dans", "ce", "qui"},
    "es": {"y", "el", "los", "para", "su", "qué", "cómo", "está", "usted", "cuando"},
    "it": {"che", "è", "gli", "della", "per", "nel", "di", "chi", "sua", "suo"},
}


def spelled(text):
    """The text with names in the references' place."""
    for reference, name in STAND_IN.items():
        text = text.replace(reference, name)
    return text


def characters(frame, text):
    wrong = FOREIGN.search(spelled(text))
    if not wrong and frame.lang != "es":
        wrong = re.search("[¿¡]", text)
    if not wrong:
        # An apostrophe stands between letters.
        wrong = re.search(rf"’(?![{LETTERS}{{])|(?<![{LETTERS}])’", text)
    return f"`{wrong.group(0)}` may not stand there" if wrong else None


def references(frame, text):
    piece = PIECES[frame.piece]
    for reference, allowed in ((PRODUCT, piece.product), (PARTNER, piece.partner)):
        if reference in text and not allowed:
            return f"{reference} has no place in {frame.piece}"
        if text.count(reference) > 1:
            return "names something twice"
    wrong = ARTICLE[frame.lang].search(text) or INFLECTED.search(text)
    if wrong:
        return f"`{wrong.group(0)}`: a reference is a bare name"
    before = re.search(rf"([{LETTERS}]+)[ ’]\{{\{{", text)
    if before and before.group(1).lower() in ELIDING.get(frame.lang, ()):
        return f"`{before.group(0)}`: the word before a name would change before a vowel"
    return "an elided word before a name" if "’{{" in text else None


def spaces(frame, text):
    marks = ",." if frame.lang == "fr" else ",.;:!?"
    if re.search(rf" [{marks}]|[,;:!?][A-Za-z]", text):
        return "a space is missing or too many at a mark"
    if frame.lang == "fr" and re.search(r"[^ ][;:!?]", text):
        return "French has a space before `; : ! ?`"
    if re.search(r"[,;:–]\s*[,.;:!?–]|[.!?] ?[.!?]|- | -|\S–|–\S", text):
        return "two marks in a row, or a dash without spaces"
    return None


def shape(frame, text):
    kind, text = PIECES[frame.piece].shape, spelled(text)
    if not re.match(rf"[¿¡]?[{UPPER}]", text):
        return "starts without a capital"
    if kind == "line" and (re.search(r"[.!?]", text[:-1]) or text[-1] in ".!:;,"):
        return "a line has no mark inside or at its end (but a final `?`)"
    if kind in ("sentence", "sentences") and not SENTENCES.fullmatch(text):
        return "must be one to three sentences, each from a capital to `.`, `!` or `?`"
    if kind == "sentence" and len(re.findall(r"[.!?]", text)) > 2:
        return "must be one sentence, or two short ones"
    if kind == "lead" and not re.fullmatch(r"[^.!?:;¿¡]+:", text):
        return "a lead is one clause that ends with `:`"
    words = len(text.replace("Partner name", "Partner").replace("Product name", "Product").split())
    if kind == "label" and (re.search(r"[.!?:;,¿¡]", text) or not 1 <= words <= 5):
        return "a label has one to five words and no mark"
    return None


def questions(frame, text):
    if frame.lang != "es":
        return None
    for mark, opening in (("?", "¿"), ("!", "¡")):
        if text.count(mark) != text.count(opening):
            return f"`{mark}` without its `{opening}`"
    return None


def length(frame, text):
    piece = PIECES[frame.piece]
    count = len(spelled(text))
    if not piece.least <= count <= piece.most:
        return f"{count} characters, must be {piece.least} to {piece.most}"
    return None


def assertions(frame, text):
    wrong = BANNED.search(text) or (PRODUCT in text and SUPERLATIVE.search(text.replace("am besten", "")))
    return f"`{wrong.group(0)}` asserts what no frame may" if wrong else None


def language(frame, text):
    words = re.findall(rf"[{LETTERS}]+", text.lower())
    score = {lang: sum(word in telling for word in words) for lang, telling in TELLING.items()}
    other = max(score, key=score.get)
    if score[other] > 1 and score[other] > 2 * score[frame.lang]:
        return f"reads as {other}"
    return None


RULES = (characters, references, spaces, shape, questions, length, assertions, language)


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


def problems_of(folder, languages=LANGUAGES, thorough=True):
    """Every problem of the corpus, and its frames."""
    frames, problems = load(folder, languages)
    problems += [problem for problem in map(frame_problem, frames) if problem]
    problems += doubles(frames)
    problems += gaps(frames)
    if thorough:
        import branding
        import spelling

        problems += spelling.problems(frames)
        problems += branding.problems(frames)
    return frames, problems


def run(folder, say=print, languages=LANGUAGES, thorough=True):
    """Reports on the corpus; true when it is clean."""
    frames, problems = problems_of(folder, languages, thorough)
    for problem in sorted(problems, key=lambda problem: (str(problem.file), problem.line)):
        say(str(problem))
    lines, variants = Counter(), Counter()
    for frame in frames:
        lines[frame.lang, frame.piece] += 1
        variants[frame.lang, frame.piece] += frame.variants()
    for lang in languages:
        counted = ", ".join(f"{piece} {lines[lang, piece]}/{variants[lang, piece]}" for piece in PIECES)
        say(f"{lang} frames/expansions: {counted}")
    say(f"{len(frames)} frames, {len(problems)} problems")
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("languages", nargs="*", default=list(LANGUAGES), metavar="LANG")
    parser.add_argument("--quick", action="store_true", help="without spelling and brand rules")
    parser.add_argument("--corpus", type=Path, default=Path(__file__).resolve().parent / "corpus")
    options = parser.parse_args()
    unknown = set(options.languages) - set(LANGUAGES)
    if unknown:
        parser.error(f"unknown language {unknown.pop()}; known: {', '.join(LANGUAGES)}")
    sys.exit(not run(options.corpus, languages=options.languages, thorough=not options.quick))


if __name__ == "__main__":
    main()
