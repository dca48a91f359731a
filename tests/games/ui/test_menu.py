"""A menu waits for a deliberate choice."""

from game_table import T0_NS
from games.ui.menu import Menu


def raised(menu, level, seconds, now_ns):
    taken = None
    for _ in range(round(seconds * 50)):
        now_ns += 20_000_000
        menu, choice = menu.waited(now_ns, level)
        taken = choice if choice is not None else taken
    return menu, taken, now_ns


def test_a_menu_can_be_worked_by_motion_alone():
    menu, taken, now_ns = raised(Menu.opened(3, T0_NS), 0.0, 3.5, T0_NS)
    assert (menu.focus, taken) == (1, None)
    menu, taken, now_ns = raised(menu, 0.9, 1.2, now_ns)
    assert taken == 1


def test_a_control_that_is_up_when_a_menu_opens_chooses_nothing():
    _, taken, _ = raised(Menu.opened(3, T0_NS), 0.9, 10, T0_NS)
    assert taken is None


def test_the_focus_does_not_wander_away_from_where_keys_put_it():
    menu = Menu.opened(11, T0_NS).moved(3, T0_NS)
    for seconds in range(20):
        menu, taken = menu.waited(T0_NS + seconds * 1_000_000_000, 0.0)
        assert (menu.focus, taken) == (3, None)


def test_a_press_in_the_first_half_second_of_a_menu_does_not_count():
    menu = Menu.opened(2, T0_NS)
    assert not menu.may_choose(T0_NS + 400_000_000)
    assert menu.may_choose(T0_NS + 600_000_000)
