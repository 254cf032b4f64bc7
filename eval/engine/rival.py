"""llama.cpp: found or built, and its two bench tools.

It is built from the source archive of the Python package llama-cpp-python, which carries all of it. Nothing of it comes
into the tree.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import running

PACKAGE = "llama-cpp-python==0.3.36"
TOOLS = ["llama-bench", "llama-batched-bench", "llama-server", "llama-quantize"]
OPTIONS = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DGGML_NATIVE=ON",
    "-DBUILD_SHARED_LIBS=OFF",
    "-DLLAMA_CURL=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    # Needs the network at build time otherwise.
    "-DLLAMA_USE_PREBUILT_UI=OFF",
]


def binaries(given, work, jobs):
    """The folder of llama.cpp's programs: the given one, else one built in `work`."""
    folder = Path(given) if given else work / "llama-build" / "bin"
    missing = [tool for tool in TOOLS[:3] if not (folder / tool).exists()]
    if missing and given:
        sys.exit(f"error: {folder} lacks {', '.join(missing)}")
    if missing:
        build(work, jobs)
    return folder


def build(work, jobs):
    cmake = shutil.which("cmake", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if not cmake:
        sys.exit("error: cmake is needed to build llama.cpp; install it (pip install cmake), or name --llama-bin DIR")
    archives, sources = work / "llama-archive", work / "llama-source"
    if not list(archives.glob("*.tar.gz")):
        download = ["download", PACKAGE, "--no-deps", "--no-binary", "llama-cpp-python", "-d", archives]
        subprocess.run([sys.executable, "-m", "pip", *download], check=True)
    if not sources.exists():
        unpacked = work / "llama-source.part"
        shutil.rmtree(unpacked, ignore_errors=True)
        with tarfile.open(next(archives.glob("*.tar.gz"))) as archive:
            archive.extractall(unpacked, filter="data")
        # The archive's times are of 1980 or of the future; make would build forever, or nothing.
        for path in unpacked.rglob("*"):
            os.utime(path)
        unpacked.rename(sources)
    source = next(sources.glob("*/vendor/llama.cpp"))
    folder = work / "llama-build"
    subprocess.run([cmake, "-S", source, "-B", folder, "-G", "Unix Makefiles", *OPTIONS], check=True)
    subprocess.run([cmake, "--build", folder, "-j", str(jobs), "--target", *TOOLS], check=True)


def version(folder):
    """As it says itself."""
    run = subprocess.run([folder / "llama-server", "--version"], capture_output=True, text=True)
    lines = [line for line in (run.stdout + run.stderr).splitlines() if "version" in line]
    return lines[0].strip() if lines else "unknown"


def llama_bench(folder, model, arguments, threads, repetitions):
    """Tokens a second, one a repetition."""
    command = [folder / "llama-bench", "-m", model, "-t", threads, "-r", repetitions, "-o", "json", *arguments]
    out, took = running.run(command)
    try:
        rows = json.loads(out)
        return [speed for row in rows for speed in row["samples_ts"]], took
    except (ValueError, KeyError, TypeError) as error:
        raise running.Failed(f"llama-bench printed what cannot be read: {error}: {out[-300:]}") from None


def batched(folder, model, context, steps, sequences, threads):
    """Tokens a second of all sequences together: {sequences: speed}."""
    size = max(sequences) * (context + steps)
    command = [
        folder / "llama-batched-bench", "-m", model, "-t", threads, "-tb", threads, "-c", size,
        "-npp", context, "-ntg", steps, "-npl", ",".join(map(str, sequences)), "--output-format", "jsonl",
    ]  # fmt: skip
    out, took = running.run(command)
    try:
        rows = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        speeds = {row["pl"]: row["speed_tg"] for row in rows}
    except (ValueError, KeyError) as error:
        raise running.Failed(f"llama-batched-bench printed what cannot be read: {error}: {out[-300:]}") from None
    missing = [count for count in sequences if count not in speeds]
    if missing:
        raise running.Failed(f"llama-batched-bench gave no figure for {missing} sequences: {out[-300:]}")
    return speeds, took
