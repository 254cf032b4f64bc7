"""Results of both sides into rows, and rows into Markdown."""

from statistics import median

MEBIBYTE = 1 << 20
# Of issue 3: at least, or at most, this share of llama.cpp's figure.
REACH = {"prefill": 1.0, "decode 1": 1.0, "batch 8": 1.1, "batch 16": 1.1}
KIT_REACH = 0.5
# Above this share of the cores, others have spoiled the figure.
BUSY = 0.05


def rows(part, quantization, runs, file_bytes):
    """One row a figure, then one for memory. `runs` are the results of each side, in order."""
    failed = {side: result["failed"] for side in runs for result in runs[side] if "failed" in result}
    good = {side: [result for result in runs[side] if "failed" not in result] for side in runs}
    common = {"part": part, "quantization": quantization}
    found = [{**common, "what": part, "failed": f"{side}: {reason}"} for side, reason in failed.items()]
    if not all(good.values()):
        for side in good:
            if not good[side] and side not in failed:
                found.append({**common, "what": part, "failed": f"{side}: not measured"})
        return found
    common["others_busy"] = max(result["others_busy"] or 0 for side in good for result in good[side])
    if part.startswith("kit"):
        found += kit_rows(part, good, common)
    else:
        names = list(good["ours"][0]["figures"])
        for name in names:
            values = {
                side: [value for result in good[side] for value in result["figures"].get(name, [])] for side in good
            }
            found.append(row(name, "tokens/s", values, common, at_least=REACH.get(name)))
    peaks = {side: [max(result["peak_bytes"] for result in good[side]) / MEBIBYTE] for side in good}
    memory = row(f"{part}: memory at most", "MiB", peaks, common)
    found.append({**memory, "file_mebibytes": round(file_bytes / MEBIBYTE)})
    return found


def kit_rows(part, good, common):
    of = lambda key: {
        side: [result["figures"][key] for result in good[side] if result["figures"].get(key) is not None]
        for side in good
    }
    found = [row(f"{part}: wall", "s", of("wall_seconds"), common, at_most=KIT_REACH)]
    for key, unit in [
        ("drafts_per_second", "drafts/s"),
        ("written_tokens", "tokens"),
        ("written_per_second", "tokens/s"),
        ("prompt_tokens", "tokens"),
        ("prompt_tokens_read", "tokens"),
    ]:
        values = of(key)
        if any(values.values()):
            found.append(row(f"{part}: {key.replace('_', ' ')}", unit, values, common))
    for side in good:
        for result in good[side]:
            if failures := result["figures"]["failures"]:
                reason = f"{side}: {len(failures)} drafts failed, so the wall time does not count: {failures[0][:200]}"
                found.append({**common, "what": part, "failed": reason})
    return found


def row(what, unit, values, common, at_least=None, at_most=None):
    side = lambda numbers: {"median": median(numbers), "low": min(numbers), "high": max(numbers), "runs": len(numbers)}
    told = {name: side(numbers) if numbers else None for name, numbers in values.items()}
    ratio = None
    if told["ours"] and told["theirs"] and told["theirs"]["median"]:
        ratio = told["ours"]["median"] / told["theirs"]["median"]
    reached = None
    # Figures of a busy machine are shown and not judged.
    if ratio is not None and common["others_busy"] <= BUSY:
        if at_least is not None:
            reached = ratio >= at_least
        if at_most is not None:
            reached = ratio <= at_most
    reach = f"≥ {at_least}" if at_least is not None else f"≤ {at_most}" if at_most is not None else None
    return {**common, "what": what, "unit": unit, **told, "ratio": ratio, "reach": reach, "reached": reached}


def cell(side):
    if not side:
        return "–"
    number = lambda value: f"{value:.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    spread = f" ({number(side['low'])}–{number(side['high'])})" if side["runs"] > 1 else ""
    return number(side["median"]) + spread


def markdown(whole):
    machine = whole["machine"]
    lines = [
        f"Machine: {machine['cpu']}, {whole['threads']} threads, {' '.join(machine['features'])}.",
        f"Model: {whole['shape']}. Ours: {whole['versions']['ours']}. Theirs: {whole['versions']['theirs']}.",
        "Medians, in brackets the whole spread; both sides in turn in one run.",
        "",
        "| figure | kept as | unit | ours | llama.cpp | ratio | reach | others' share of the cores |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in whole["rows"]:
        start = f"| {row['what']} | {row['quantization']} |"
        if "failed" in row:
            reason = row["failed"].replace("|", "\\|").replace("\n", " ")
            lines.append(f"{start} failed: {reason} | | | | | |")
            continue
        ratio = "–" if row["ratio"] is None else f"{row['ratio']:.2f}"
        verdict = {True: ": reached", False: ": not reached", None: ": not judged"}
        reach = row["reach"] + verdict[row["reached"]] if row["reach"] else ""
        busy = f"{100 * row['others_busy']:.0f} %" + (" (not quiet)" if row["others_busy"] > BUSY else "")
        lines.append(
            f"{start} {row['unit']} | {cell(row['ours'])} | {cell(row['theirs'])} | {ratio} | {reach} | {busy} |"
        )
    return "\n".join(lines)
