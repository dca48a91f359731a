"""A real Chromium, driven from a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from needs import need_program

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_S = 30


class Browser:
    """Chromium driven from a thread of its own, so that the event loop goes on serving."""

    def __init__(self, driver, thread):
        self._driver, self._thread = driver, thread

    async def do(self, function, *args):
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def open(self, url):
        await self.do(self._driver.get, url)

    async def ask(self, script):
        return await self.do(self._driver.execute_script, f"return {script}")

    async def text(self, selector):
        return await self.ask(f"document.querySelector({json.dumps(selector)})?.textContent")

    async def until(self, script):
        """Wait until a JavaScript expression is true."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.ask(script):
                await asyncio.sleep(0.05)

    async def picture(self, name):
        """Keep what is shown, for the docs, in the folder that `RIPRESA_PICTURES` names."""
        if folder := os.environ.get("RIPRESA_PICTURES"):
            await self.do(self._driver.save_screenshot, str(Path(folder, f"{name}.png")))

    async def logs(self, kind):
        return await self.do(self._driver.get_log, kind)


@contextlib.contextmanager
def running_chromium(profile):
    """A browser with an empty profile in a folder of its own."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = need_program("chromium", "chromium-browser", "google-chrome")
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={profile}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with ThreadPoolExecutor(1) as thread:
        driver = webdriver.Chrome(options=options, service=Service(need_program("chromedriver")))
        yield Browser(driver, thread)
        driver.quit()
