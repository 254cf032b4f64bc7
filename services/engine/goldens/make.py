"""Makes the goldens, or with --check says whether what is committed still is what they would be.

Needs Python with torch, transformers, gguf, numpy and safetensors. Takes half a minute.
"""

import sys

import blocks
import chat
import models


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit("usage: make.py [--check]")
    wrong = [line for part in (blocks, chat, models) for line in part.run(check)]
    sys.exit("\n".join(wrong) if wrong else 0)


main()
