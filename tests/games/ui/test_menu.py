"""A menu worked by keys, by digits, and for who has chosen it by scanning."""

import math

from hypothesis import given
from hypothesis import strategies as st

from games.ui.menu import Menu

T0_NS = 1_700_000_000_000_000_000


def moved(menu, levels, now_ns):
    """The menu after levels of the control, 50 a second, and what was taken."""
    taken = None
    for level in levels:
        now_ns += 20_000_000
        menu, choice = menu.scanned(now_ns, level)
        taken = choice if choice is not None else taken
    return menu, taken, now_ns


def test_nothing_is_in_focus_until_keys_put_it_there():
    menu = Menu.opened(3, T0_NS)
    assert menu.focus is None
    assert menu.moved(1, T0_NS).focus == 0
    assert menu.moved(-1, T0_NS).focus == 2


def test_scanning_is_worked_by_motion_alone_once_the_arm_was_still():
    menu, taken, now_ns = moved(Menu.opened(3, T0_NS), [0.0] * 325, T0_NS)
    assert (menu.focus, taken) == (1, None)
    menu, taken, now_ns = moved(menu, [0.9] * 60, now_ns)
    assert taken == 1


def test_a_control_that_is_up_when_a_menu_opens_chooses_nothing():
    _, taken, _ = moved(Menu.opened(3, T0_NS), [0.9] * 500, T0_NS)
    assert taken is None


@given(st.floats(1.0, 8.0), st.floats(0.3, 1.3), st.floats(0.0, 1.5))
def test_an_arm_that_exercises_without_pause_takes_nothing(period_s, peak, hold_s):
    """Up and down in any tempo, held at the top, never still below."""
    levels = []
    while len(levels) < 6000:
        ways = [
            0.5 - 0.5 * math.cos(math.pi * n / (period_s * 25)) for n in range(round(period_s * 25))
        ]
        levels += [peak * w for w in (*ways, *[1.0] * round(hold_s * 50), *ways[::-1])]
    _, taken, _ = moved(Menu.opened(4, T0_NS), levels, T0_NS)
    assert taken is None


def test_a_press_in_the_first_half_second_of_a_menu_does_not_count():
    menu = Menu.opened(2, T0_NS)
    assert not menu.may_choose(T0_NS + 400_000_000)
    assert menu.may_choose(T0_NS + 600_000_000)
