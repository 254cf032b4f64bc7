#!/usr/bin/env python3
"""The figures of a first start, for anybody to take again: how long until the service is ready, until the first draft
can be read, until the sample kit waits for review, and how much memory that takes.

    python3 tests/figures.py            # with the binary that is built
    python3 tests/figures.py --clone    # clones this commit, builds it from nothing, and times that too

It starts `countersign up --sample` on an empty folder, RUNS times, and prints the machine and each figure's least, median
and greatest value. Nothing here asserts: figures are for people.
"""
import argparse
import http.cookiejar
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(open("/proc/meminfo").readline().split()[1]) / 2**20
    return f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB"


def clone_and_build():
    """Seconds to clone this commit and to build it from nothing, and the binary."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="countersign-fresh-"))
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(folder / "clone")], check=True)
    begin = time.monotonic()
    environment = {**os.environ, "CARGO_TARGET_DIR": str(folder / "target")}
    subprocess.run(["cargo", "build", "--release", "--locked", "-q"], cwd=folder / "clone", env=environment, check=True)
    return time.monotonic() - begin, folder / "target" / "release" / "countersign", folder


class Client:
    def __init__(self, base):
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        with self.opener.open(request, timeout=30) as reply:
            text = reply.read()
        return json.loads(text) if text else None


def peak(pid):
    """The most memory that the process ever had resident, in MiB."""
    line = next(line for line in open(f"/proc/{pid}/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def first_start(binary):
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "COUNTERSIGN_SAMPLE_PASSWORD": PASSWORD, "COUNTERSIGN_LISTEN": "127.0.0.1:0"}
        begin = time.monotonic()
        service = subprocess.Popen([binary, "up", "--sample", "--data", data], env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            line = next(line for line in service.stdout if line.startswith("Countersign is ready at "))
            figures = {"ready, s": time.monotonic() - begin}
            client = Client(line.split()[4])
            client.ask("POST", "/api/v1/session", {"email": "marketer@sample.example", "password": PASSWORD})
            kit = client.ask("GET", "/api/v1/kits")["items"][0]["id"]
            while True:
                assets = client.ask("GET", f"/api/v1/kits/{kit}")["assets"]
                done = sum(asset["state"] != "drafting" for asset in assets)
                now = time.monotonic() - begin
                if done:
                    figures.setdefault("first draft to read, s", now)
                if done == len(assets):
                    figures[f"sample kit of {len(assets)} in review, s"] = now
                    break
                time.sleep(0.02)
            figures["peak resident, MiB"] = peak(service.pid)
            return figures
        finally:
            service.terminate()
            service.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clone", action="store_true", help="build a fresh clone first, and time it")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    ask = parser.parse_args()
    binary, folder, built = ROOT / "target" / "release" / "countersign", None, None
    if ask.clone:
        built, binary, folder = clone_and_build()
    try:
        runs = [first_start(binary) for _ in range(ask.runs)]
    finally:
        if folder:
            shutil.rmtree(folder)
    table = {name: [run[name] for run in runs] for name in runs[0]}
    load = os.getloadavg()[0]
    if ask.json:
        print(json.dumps({"machine": machine(), "load": load, "build_s": built, "runs": runs}))
        return
    print(f"{machine()}; load average {load:.1f}; {ask.runs} runs")
    if built:
        print(f"{'fresh clone built, s':<36} {built:8.0f}")
    for name, values in table.items():
        print(f"{name:<36} {min(values):8.2f} {statistics.median(values):8.2f} {max(values):8.2f}")


if __name__ == "__main__":
    main()
