"""Safety as executable rules: thousands of simulated sessions, ordinary and hostile."""

import random
from dataclasses import replace

import pytest

from games.engine.game import game_named
from games.engine.simulation import Simulation
from games.inputs.player import PROFILES, Player, Profile
from games.rules.control import ControlSample, Signal
from games.rules.progress import GamePhase, TrialOutcome
from games.rules.setting import Setting, setting_for
from games.rules.staircase import Staircase
from games.testing.trials import START_NS, play_session, play_weeks, violations
from therapy.plan.limits import Limits
from therapy.plan.plan_item import PlanItem
from therapy.session.safety import Verdict

pytestmark = pytest.mark.slow

GAMES = ("onda", "orto", "raccolto", "volo")
ORDINARY = 400
HOSTILE = 300


def random_profile(rng):
    return Profile(
        reach=rng.uniform(0.4, 1.6),
        spread=rng.uniform(0, 0.4),
        aim=rng.uniform(0, 0.3),
        move_s=rng.uniform(0.3, 4),
        fatigue=rng.uniform(0, 0.05),
        tremor=rng.uniform(0, 0.1),
        tremor_hz=rng.uniform(3, 9),
        hasty=rng.random() * 0.5,
        idle=rng.random() * 0.3,
        pain_gain=rng.random(),
    )


@pytest.mark.parametrize("name", GAMES)
def test_no_ordinary_session_breaks_a_rule(name):
    rng = random.Random(f"ordinary {name}")
    game = game_named(name)
    for n in range(ORDINARY):
        profile = rng.choice([*PROFILES.values(), random_profile(rng)])
        player = Player(profile, n, rate_hz=20, pain=rng.randint(0, 6), limit=rng.uniform(0.4, 2))
        setting = Setting(
            seed=n, sets=1, repetitions=3, step_hz=20, level=rng.random(), cap_s=60, rest_s=0
        )
        limits = Limits(pain_stop=rng.randint(4, 9), pain_amber=rng.randint(1, 4))
        session = play_session(game, player, setting, limits)
        assert violations(session, limits) == []


def hostile_samples(rng):
    """No person: jumps, silences, late and impossible samples, targets that come and go."""
    t_ns, control, target, limit = START_NS, 0.0, 1.0, 1.0
    for _ in range(rng.randint(50, 500)):
        t_ns += rng.choice((1, 16_666_667, 50_000_000, 299_000_000, 301_000_000, 10**10, -(10**9)))
        control = rng.choice((control, rng.uniform(-3, 5), float("nan"), float("inf"), 0.0, 1.0))
        if rng.random() < 0.05:
            target, limit = rng.choice((0.0, rng.uniform(0, 4), -1.0)), rng.uniform(0, 4)
        yield ControlSample(t_ns, control, target, limit, compensating=rng.random() < 0.1)


@pytest.mark.parametrize("name", GAMES)
def test_no_hostile_stream_breaks_a_rule(name):
    rng = random.Random(f"hostile {name}")
    game = game_named(name)
    for n in range(HOSTILE):
        simulation = Simulation(game, Setting(seed=n, step_hz=60, sets=1, repetitions=4, rest_s=0))
        for sample in hostile_samples(rng):
            if rng.random() < 0.02:
                simulation.signal(rng.choice(list(Signal)))
            for event in simulation.feed(sample):
                if isinstance(event, TrialOutcome):
                    assert event.demand <= event.ceiling + 1e-9
                    assert event.peak <= event.ceiling + 1e-9
                    assert event.points == (10 if event.success else 0)
            ceiling = simulation.state.control.ceiling
            assert game.invites(simulation.state).level <= ceiling + 1e-9
        progress = simulation.state.progress
        assert progress.trials <= 4
        assert progress.score <= 40


def test_pain_at_the_red_limit_ends_the_set_and_nothing_follows():
    profile = replace(PROFILES["in_pain"], pain_gain=1.0)
    player = Player(profile, 1, rate_hz=30, pain=3)
    session = play_session(game_named("volo"), player, Setting(step_hz=30))
    assert session.ended == "pain"
    assert session.pains[-1][2] is Verdict.END_SET
    assert session.pains[-1][0] == len(session.outcomes)


def test_somebody_whose_usual_pain_is_6_can_play_by_their_own_limits():
    player = Player(PROFILES["strong"], 1, rate_hz=30, pain=6)
    limits = Limits(pain_stop=9, pain_amber=8)
    session = play_session(game_named("volo"), player, Setting(step_hz=30), limits)
    assert session.ended == "done"


def test_the_session_cap_ends_a_game():
    simulation = Simulation(game_named("volo"), Setting(cap_s=1.0))
    for i in range(90):
        simulation.feed(ControlSample(START_NS + i * 16_666_667, 0.0))
    assert simulation.state.progress.phase is GamePhase.DONE


def test_the_hold_asked_for_stays_under_the_cap():
    item = PlanItem(id="1", exercise="supine-stick-flexion", side="left")
    setting = setting_for(item, Limits(hold_cap_s=2), level=1.0)
    state = game_named("raccolto").start(setting)
    assert setting.hold_s == 2
    assert state.asked.hold_s <= 2


def test_rest_lies_between_sets_and_counts_no_motion():
    setting = Setting(sets=2, repetitions=1, rest_s=5.0, step_hz=30)
    player = Player(PROFILES["strong"], 4, rate_hz=30)
    rested, game = 0, game_named("raccolto")
    simulation = Simulation(game, setting)
    for i in range(30 * 60):
        sample = player.sample(START_NS + i * 33_333_333, game.invites(simulation.state))
        before = simulation.state.progress
        simulation.feed(sample)
        if simulation.state.progress.phase is GamePhase.REST:
            rested += 1
            assert before.trials <= 1
    assert 140 <= rested <= 160


def test_a_parkinson_exercise_has_no_upper_speed():
    item = PlanItem(id="1", exercise="big-reach", side="left")
    assert setting_for(item, Limits()).min_phase_s is None
    assert setting_for(item, Limits()).reward_amplitude


@pytest.mark.parametrize("success", [0.7, 0.75, 0.8])
def test_the_staircase_settles_at_the_success_rate_that_it_aims_at(success):
    rng = random.Random(7)
    staircase, hits, trials = Staircase(0.2, success, 0.02), 0, 6000
    for _ in range(trials):
        hit = rng.random() > staircase.level**1.5
        hits += hit
        staircase = staircase.after(success=hit)
    assert hits / trials == pytest.approx(success, abs=0.01)


def test_a_flag_from_analytics_takes_the_last_rise_back_and_bars_the_next():
    staircase = Staircase(0.5)
    risen = staircase.after(success=True)
    flagged = risen.flagged()
    assert flagged.level == 0.5
    assert flagged.after(success=True).level == 0.5
    assert flagged.after(success=True).after(success=True).level > 0.5


@pytest.mark.parametrize("name", GAMES)
def test_two_weeks_after_the_start_the_ornament_succeeds_in_70_to_80_per_cent(name):
    sessions = list(play_weeks(game_named(name), "prescription", weeks=4))[10:]
    outcomes = [o for s in sessions for o in s.outcomes]
    assert 0.68 <= sum(o.ornament for o in outcomes) / len(outcomes) <= 0.82
    assert sum(o.success for o in outcomes) / len(outcomes) >= 0.95
