"""Makes the starter model from its corpus: check, expand, tokenizer, train, export; `all` runs them in that order.

    pip install -r models/starter/requirements.txt
    python models/starter/recipe.py all --minutes 60

A run that was killed goes on when started again. Everything on the way lies in `--work`; the results are
`starter.gguf` and `tokenizer.json` beside this file.
"""

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAGES = ("check", "expand", "tokenizer", "train", "export")
# Threads that wait must not burn a core that others build on, and freed memory is kept: 1.5 times as fast.
QUIET = {
    "OMP_WAIT_POLICY": "PASSIVE", "MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "134217728",
}


def quietly():
    """Starts this program again with QUIET set: libraries read it when they are loaded."""
    if any(name not in os.environ for name in QUIET):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**QUIET, **os.environ})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=(*STAGES, "all"))
    parser.add_argument("--minutes", type=float, default=60, help="training time, summed over restarts (default 60)")
    parser.add_argument("--steps", type=int, help="train for so many steps instead: repeatable exactly")
    parser.add_argument("--drafts", type=int, default=80000, help="how many drafts to expand (default 80000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--begin-with", type=Path, metavar="GGUF", help="go on from these weights, with the tokenizer beside them")
    parser.add_argument("--fresh", action="store_true", help="forget the checkpoint")
    parser.add_argument("--format", choices=("gguf", "safetensors"), default="gguf", help="what export writes")
    parser.add_argument("--corpus", type=Path, default=HERE / "corpus")
    parser.add_argument("--work", type=Path, default=HERE / "work")
    parser.add_argument("--out", type=Path, default=HERE, help="where starter.gguf and tokenizer.json go")
    options = parser.parse_args()
    quietly()
    options.work.mkdir(parents=True, exist_ok=True)
    stages = STAGES if options.stage == "all" else (options.stage,)
    tokenizer_path = options.out / "tokenizer.json"
    say = lambda line: print(line, flush=True)
    try:
        if "check" in stages or "expand" in stages:
            import check

            if not check.run(options.corpus, say):
                sys.exit("the corpus has problems; see above")
        if "expand" in stages:
            import corpus
            import expand

            expand.run(corpus.load(options.corpus)[0], options.work, options.seed, options.drafts, say)
        # The ids of weights that are gone on from mean what they meant.
        if "tokenizer" in stages and not options.begin_with:
            import tokenizer

            tokenizer.run(options.work, tokenizer_path, say)
        if "train" in stages:
            import train

            train.run(options.work, tokenizer_path, options.seed, options.minutes, options.steps, options.fresh, options.begin_with, say)
        if "export" in stages:
            import export

            export.run(options.work, tokenizer_path, options.out / "starter.gguf", options.format, say)
    except (OSError, ValueError) as error:
        sys.exit(f"{options.stage}: {error}")


if __name__ == "__main__":
    main()
