"""A byte-level BPE tokenizer for the random models, from text that is found on the machine."""

import ast
import sysconfig
from pathlib import Path

SIZE = 32_000
CONTROL = ["<|begin|>", "<|end|>"]


def texts(repository):
    """The repository's own prose, then the docstrings of Python's standard library."""
    for pattern in ["*.md", "docs/**/*.md", "eval/**/*.md", "models/**/*.txt", "brand-rules/**/*.md"]:
        for path in sorted(repository.glob(pattern)):
            yield path.read_text(encoding="utf-8", errors="replace")
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError):
            # Python's own tests hold files that are broken on purpose.
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                if docstring := ast.get_docstring(node):
                    yield docstring


def write(path, repository):
    """Trains and writes tokenizer.json; splits text as GPT-2 does, which every GGUF reader knows by name."""
    try:
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    except ImportError:
        raise SystemExit("error: pip install tokenizers, or name --tokenizer FILE") from None
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        special_tokens=CONTROL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(repository), trainer)
    # Whole or not at all: a run that was cut off is taken up again.
    part = path.with_suffix(".part")
    tokenizer.save(str(part))
    part.rename(path)
