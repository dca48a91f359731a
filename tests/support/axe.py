"""axe-core in a page of a real browser: the rules of WCAG 2.2 A and AA."""

from __future__ import annotations

import importlib.util
from pathlib import Path

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def axe_script():
    """The script, as the installed distribution brings it."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None, "make setup installs axe-core"
    return Path(found.submodule_search_locations[0], "axe.min.js").read_text("utf-8")


async def bring(browser):
    """Have every page that is opened from here on bring axe-core along."""
    source = {"source": axe_script()}
    driver = browser._driver
    command = "Page.addScriptToEvaluateOnNewDocument"
    await browser.do(lambda: driver.execute_cdp_cmd(command, source))


async def violations(browser):
    """What axe-core finds in the page that is shown: rule, and the first place of each."""
    script = (
        "const [tags, done] = arguments;"
        "axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
        ".then(r => done(r.violations.map(v => "
        "`${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 160)}`)))"
        ".catch(e => done([String(e)]));"
    )
    driver = browser._driver
    return await browser.do(lambda: driver.execute_async_script(script, list(TAGS)))
