"""Somebody in front of a program's window, who presses or clicks as its pages ask."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time

CALM_S = 0.9
PATIENCE_S = 240


class Walker:
    """Starts a program that tells what is on its window, and works it.

    Args:
        display: of the window.
        by: `keys`, `two keys`, `one key` with digits, `mouse`; with a `wearable` as `one key`.
        program: a script and its arguments.
        env: the program's environment, without the display.
    """

    def __init__(self, display, by, program, *, env):
        self.env = {**env, "DISPLAY": display, "SDL_AUDIODRIVER": "dummy"}
        self.env.pop("SDL_VIDEODRIVER", None)
        self.by, self.told, self.titles = by, queue.Queue(), []
        self.program = subprocess.Popen(
            [sys.executable, *map(str, program)],
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.window = self.told.get(timeout=60)["window"]
        self._xdo("windowfocus", str(self.window))
        self._up = False

    def end(self):
        self.program.kill()
        self.program.wait()

    def _read(self):
        for line in self.program.stdout:
            if line.startswith("{"):
                self.told.put(json.loads(line))

    def _xdo(self, *words):
        subprocess.run(["xdotool", *words], env=self.env, check=True, capture_output=True)

    def walk(self):
        """To the last card; gives what the program told at its end."""
        deadline, page = time.monotonic() + PATIENCE_S, None
        while time.monotonic() < deadline:
            try:
                now = self.told.get(timeout=12)
            except queue.Empty:
                now = page
            if now is None:
                continue
            if "done" in now:
                assert self.program.wait(20) == 0
                return now
            if "game" in now:
                page = None
                while not self.told.empty():
                    newer = self.told.queue[0]
                    if "game" not in newer:
                        break
                    now = self.told.get()
                self.move(now)
            else:
                page = now
                self.titles.append(now["page"])
                time.sleep(CALM_S)
                self.answer(now)
        raise AssertionError(f"not at the last card: {self.titles}")

    def answer(self, page):
        """A healthy answer: "no", 2 on a scale, and on where nothing is asked."""
        wanted = 2 if page["scale"] else 0
        if self.by == "mouse":
            _, x, y = page["buttons"][wanted]
            self._xdo("mousemove", "--window", str(self.window), str(x), str(y), "click", "1")
        elif self.by == "two keys":
            if page["clinical"]:
                self._xdo("key", "--delay", "120", *["Down"] * (wanted + 1))
            self._xdo("key", "Return")
        elif page["clinical"]:
            self._xdo("key", "2" if page["scale"] else "1")
        else:
            self._xdo("key", "Return")

    def move(self, game):
        """Up where it is down, down where it is up, and nothing in a rest."""
        high, low = game["game"] > 0.97, game["game"] < 0.03
        if self.by == "wearable" or game["resting"] or not (high or low) or high is not self._up:
            return
        self._up = not high
        if self.by == "mouse":
            # Where the range ends lies above, and rest below.
            y = 120 if self._up else 575
            self._xdo("mousemove", "--window", str(self.window), "300", str(y))
            self._xdo("mousemove_relative", "0", "2")
        elif self.by == "keys":
            self._xdo("key", "Up" if self._up else "Down")
        else:
            self._xdo("key", "Return")
