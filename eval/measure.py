#!/usr/bin/env python3
"""Drafts every brief with the built binary and counts what can be counted without another model. See README.md."""

import argparse
import json
import math
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent


def wilson(hits, total):
    """The 95 % Wilson score interval, in percent."""
    if not total:
        return (0.0, 100.0)
    z, share = 1.96, hits / total
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return tuple(round(100 * (middle + sign * half) / (1 + z * z / total), 1) for sign in (-1, 1))


def draft(binary, brief, model):
    command = [binary, "kit", "draft", "--json", "--brief", brief, "--data", HERE / "no-data-folder"]
    run = subprocess.run([*map(str, command), *(["--model", model] if model else [])], capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    if not lines or "summary" not in lines[-1]:
        sys.exit(f"{brief.name}: {run.stderr.strip()}")
    return lines[:-1]


def free_text(asset):
    text = "\n".join(asset["slots"].values())
    for source in sorted((s["text"] for s in asset["sources"]), key=len, reverse=True):
        text = text.replace(source, " | ")
    return text


def grams(text, n=8):
    for part in text.split("|"):
        words = re.findall(r"\w+", part.lower())
        yield from (tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def measure(assets, products):
    seen = Counter()
    for asset in assets:
        seen.update(set(grams(free_text(asset))))
    rows = defaultdict(Counter)
    for asset in assets:
        whole = "\n".join(asset["slots"].values())
        severities = {finding["severity"] for finding in asset["findings"]}
        offered = [source["text"] for source in asset["sources"] if source["reference"]]
        sources = " ".join(source["text"] for source in asset["sources"]) + " " + products[asset["brief"]]
        figures = [figure for figure in re.findall(r"\d+", whole) if figure not in re.findall(r"\d+", sources)]
        own = list(grams(free_text(asset)))
        row = rows[asset["locale"].split("-")[0] + " " + asset["asset_type"]]
        row["asked"] += 1
        row["drafted"] += bool(whole.strip())
        row["passed"] += bool(whole.strip()) and not severities & {"block", "error"}
        row["figures"] += len(figures)
        row["offered"] += len(offered)
        row["exact"] += sum(text in whole for text in offered)
        row["named"] += products[asset["brief"]] in whole
        row["grams"] += len(own)
        row["echoes"] += sum(seen[gram] > 1 for gram in own)
    rows["all"] = sum(rows.values(), Counter())
    return rows


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else None


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default=HERE.parent / "target" / "release" / "countersign")
    options.add_argument("--model")
    options.add_argument("--out", type=Path, help="keep the drafts here, one JSON line each")
    options.add_argument("--write-baseline", action="store_true")
    options.add_argument("--check", action="store_true", help="fail when a figure is worse than the baseline by two points")
    ask = options.parse_args()
    assets, products = [], {}
    for brief in sorted((HERE / "briefs").glob("*.yaml")):
        products[brief.stem] = re.search(r'^product: "(.*)"$', brief.read_text(), re.M).group(1)
        for asset in draft(ask.binary, brief, ask.model):
            assets.append(asset | {"brief": brief.stem})
    if ask.out:
        ask.out.write_text("".join(json.dumps(asset, ensure_ascii=False) + "\n" for asset in assets))
    rows = measure(assets, products)
    report = {}
    print(f"{'':18}{'n':>4}{'drafted':>9}{'all-pass':>10}{'(95 %)':>16}{'figures':>9}{'exact':>8}{'named':>8}{'echo':>8}")
    for name, row in rows.items():
        low, high = wilson(row["passed"], row["asked"])
        figures = {
            "drafted": percent(row["drafted"], row["asked"]),
            "all_pass": percent(row["passed"], row["asked"]),
            "exact": percent(row["exact"], row["offered"]),
            "named": percent(row["named"], row["asked"]),
            "invented_figures": row["figures"],
            "echo": percent(row["echoes"], row["grams"]),
        }
        report[name] = figures
        cells = [figures["drafted"], figures["all_pass"], f"{low}–{high}", row["figures"], figures["exact"], figures["named"], figures["echo"]]
        print(f"{name:18}{row['asked']:>4}{cells[0]:>9}{cells[1]:>10}{cells[2]:>16}{cells[3]:>9}{cells[4]!s:>8}{cells[5]:>8}{cells[6]!s:>8}")
    baseline = HERE / "baseline.json"
    if ask.write_baseline:
        baseline.write_text(json.dumps(report, indent=2) + "\n")
    if ask.check and not baseline.exists():
        sys.exit(f"{baseline} is not there; write it with --write-baseline first")
    if ask.check:
        known = json.loads(baseline.read_text())["all"]
        now = report["all"]
        worse = [key for key in ("drafted", "all_pass", "exact", "named") if now[key] < known[key] - 2]
        worse += ["invented_figures"] * (now["invented_figures"] > 0) + ["echo"] * (now["echo"] > known["echo"] + 2)
        if worse:
            sys.exit(f"worse than the baseline: {', '.join(worse)}")


if __name__ == "__main__":
    main()
