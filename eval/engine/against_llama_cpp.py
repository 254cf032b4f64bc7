#!/usr/bin/env python3
"""Runs the drafting engine and llama.cpp in turn on the same files and prints what both took. See README.md."""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import rival
import rival_kit
import running
import table
import vocabulary

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS = ["prefill", "decode", "batch", "kit", "kit-schema"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    comma = lambda text: [part for part in text.split(",") if part]
    numbers = lambda text: [int(part) for part in comma(text)]
    add = parser.add_argument
    add("--only", type=comma, default=PARTS[:4], help=f"parts with commas: {', '.join(PARTS)} (all but the last)")
    add("--quant", type=comma, default=["q4_k", "q8_0"], help="quantizations with commas (default: q4_k,q8_0)")
    add("--shape", default="1.2b", help="tiny, 100m, 1.2b (default)")
    add("--model", type=Path, help="a GGUF file that both read, instead of random ones")
    add("--binary", type=Path, default=REPOSITORY / "target/release/countersign")
    add("--llama-bin", type=Path, metavar="DIR", help="llama.cpp's programs; built in the work folder without it")
    add("--tokenizer", type=Path, metavar="FILE", help="a byte-level BPE; one is trained in the work folder without it")
    add("--work", type=Path, default=Path.home() / ".cache/countersign-bench", help="models, builds and results")
    add("--threads", type=int, default=os.cpu_count())
    add("--rounds", type=int, default=3, help="ours, theirs, ours, theirs … so often (default: 3; the kit: once)")
    add("--kit-rounds", type=int, default=1)
    add("--repeat", type=int, default=3, help="runs of a figure within a round (default: 3)")
    add("--prefill", type=int, default=512)
    add("--decode", type=int, default=64)
    add("--context", type=int, default=256, help="tokens before those that are written (default: 256)")
    add("--batch", type=numbers, default=[1, 8, 16])
    add("--slots", type=int, default=8, help="llama-server's slots (default: 8)")
    add("--drafts", type=int, default=36)
    add("--wait-quiet", type=int, default=0, metavar="SECONDS", help="wait so long for an idle machine before each run")
    add("--again", action="store_true", help="measure anew what was measured with these programs before")
    add("--report-only", action="store_true", help="print what there is and measure nothing")
    add("--json", action="store_true", help="one JSON object instead of the table")
    args = parser.parse_args()
    if unknown := [part for part in args.only if part not in PARTS]:
        parser.error(f"--only: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if not args.binary.exists():
        parser.error(f"{args.binary} is not there; build it (cargo build --release) or name --binary FILE")
    return args


class Session:
    """Both programs, and the results of this very pair, each in a file of its own: a run can be cut and go on."""

    def __init__(self, args):
        self.args = args
        args.work.mkdir(parents=True, exist_ok=True)
        self.llama = rival.binaries(args.llama_bin, args.work, args.threads)
        with open(args.binary, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:12]
        ours = subprocess.run([args.binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.versions = {"ours": f"{ours}, binary {digest}", "theirs": f"llama.cpp, {rival.version(self.llama)}"}
        settings = [args.shape, str(args.model), args.threads, args.prefill, args.decode, args.context, args.slots,
                    args.drafts, self.versions]  # fmt: skip
        key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
        self.results = args.work / "results" / f"{args.model.stem if args.model else args.shape}-{key}"
        self.results.mkdir(parents=True, exist_ok=True)

    def ours(self, *arguments):
        """The JSON lines of one of our commands."""
        threads = str(self.args.threads)
        environment = {"RAYON_NUM_THREADS": threads, "CANDLE_NUM_THREADS": threads}
        out, took = running.run([self.args.binary, "bench", *arguments, "--json"], environment)
        try:
            return [json.loads(line) for line in out.splitlines()], took
        except ValueError as error:
            raise running.Failed(f"countersign printed what cannot be read: {error}: {out[-300:]}") from None

    def tokenizer(self):
        if self.args.tokenizer:
            return self.args.tokenizer
        path = self.args.work / "tokenizer.json"
        if not path.exists():
            say("training a tokenizer")
            vocabulary.write(path, REPOSITORY)
        return path

    def model(self, quantization):
        if self.args.model:
            return self.args.model
        path = self.args.work / "models" / f"{self.args.shape}-{quantization}.gguf"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            say(f"writing {path}")
            self.ours("shape", "--shape", self.args.shape, "--quant", quantization,
                      "--tokenizer", self.tokenizer(), "--out", path)  # fmt: skip
        return path

    def job(self, quantization):
        path = self.results / "job.json"
        if not path.exists():
            self.ours("kit", "--model", self.model(quantization), "--drafts", self.args.drafts, "--write-job", path)
        return path

    def kept(self, part, quantization, round_number, side, measure):
        """The result of one run: measured now, or kept from before. A program that fails gives its reason."""
        path = self.results / f"{part}-{quantization}-{round_number}-{side}.json"
        if path.exists() and not self.args.again:
            return json.loads(path.read_text())
        if self.args.report_only:
            return None
        before = running.wait_for_quiet(self.args.wait_quiet)
        say(f"{part} {quantization}, round {round_number}, {side} (the machine is {100 * (before or 0):.0f} % busy)")
        try:
            figures, took = measure()
            result = {"figures": figures, **took}
        except running.Failed as error:
            say(f"  failed: {error}")
            return {"failed": str(error)}
        # Only what worked is kept: a failure is tried again.
        path.write_text(json.dumps(result, indent=1))
        return result

    def measures(self, part, quantization):
        """{side: a function that measures once}. Figures are {name: [values]}."""
        args, model = self.args, self.model(quantization)
        if part.startswith("kit"):
            path = self.job(quantization)
            form = "schema" if part == "kit-schema" else "gbnf"
            job = json.loads(path.read_text())
            kit = lambda: self.ours("kit", "--model", model, "--job", path)
            return {
                "ours": lambda: unpack(kit()),
                "theirs": lambda: rival_kit.kit(self.llama, model, job, form, args.slots, args.threads),
            }
        engine = ["engine", "--model", model, "--context", args.context]
        if part == "prefill":
            ours = [*engine, "--prefill", args.prefill, "--decode", 0, "--repeat", args.repeat]
            theirs = lambda: self.speeds("prefill", "-p", args.prefill, "-n", 0, model=model)
        elif part == "decode":
            ours = [*engine, "--prefill", 0, "--decode", args.decode, "--batch", 1, "--repeat", args.repeat]
            theirs = lambda: self.speeds("decode 1", "-p", 0, "-n", args.decode, "-d", args.context, model=model)
        else:
            batch = ",".join(map(str, args.batch))
            ours = [*engine, "--prefill", 0, "--decode", args.decode, "--batch", batch, "--repeat", 1]
            theirs = lambda: self.batched(model)
        return {"ours": lambda: our_speeds(part, self.ours(*ours)), "theirs": theirs}

    def speeds(self, name, *arguments, model):
        speeds, took = rival.llama_bench(self.llama, model, arguments, self.args.threads, self.args.repeat)
        return {name: speeds}, took

    def batched(self, model):
        args = self.args
        speeds, took = rival.batched(self.llama, model, args.context, args.decode, args.batch, args.threads)
        return {f"batch {count}": [speed] for count, speed in speeds.items()}, took


def unpack(answer):
    [report], took = answer
    return report, took


def our_speeds(part, answer):
    lines, took = answer
    results = [line["result"] for line in lines if "result" in line]
    name = lambda result: "prefill" if part == "prefill" else f"{part} {result['sequences']}"
    return {name(result): result["tokens_per_second"]["runs"] for result in results}, took


def say(text):
    print(text, file=sys.stderr, flush=True)


def machine(session):
    lines, _ = session.ours("engine", "--model", "starter", "--prefill", 0, "--decode", 0)
    return lines[0]["machine"]


def main():
    args = arguments()
    session = Session(args)
    rows = []
    for quantization in ["file"] if args.model else args.quant:
        for part in args.only:
            measures = session.measures(part, quantization)
            rounds = args.kit_rounds if part.startswith("kit") else args.rounds
            runs = {"ours": [], "theirs": []}
            for number in range(1, rounds + 1):
                for side, measure in measures.items():
                    result = session.kept(part, quantization, number, side, measure)
                    if result is not None:
                        runs[side].append(result)
            rows += table.rows(part, quantization, runs, session.model(quantization).stat().st_size)
    whole = {"machine": machine(session), "threads": args.threads, "versions": session.versions,
             "shape": str(args.model or args.shape), "rows": rows}  # fmt: skip
    print(json.dumps(whole, indent=1) if args.json else table.markdown(whole))
    return 1 if any(row.get("failed") for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
