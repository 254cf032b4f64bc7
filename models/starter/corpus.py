"""Reads the frames of CORPUS.md: sections, choices, and what a frame expands to.

`load` never stops at the first mistake: it returns every problem with its file and line. Shapes and lengths are
check.py's business.
"""

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

from words import KEYS, LANGUAGES, PIECES

CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Problem:
    """One mistake in a corpus file."""

    file: Path
    line: int
    reason: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Frame:
    """One line of a piece file; `parts` are its alternatives in order (fixed text is a part with one alternative)."""

    lang: str
    piece: str
    file: Path = field(compare=False)
    line: int = field(compare=False)
    fits: tuple  # one frozenset a key of KEYS, in their order; None stands for `*`
    parts: tuple

    def variants(self):
        """How many texts the frame expands to."""
        count = 1
        for part in self.parts:
            count *= len(part)
        return count

    def expansions(self):
        """Every text of the frame."""
        return (joined(choice) for choice in itertools.product(*self.parts))

    def draw(self, random):
        """One text of the frame."""
        return joined([random.choice(part) for part in self.parts])

    def matches(self, values):
        """Whether the frame fits a prompt; `values` in the order of KEYS."""
        return all(fit is None or value in fit for fit, value in zip(self.fits, values))


def joined(parts):
    """The text of chosen parts; an option left out leaves no double space behind."""
    return re.sub(r" {2,}", " ", "".join(parts)).strip()


def parse_header(text):
    """The fits of a `## key=value …` line, or the reason why it is broken."""
    found = {}
    for word in text[2:].split():
        key, _, values = word.partition("=")
        if key not in KEYS:
            return None, f"unknown key `{key}`; known: {', '.join(KEYS)}"
        if key in found:
            return None, f"`{key}` stands twice"
        if values == "*":
            found[key] = None
            continue
        chosen = values.split(",")
        unknown = [value for value in chosen if value not in KEYS[key]]
        if unknown:
            return None, f"unknown {key} `{unknown[0]}`; known: {', '.join(KEYS[key])}"
        found[key] = frozenset(chosen)
    missing = [key for key in KEYS if key not in found]
    if missing:
        return None, f"`{missing[0]}` is missing; write `{missing[0]}=*` where the frames fit all"
    return tuple(found[key] for key in KEYS), None


def parse_frame(text):
    """The parts of a frame, or the reason why it is broken."""
    parts, at = [], 0
    for choice in CHOICE.finditer(text):
        parts.append((text[at : choice.start()],))
        options = tuple(choice.group(1).split("|"))
        if len(options) < 2:
            return None, f"`{choice.group(0)}` is no choice: write [a|b], or [a|] for an optional part"
        if len(set(options)) < len(options):
            return None, f"`{choice.group(0)}` has an alternative twice"
        parts.append(options)
        at = choice.end()
    parts.append((text[at:],))
    if any(mark in part[0] for part in parts[::2] for mark in "[]|"):
        return None, "brackets do not balance, or choices nest"
    return tuple(parts), None


def load_file(path, lang, piece):
    """The frames and problems of one file."""
    frames, problems, fits = [], [], None
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return [], [Problem(path, line, "is not UTF-8")]
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if line.startswith("##"):
            fits, reason = parse_header(line)
            if reason:
                problems.append(Problem(path, number, reason))
        elif line and not line.startswith("#"):
            parts, reason = parse_frame(line)
            if fits is None and not reason:
                reason = "stands under no (valid) section header"
            if reason:
                problems.append(Problem(path, number, reason))
            else:
                frames.append(Frame(lang, piece, path, number, fits, parts))
    return frames, problems


def load(folder, languages=LANGUAGES):
    """All frames and problems below `folder`, which holds a folder for each language."""
    frames, problems = [], []
    for lang in languages:
        for piece in PIECES:
            path = Path(folder) / lang / f"{piece}.txt"
            if not path.exists():
                problems.append(Problem(path, 0, "the file is missing"))
                continue
            more, wrong = load_file(path, lang, piece)
            frames += more
            problems += wrong
        known = {f"{piece}.txt" for piece in PIECES}
        for path in sorted((Path(folder) / lang).glob("*")):
            if path.name not in known:
                problems.append(Problem(path, 0, "is no known piece"))
    return frames, problems
