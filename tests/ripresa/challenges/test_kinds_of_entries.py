"""Games and wearables as entries: known-good above known-bad, and each fault a row."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from edge.rehearsal.served_wearable import ServedWearable
from edge.virtual.motion_source import swing
from games.engine.game import game_named
from games.testing.served_game import DistantGame, ServedGame
from research.challenges.challenge import ChallengeEntry, EntryKind, select_entries
from research.challenges.challenge_report import to_json
from ripresa.challenges import game_challenge, wearable_challenge
from ripresa.challenges.new_entry import write_entry
from ripresa.cli.main import app

pytestmark = pytest.mark.slow

RULES = {"rule: haste": "test_a_hasty_repetition_brings_nothing"}


@pytest.fixture
def few(monkeypatch):
    """Three kinds of players and one rule, so that a game is played in a moment."""
    monkeypatch.setattr(game_challenge, "PLAYERS", ("prescription", "prescription_keys", "half"))
    monkeypatch.setattr(game_challenge, "_rules", lambda: RULES)


def game_means(*entries):
    report = game_challenge.CHALLENGE.run(entries, "simulated", subjects=[1])
    return report, {n: b["mean"] for n, b in report.body["entries"].items()}


@pytest.mark.usefixtures("few")
def test_a_game_that_pushes_is_found_unsafe_and_ours_is_not():
    ours = select_entries(game_challenge.CHALLENGE.entries(), ["onda", "pushing"])
    report, means = game_means(*ours)
    assert means["onda"]["violations"] == 0
    assert means["onda"]["prescription_complete_percent"] == 100
    assert means["onda"]["rules_kept_percent"] == 100
    assert means["pushing"]["sessions_with_violations_percent"] == 100
    told = report.body["entries"]["pushing"]["broken"]["prescription 1"]
    assert any("beyond the ceiling" in t for t in told)
    again, _ = game_means(*select_entries(game_challenge.CHALLENGE.entries(), ["onda", "pushing"]))
    assert to_json(again) == to_json(report)


@pytest.mark.usefixtures("few")
def test_a_game_that_answers_nonsense_or_raises_costs_its_rows():
    def nonsense(asked, *_):
        return {"number": "x"} if asked == "start" else ServedGame(game_named("onda"))(asked)

    def raising(*_):
        raise RuntimeError("not today")

    for name, solve in (("nonsense", nonsense), ("raising", raising)):
        entry = ChallengeEntry(name, "games", solve, EntryKind.GAME)
        report, means = game_means(entry)
        assert set(report.body["entries"][name]["faults"]) == {
            "prescription 1",
            "prescription_keys 1",
            "half 1",
            "rule: haste",
        }
        assert means[name]["violations"] is None


@pytest.mark.usefixtures("few")
def test_a_slow_game_is_given_up_and_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(game_challenge, "SESSION_S", 0.0)
    report, _ = game_means(*select_entries(game_challenge.CHALLENGE.entries(), ["volo"]))
    told = list(report.body["entries"]["volo"]["faults"].values())
    assert "took over" in told[0]
    assert "given up" in told[-1]


def test_a_game_across_a_line_plays_as_it_does_here():
    game = game_named("raccolto")
    distant = DistantGame(ServedGame(game)).game()
    assert distant.texts["title"] == game.texts["title"]
    assert distant.roles == {k: tuple(map(tuple, v)) for k, v in game.roles.items()}
    state, there = game.start(game_challenge.SETTING), distant.start(game_challenge.SETTING)
    assert distant.invites(there) == game.invites(state)
    assert repr(there) == repr(distant.start(game_challenge.SETTING))


def test_a_careless_wearable_is_found_so_and_ours_is_not():
    challenge = wearable_challenge.CHALLENGE
    entries = select_entries(challenge.entries(), ["open-imu", "careless"])
    report = challenge.run(entries, "simulated")
    ours, careless = (report.body["entries"][e.name]["mean"] for e in entries)
    assert ours["lost_percent"] == 0
    assert ours["cut_undeclared_percent"] == 0
    assert ours["half_rate_told_percent"] == 100
    assert careless["lost_percent"] > 5
    assert careless["acc_error_m_s2"] > 100 * ours["acc_error_m_s2"]
    assert "faults" not in report.body["entries"]["careless"]


def test_what_is_heard_of_a_wearable_is_the_same_each_time_and_whole():
    entry = next(e for e in wearable_challenge.CHALLENGE.entries() if e.name == "open-imu")
    motion = swing(4.0, 60.0)
    scene = {"acc": motion.acc, "gyr": motion.gyr, "rate_hz": 60.0, "cut_at": 0.4}
    first, second = (entry.solve("hear", **scene) for _ in range(2))
    assert isinstance(entry.solve, ServedWearable)
    for key in ("index", "t_ns", "arrival_ns", "acc", "gyr"):
        assert np.array_equal(first[key], second[key])
    assert first["gaps"] == second["gaps"] != []
    assert first["battery_percent"] is not None


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["game", "wearable"])
def test_a_new_entry_of_each_kind_is_scored_in_its_own_process(tmp_path, kind):
    write_entry("lanterna", kind, tmp_path)
    challenge = f"{kind}s"
    out = tmp_path / "out.json"
    words = ["challenge", "run", challenge, "--data", "simulated", "--json", str(out)]
    words += ["--from", str(tmp_path / "lanterna"), "--entry", "lanterna"]
    done = CliRunner().invoke(app, words + (["--subjects", "1"] if kind == "game" else []))
    assert done.exit_code == 0, done.output
    body = json.loads(out.read_text())["entries"]["lanterna"]
    assert "faults" not in body
    if kind == "game":
        assert body["mean"]["violations"] == 0
        assert body["mean"]["rules_kept_percent"] == 100
    else:
        assert body["mean"]["lost_percent"] == 0
        assert body["mean"]["half_rate_told_percent"] == 100


@pytest.mark.parametrize(("moves", "told"), [(True, False), (False, True)])
def test_a_recording_without_a_still_second_has_no_noise_floor(moves, told):
    n = np.arange(300)
    acc = np.tile([0.0, 0.0, 9.81], (300, 1)) + 0.01 * np.sin(n)[:, None]
    heard = {
        "index": n,
        "t_ns": n * 20_000_000,
        "arrival_ns": n * 20_000_000,
        "acc": acc + (3 * np.sin(n / 8)[:, None] if moves else 0),
        "gyr": None,
        "gaps": [],
    }
    assert ("acc_noise_m_s2" in wearable_challenge._recorded_row(heard)) == told
