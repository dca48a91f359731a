"""Forks of a process: their results come, one that dies is told, and none outlives its parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ripresa.cohorts.forked_pool import may_fork

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux")

# In a process of its own: whatever runs the tests may have threads.
HEAD = """
import os, sys, time
import numpy
from ripresa.cohorts.forked_pool import may_fork, over_forks

def work(job):
    if job == "dies":
        time.sleep(0.3)
        os._exit(1)
    if job == "waits":
        print(os.getpid(), flush=True)
        time.sleep(600)
    return job, os.getppid() if "numpy" in sys.modules else None

assert may_fork()
"""


def run(text):
    done = subprocess.run(
        [sys.executable, "-c", HEAD + text], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.split()


def test_results_come_from_forks_that_import_nothing_anew():
    told = run("print(sorted(over_forks(work, list('abcdef'), 2)), os.getpid())")
    pid = told.pop()
    assert "".join(told).count(pid) == 6


def test_what_was_done_before_a_fork_died_comes_and_then_nothing():
    told = run(
        "found = list(over_forks(work, ['a', 'b', 'dies', *'cdefgh'], 2))\n"
        "print(found[-1], sum(one is None for one in found), [one for one in found if one][0][0])"
    )
    assert told[:2] == ["None", "1"]
    assert told[2] in {"a", "b"}


def test_no_fork_outlives_a_process_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", HEAD + "list(over_forks(work, ['waits', 'waits'], 2))"],
        stdout=subprocess.PIPE,
        text=True,
    )
    forks = [int(parent.stdout.readline()) for _ in range(2)]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 30
    while any(alive(pid) for pid in forks):
        assert time.monotonic() < until, "a fork is left"
        time.sleep(0.02)


def alive(pid):
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def test_a_process_with_threads_is_not_forked():
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    try:
        assert not may_fork()
    finally:
        ended.set()
        other.join()
