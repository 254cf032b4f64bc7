"""Runs a program and says what it took: time, memory at most, and how busy the rest of the machine was meanwhile."""

import os
import sys
import time
from subprocess import Popen
from tempfile import TemporaryFile


class Failed(Exception):
    """A program that ended with an error, or printed what could not be read."""


def cpu_seconds():
    """Seconds that all cores together have worked since the machine started; None where there is no /proc."""
    try:
        with open("/proc/stat") as file:
            ticks = [int(part) for part in file.readline().split()[1:9]]
    except OSError:
        return None
    # The fourth is idle, the fifth waits for a disk.
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


class Meter:
    """Over a stretch of time: the share of the cores that others used, as nothing else should run."""

    def __init__(self):
        self.began, self.worked = time.monotonic(), cpu_seconds()

    def others(self, own_seconds=0.0):
        if self.worked is None:
            return None
        whole = (time.monotonic() - self.began) * os.cpu_count()
        return max(0.0, round((cpu_seconds() - self.worked - own_seconds) / whole, 3))


def wait_for_quiet(most_seconds, busy=0.05):
    """Waits until the machine is idle over three seconds, at most so long. Returns how busy it was last."""
    end = time.monotonic() + most_seconds
    while True:
        meter = Meter()
        time.sleep(3)
        others = meter.others()
        if others is None or others < busy or time.monotonic() > end:
            return others
        time.sleep(2)


def bytes_of(usage):
    """The most memory that a process held."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def reap(process, seconds):
    """Waits for a process and gives its usage; one that takes longer is killed."""
    end = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() > end:
            process.kill()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            raise Failed(f"was stopped after {seconds} s")
        time.sleep(0.02)


def run(command, environment=None, seconds=1800):
    """What a program printed to standard output, and {seconds, peak_bytes, others_busy}."""
    command = [str(part) for part in command]
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        meter = Meter()
        try:
            process = Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        except OSError as error:
            raise Failed(f"{command[0]} cannot be started: {error}") from None
        usage = reap(process, seconds)
        took = {
            "seconds": round(time.monotonic() - meter.began, 2),
            "peak_bytes": bytes_of(usage),
            "others_busy": meter.others(usage.ru_utime + usage.ru_stime),
        }
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise Failed(f"{command[0]} ended with {process.returncode}: {err.read()[-600:].strip()}")
        return out.read(), took
