"""Spelling: every word of the corpus, asked of hunspell. `words/LANG.txt` lists words that are right and no dictionary has."""

import re
import shutil
import subprocess
from pathlib import Path

from corpus import Problem
from words import PARTNER, PRODUCT

DICTIONARIES = {"en": "en_US", "de": "de_DE", "fr": "fr", "es": "es_ES", "it": "it_IT"}
OWN = Path(__file__).resolve().parent / "words"
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


def words_of(text):
    """The words of a text, names left out; a hyphen parts words, and so does an elision."""
    text = text.replace(PRODUCT, " ").replace(PARTNER, " ")
    for word in WORD.findall(text):
        for part in re.split(r"-", word):
            yield part.replace("’", "'")


def unknown(words, lang):
    """Those of the words that the language's dictionary and the own list do not have."""
    if shutil.which("hunspell") is None:
        raise ValueError("hunspell is missing: install hunspell, hunspell-en-us, -de-de, -fr, -es and -it")
    known = set()
    own = OWN / f"{lang}.txt"
    if own.exists():
        known = {line.strip() for line in own.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    asked = sorted(set(words) - known)
    run = subprocess.run(
        ["hunspell", "-d", DICTIONARIES[lang], "-i", "UTF-8", "-l"],
        input="\n".join(asked), capture_output=True, text=True, check=False,
    )
    if run.returncode != 0 or "Can't open" in run.stderr:
        raise ValueError(f"hunspell has no dictionary {DICTIONARIES[lang]}: {run.stderr.strip()}")
    return set(run.stdout.split())


def problems(frames):
    """One problem for each frame with a word that is in no dictionary."""
    frames = list(frames)
    for lang in sorted({frame.lang for frame in frames}):
        own = [frame for frame in frames if frame.lang == lang]
        words = {frame: {word for part in frame.expansions() for word in words_of(part)} for frame in own}
        wrong = unknown({word for of in words.values() for word in of}, lang)
        for frame in own:
            for word in sorted(words[frame] & wrong):
                yield Problem(frame.file, frame.line, f"`{word}` is in no dictionary (right all the same? add it to words/{lang}.txt)")
                break
