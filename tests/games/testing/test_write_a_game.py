"""The game of docs/write-a-game.md, taken from the page, keeps the contract and can be drawn."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[3] / "docs" / "write-a-game.md"
DRAWN = """
from pathlib import Path
from lanterna.game import GAME
from games.engine import play as frame
from games.rules.setting import Setting

frame.game_named = lambda name: GAME
print(frame.play("lanterna", headless=True, setting=Setting(sets=1, repetitions=2),
                 picture=Path("lanterna.png"))["full"])
"""


def test_the_page_builds_a_game_that_keeps_the_contract_and_plays(tmp_path):
    blocks = re.findall(r"```python file=(\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert {name for name, _ in blocks} == {
        "lanterna/game.py",
        "lanterna/screen.py",
        "test_lanterna.py",
    }
    for name, code in blocks:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(code)
    contract = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_lanterna.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert contract.returncode == 0, contract.stdout[-2000:]
    drawn = subprocess.run(
        [sys.executable, "-c", DRAWN], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert int(drawn.stdout.split()[-1]) >= 1
    assert (tmp_path / "lanterna.png").stat().st_size > 1000
