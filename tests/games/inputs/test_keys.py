"""Keys move a game at the exercise's own pace, two of them or one alone."""

from games.inputs.keys import STEP_NS, KeysSource
from games.rules.control import Invitation

T0_NS = 1_700_000_000_000_000_000


def after(keys, seconds, since_ns):
    """The control so many seconds later, and when that is."""
    arrivals, now_ns = [], since_ns
    for _ in range(round(seconds * 60)):
        now_ns += STEP_NS
        arrivals += keys.poll(now_ns, Invitation())
    return arrivals[-1].sample.control, now_ns


def test_one_key_alone_raises_and_lowers():
    keys = KeysSource(1.0, 1.0)
    now_ns = T0_NS
    reached = []
    for _ in range(4):
        keys.turn()
        control, now_ns = after(keys, 1.5, now_ns)
        reached.append(control)
    assert reached == [1.0, 0.0, 1.0, 0.0]


def test_one_key_turns_a_rise_under_way():
    keys = KeysSource(2.0, 2.0)
    keys.turn()
    high, now_ns = after(keys, 1.0, T0_NS)
    keys.turn()
    low, _ = after(keys, 0.5, now_ns)
    assert low < high


def test_an_exercise_begins_at_rest_wherever_the_last_one_ended():
    keys = KeysSource(1.0, 1.0)
    keys.press(1)
    high, now_ns = after(keys, 1.5, T0_NS)
    assert high == 1.0
    keys.pace(3.0, 3.0)
    assert after(keys, 1.0, now_ns)[0] == 0.0
