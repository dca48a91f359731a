"""Inputs that stay plausible and are false, through gateway and core end to end."""

import pytest

from research.wrong_inputs.wrong_inputs_bench import KINDS, bench_wrong_inputs, run_kind

pytestmark = pytest.mark.slow

BY_NAME = {kind.name: kind for kind in KINDS}


def test_every_kind_has_its_own_name_and_there_are_enough():
    assert len(BY_NAME) == len(KINDS) >= 40
    assert {kind.judge for kind in KINDS} == {"gateway", "core"}


@pytest.mark.parametrize("name", [k.name for k in KINDS if k.judge == "gateway"])
def test_what_the_gateway_can_see_is_told_or_harms_nothing(name):
    run = run_kind(BY_NAME[name], 0)
    assert not run.silently_wrong
    if BY_NAME[name].told:
        assert run.words
    else:
        assert not run.words


def test_the_figures_name_every_kind_that_fell_short():
    kinds = (BY_NAME["stamps zero"], BY_NAME["notifications doubled"])
    figures = bench_wrong_inputs(seeds=[1], kinds=kinds, clean_hours=0, spar=4)
    assert (figures["kinds"], figures["runs"], figures["told"]) == (2, 2, 1.0)
    assert (figures["silent_wrong"], figures["false_alarms"]) == (0, 0)
    assert figures["clean_spar"] == 4
