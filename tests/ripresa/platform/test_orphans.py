"""A program that is killed leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from needs import need_program

PARENT = """
import asyncio, pathlib, sys
from ripresa.platform.child import Child

async def main():
    log = pathlib.Path(sys.argv[1]) / "log"
    async with Child("sleeper", ["sleep", "600"], log) as child:
        print(child._process.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_what_a_killed_program_had_started_ends_with_it(tmp_path):
    need_program("setpriv")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    deadline = time.monotonic() + 10
    while b"sleep" not in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[0]:
        assert time.monotonic() < deadline
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while alive(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)
