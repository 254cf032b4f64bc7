"""The shipped brand rules over the corpus, asked of the product's own binary: a frame that a rule refuses would be struck at
every draft. Findings of severity error or block are problems; `COUNTERSIGN` names another binary.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from corpus import Problem
from words import PARTNER, PIECES, PRODUCT

ROOT = Path(__file__).resolve().parents[2]
LOCALES = {"en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "it": "it-IT"}
# Rules that speak of a whole asset, which a frame is not.
WHOLE = re.compile(r"product_not_named|empty_slot")


def binary():
    """The product's program."""
    path = Path(os.environ.get("COUNTERSIGN", ROOT / "target/release/countersign"))
    if not path.exists():
        raise ValueError(f"{path} is not built; run `cargo build --release`, or name another with COUNTERSIGN")
    return path


def plain(text):
    return text.replace(PRODUCT, "Halvard").replace(PARTNER, "Norder")


def problems(frames):
    """One problem for each frame that a shipped rule finds an error or a block in."""
    by_lang = {}
    for frame in frames:
        by_lang.setdefault(frame.lang, []).append(frame)
    for lang, own in sorted(by_lang.items()):
        with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as file:
            at = []
            for frame in own:
                for text in dict.fromkeys(frame.expansions()):
                    file.write(plain(text) + "\n\n")
                    at += [frame, frame]
            file.flush()
            run = subprocess.run(
                [binary(), "rules", "check", file.name, "--locale", LOCALES[lang], "--json"],
                capture_output=True, text=True, check=False,
            )
        if run.returncode not in (0, 1):
            raise ValueError(f"rules check: {run.stderr.strip()}")
        told = set()
        for line in run.stdout.splitlines():
            finding = json.loads(line)
            if finding.get("severity") not in ("error", "block") or WHOLE.search(finding["rule"]):
                continue
            frame = at[finding["line"] - 1]
            if frame not in told:
                told.add(frame)
                yield Problem(frame.file, frame.line, f"{finding['rule']}: {finding['message']}")
