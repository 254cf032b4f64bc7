"""The kit job on llama-server: slots, continuous batching, prompt cache, the same prompts and the same grammar."""

import json
import os
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from subprocess import STDOUT, Popen
from tempfile import TemporaryFile

import running

START_SECONDS = 300
DRAFT_SECONDS = 3600


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def call(url, body=None, seconds=10):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        return json.loads(answer.read())


def wait_until_ready(base, process):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise running.Failed("llama-server ended while it started")
        try:
            if call(f"{base}/health").get("status") == "ok":
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.2)
    raise running.Failed(f"llama-server was not ready after {START_SECONDS} s")


def is_answer(job, text):
    """As `countersign bench kit` judges its own."""
    try:
        answer = json.loads(text)
    except ValueError:
        return False
    fields = job["fields"]
    if not isinstance(answer, dict) or list(answer) != [field["name"] for field in fields]:
        return False
    return all(
        isinstance(text, str) and field["least"] <= len(text) <= field["most"]
        for field, text in zip(fields, answer.values())
    )


def requests(job, form):
    """One body a draft. Only the temperature changes the distribution, as in ours; nothing is cut from it."""
    grammar = {"json_schema": job["json_schema"]} if form == "schema" else {"grammar": job["gbnf"]}
    for stream, own in enumerate(job["own"]):
        yield {
            "prompt": job["common"] + own,
            "n_predict": job["max_tokens"],
            "temperature": job["temperature"],
            "samplers": ["temperature"],
            "seed": job["seed"] + stream,
            "cache_prompt": True,
            "stream": False,
            **grammar,
        }


def kit(folder, model, job, form, slots, threads):
    """Sends all drafts at once and waits for the last. The model is loaded and warm before the clock starts."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    drafts = len(job["own"])
    context = max(1200, -(-job["context_tokens"] // 16) * 16)
    command = [
        folder / "llama-server", "-m", model, "-np", slots, "-c", slots * context, "-t", threads, "-tb", threads,
        "--host", "127.0.0.1", "--port", port, "--threads-http", drafts + 4, "--cont-batching", "--cache-prompt",
    ]  # fmt: skip
    with TemporaryFile("w+") as log:
        process = Popen([str(part) for part in command], stdout=log, stderr=STDOUT)
        try:
            wait_until_ready(base, process)

            def draft(body):
                try:
                    return call(f"{base}/completion", body, DRAFT_SECONDS), time.monotonic()
                except urllib.error.HTTPError as error:
                    return {"error": f"{error.code}: {error.read()[-300:]!r}"}, time.monotonic()
                except (OSError, ValueError) as error:
                    return {"error": str(error)}, time.monotonic()

            bodies = list(requests(job, form))
            before = own_cpu_seconds(process.pid)
            meter = running.Meter()
            with ThreadPoolExecutor(drafts) as pool:
                answers = list(pool.map(draft, bodies))
            wall = max(ended for _, ended in answers) - meter.began
            own = own_cpu_seconds(process.pid)
            others = meter.others(own - before) if own is not None and before is not None else None
        except running.Failed as error:
            log.seek(0)
            raise running.Failed(f"{error}: {log.read()[-600:].strip()}") from None
        finally:
            process.terminate()
            usage = running.reap(process, 60)
    return report(job, [answer for answer, _ in answers], wall), {
        "seconds": round(wall, 2),
        "peak_bytes": running.bytes_of(usage),
        "others_busy": others,
    }


def own_cpu_seconds(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            parts = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def report(job, answers, wall):
    failures = []
    for number, answer in enumerate(answers, 1):
        if "error" in answer:
            failures.append(f"draft {number}: {answer['error']}")
        elif not is_answer(job, answer.get("content", "")):
            failures.append(f"draft {number}: is not what the grammar asks for: {answer.get('content')!r}")
    timings = [answer.get("timings", {}) for answer in answers]
    written = sum(timing.get("predicted_n", 0) for timing in timings)
    return {
        "drafts": len(answers),
        "wall_seconds": wall,
        "drafts_per_second": (len(answers) - len(failures)) / wall,
        "prompt_tokens": sum(answer.get("tokens_evaluated", 0) for answer in answers),
        "prompt_tokens_read": sum(timing.get("prompt_n", 0) for timing in timings),
        "prompt_tokens_reused": sum(timing.get("cache_n", 0) for timing in timings),
        "written_tokens": written,
        "written_per_second": written / wall,
        "failures": failures,
    }
