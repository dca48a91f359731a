"""Persons of a cohort: each once, followed as long as something is known of them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.monitoring.facts import Fact, FactOrigin
from clinic_facts import ENROLLED, MONDAY, PatientStory, appended, at
from games.persuasion.prompts import Mechanism, iso_week, trial_unit, variant_of
from games.persuasion.weekly_draws import CHOICE, WEEKLY_DRAWS, weekly_draw
from ingest.journal.journal import Journal
from research.cohorts.cohort_report import cohort_report
from research.cohorts.drop_out import drop_outs, followed
from ripresa.cli.main import main
from ripresa.cohorts.cohort_folding import cohort_of
from ripresa.cohorts.cohort_run import CohortFolder, analyse_cohort
from ripresa.cohorts.trial_weeks import trial_weeks
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.messages import care
from telemetry.messages.events import PromptShown, SessionOpened
from telemetry.messages.results import SessionResult
from therapy_builders import plan

pytestmark = pytest.mark.slow

LAST = MONDAY - timedelta(days=1)


def story(name, *, active=(), heard=LAST, sites=("north",), assessed=(), discharged=None):
    """A person who is asked to train every day from the enrolment on."""
    told = PatientStory(patient=name)
    told.enrolled().published(plan(patient=name, valid_from="2023-01-01")).answered()
    for number, day in enumerate(active):
        told.session(day, assessed_deg=dict(assessed).get(day))
        site = sites[number % len(sites)]
        told.facts = [
            replace(f, body=f.body.model_copy(update={"site": site}))
            if isinstance(f.body, SessionOpened) and f.body.session == told.facts[-1].session
            else f
            for f in told.facts
        ]
    if heard is not None:
        told.heard(heard)
    if discharged is not None:
        told.own(care.Discharged(patient=name, t_ns=at(discharged, "16:00"), by="pt-1"))
    return told


def placed(folder, stories):
    """A clinic's folder with its journal and plans."""
    (folder / "clinic").mkdir(parents=True)
    with Journal.open(folder / "clinic" / "journal.sqlite", ManualClock()) as journal:
        for told in stories:
            appended(journal, told.facts)
    for told in stories:
        PlanFolder(folder / "plans").add(plan(patient=told.patient, valid_from="2023-01-01"))
    return folder / "clinic"


def analysed(tmp_path, *folders):
    out = CohortFolder(tmp_path / "cohort")
    run = analyse_cohort(folders, out, recorded=True)
    assert run.faults == 0
    return out


def every_day(first, last):
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def test_a_person_of_two_sites_is_one(tmp_path):
    days = every_day(ENROLLED, LAST)
    clinic = placed(tmp_path / "a", [story("p-1", active=days, sites=("north", "south"))])
    found = cohort_of(analysed(tmp_path, clinic))
    (one,) = found.patients
    assert one.sites == ("north", "south")
    assert len([d for d in one.days.values() if d.state == "done"]) == len(days)
    assert found.notes == ()


def test_a_pseudonym_of_two_places_is_one_person_and_that_is_told_and_can_be_put_right(tmp_path):
    odd, even = every_day(ENROLLED, LAST)[::2], every_day(ENROLLED, LAST)[1::2]
    a = placed(tmp_path / "a", [story("p-1", active=odd, sites=("north",))])
    b = placed(tmp_path / "b", [story("p-1", active=even, sites=("south",))])
    out = analysed(tmp_path, a, b)
    together = cohort_of(out)
    assert [p.sites for p in together.patients] == [("north", "south")]
    assert "counted as one person" in together.notes[0]
    apart = cohort_of(out, apart=True)
    assert [p.sites for p in apart.patients] == [("north",), ("south",)]
    assert apart.notes == ()


def test_each_end_of_a_follow_up_is_told_as_what_it_is(tmp_path):
    stop = ENROLLED + timedelta(9)
    stories = [
        story("p-goes-on", active=every_day(ENROLLED, LAST)),
        story("p-stops", active=every_day(ENROLLED, stop)),
        story("p-never", active=()),
        story("p-silent", active=every_day(ENROLLED, stop), heard=stop),
        story("p-leaves", active=every_day(ENROLLED, stop), discharged=stop),
    ]
    found = cohort_of(analysed(tmp_path, placed(tmp_path / "a", stories)))
    told = {one.patient: one for one in followed(found.patients)}
    dropped = {name for name, one in told.items() if one.dropped_out}
    assert dropped == {"p-stops", "p-never"}
    assert {n: one.censored for n, one in told.items() if n not in dropped} == {
        "p-goes-on": "data end",
        "p-silent": "home silent",
        "p-leaves": "discharged",
    }
    # Asked from the day after the enrolment's plan was taken, at the latest.
    assert told["p-stops"].days == pytest.approx(10, abs=1)
    assert told["p-never"].days == 0
    curve = drop_outs(list(told.values()))
    assert (curve.patients, curve.dropped_out, curve.never_began) == (5, 2, 1)
    lost = drop_outs(followed(found.patients, silent_drop_out=True))
    assert lost.dropped_out == 3


def test_a_session_that_cannot_be_analysed_is_a_day_of_therapy_all_the_same(tmp_path):
    days = every_day(ENROLLED, LAST)
    clinic = placed(tmp_path / "a", [story("p-1", active=days), story("p-2", active=days[:3])])
    right = cohort_of(analysed(tmp_path, clinic))
    out = CohortFolder(tmp_path / "without motion")
    # Nothing of these sessions' motion is kept, and nobody asked for what was recorded.
    assert analyse_cohort([clinic], out).faults == len(days) + 3
    found = cohort_of(out)
    assert [one.days for one in found.patients] == [one.days for one in right.patients]
    assert followed(found.patients) == followed(right.patients)
    assert not any(one.ranges for one in found.patients)
    assert f"{len(days) + 3} sessions were not analysed" in found.notes[0]
    # The same before the run came to them.
    for row in out.folder.rglob("*@*.json"):
        row.unlink()
    assert [one.days for one in cohort_of(out).patients] == [one.days for one in right.patients]


def test_a_session_without_any_result_is_told(tmp_path):
    told = story("p-1", active=every_day(ENROLLED, LAST))
    told.facts = [f for f in told.facts if not isinstance(f.body, SessionResult)]
    clinic = placed(tmp_path / "a", [told])
    out = CohortFolder(tmp_path / "cohort")
    analyse_cohort([clinic], out, recorded=True)
    (note,) = (note for note in cohort_of(out).notes if "have no result" in note)
    assert "adherence may come out too low" in note


def test_what_lies_behind_the_last_day_asked_for_is_not_looked_at(tmp_path):
    clinic = placed(tmp_path / "a", [story("p-1", active=every_day(ENROLLED, LAST))])
    until = ENROLLED + timedelta(6)
    (one,) = cohort_of(analysed(tmp_path, clinic), until=until).patients
    assert max(one.days) == one.last_day == until
    assert all(r.day <= until for r in one.ranges)


def test_the_report_says_what_each_figure_was_made_of_and_is_the_same_bytes_again(
    tmp_path, monkeypatch, capsys
):
    days = every_day(ENROLLED, LAST)[::7]
    stories = [
        story(
            f"p-{n}",
            active=days,
            assessed=[(d, 90 + 5 * n + i + n * i / 20) for i, d in enumerate(days)],
        )
        for n in range(5)
    ]
    placed(tmp_path / "a", stories)

    def ripresa(*words):
        monkeypatch.setattr(sys, "argv", ["ripresa", "cohort", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr()

    out = tmp_path / "out"
    code, told = ripresa("analyse", tmp_path / "a", "--out", out, "--recorded", "--workers", 1)
    assert code == 0, told.err
    assert f"{5 * len(days)} sessions" in told.out
    code, told = ripresa("report", out)
    assert code == 0, told.err
    first = (out / "report" / "report.json").read_bytes()
    picture = (out / "report" / "report.png").read_bytes()
    body = json.loads(first)
    assert picture.startswith(b"\x89PNG")
    assert body["as_recorded"] == 5 * len(days)
    for figure in body["figures"].values():
        made = figure["provenance"]
        assert made["core_versions"] == {"1": 5 * len(days)}
        assert len(made["input_hash"]) == 64
        assert made["parameters"]
        assert made["made_by"]["ripresa"]
    (model,) = body["figures"]["change"]["models"]
    assert model["low"] <= 1.1 <= model["high"], "1.1 degrees a week were put in"
    assert ripresa("report", out)[0] == 0
    assert (out / "report" / "report.json").read_bytes() == first
    assert (out / "report" / "report.png").read_bytes() == picture


def test_results_of_several_cores_in_one_cohort_are_told_at_the_head(tmp_path):
    days = every_day(ENROLLED, LAST)[:3]
    out = analysed(tmp_path, placed(tmp_path / "a", [story("p-1", active=days)]))
    assert not cohort_report(cohort_of(out)).head["notes"]
    row = out.rows()[0]
    out.keep(row.name, row.model_copy(update={"core_version": "0"}))
    (note,) = cohort_report(cohort_of(out)).head["notes"]
    assert "core versions 0 (1 sessions), 1 (2 sessions)" in note


def test_a_trial_tells_drawn_weeks_and_what_was_shown_in_them(tmp_path, monkeypatch, capsys):
    days = every_day(ENROLLED, LAST)[::2]
    stories = [story(f"p-{n}", active=days) for n in range(5)]
    told = stories[0]
    shown = variant_of(trial_unit("7", told.patient, days[0]), Mechanism.PRAISE)
    session = next(f.session for f in told.facts if f.session is not None)
    prompt = PromptShown(
        session=session,
        number=90,
        t_ns=at(days[0]),
        mechanism="praise",
        variant=shown,
        language="it",
    )
    unit = trial_unit("7", told.patient, days[0])
    choice = prompt.model_copy(
        update={"number": 91, "mechanism": "choice", "variant": weekly_draw(unit, CHOICE)}
    )
    for position, event in ((9998, prompt), (9999, choice)):
        origin = FactOrigin(own=False, home=told.home, position=position)
        told.facts.append(Fact(origin, event, session))
    out = analysed(tmp_path, placed(tmp_path / "a", stories))
    words = [
        "ripresa",
        "cohort",
        "trial",
        str(out.folder),
        "--seed",
        "7",
        "--json",
        str(tmp_path / "t.json"),
    ]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "praise: full beside deed" in capsys.readouterr().out
    effects = {e["mechanism"]: e for e in json.loads((tmp_path / "t.json").read_text())["effects"]}
    praise = effects["praise"]["arms"]
    assert sum(arm["weeks"] - arm["without_exposure"] for arm in praise) == 1
    assert sum(arm["others_shown"] for arm in praise) == 0
    assert "helper" not in effects, "one variant is no trial"
    offered = effects["choice"]
    assert (offered["reference"], offered["variant"]) == ("given", "offered")
    weeks = {iso_week(day) for day in every_day(ENROLLED, LAST)}
    assert sum(arm["weeks"] + arm["unknown"] for arm in offered["arms"]) == len(weeks)
    assert sum(arm["weeks"] + arm["unknown"] for arm in praise) == 5 * len(weeks)
    assert sum(arm["weeks"] - arm["without_exposure"] for arm in offered["arms"]) == 1
    assert sum(arm["others_shown"] for arm in offered["arms"]) == 0


def playing(name, days, *, played=None, **draws):
    """A person who trains on some days.

    Args:
        days: with a session.
        played: those whose session comes to a game; None: all.
        draws: days on which its home drew, by what.
    """
    told = story(name, active=days)
    opened = [f.body for f in told.facts if isinstance(f.body, SessionOpened)]
    for position, (session, day) in enumerate(zip(opened, days, strict=True)):
        told_of = [what for what, drawn in draws.items() if day in drawn]
        for number, mechanism in enumerate(["scene", *told_of]):
            if played is not None and day not in played:
                continue
            event = PromptShown(
                session=session.session,
                number=90 + number,
                t_ns=at(day),
                mechanism=mechanism,
                variant="offered",
                language="it",
            )
            origin = FactOrigin(own=False, home=told.home, position=9000 + 10 * position + number)
            told.facts.append(Fact(origin, event, session.session))
    return told


def test_a_weekly_draw_counts_whoever_was_drawn_in_that_week_and_nobody_else(tmp_path):
    every = every_day(ENROLLED, LAST)
    weeks = list(dict.fromkeys(iso_week(day) for day in every))

    def days_of(*numbers):
        return [day for day in every if iso_week(day) in {weeks[n] for n in numbers}]

    two, from_third = days_of(0, 1), days_of(*range(2, len(weeks)))
    stories = [
        playing("throughout", every, choice=every, music=every),
        playing("no-trial", every),
        playing("later", every, choice=from_third),
        playing("stopped", two, choice=two),
        playing("ended", every, choice=two),
        playing("cards-only", every, played=two, choice=every),
        playing("never-played", every, played=(), choice=every),
        playing("one-of-several", every, choice=from_third[3:4]),
    ]
    out = analysed(tmp_path, placed(tmp_path / "a", stories))
    counted = {}
    for week in trial_weeks(out, cohort_of(out), "7"):
        if week.mechanism in WEEKLY_DRAWS:
            counted.setdefault((week.patient, week.mechanism), []).append(week.week)
    assert counted == {
        ("throughout", "choice"): weeks,
        ("throughout", "music"): weeks,
        ("later", "choice"): weeks[2:],
        # Who stays away, or comes to no game, stays in what was drawn.
        ("stopped", "choice"): weeks,
        ("cards-only", "choice"): weeks,
        ("ended", "choice"): weeks[:2],
        ("one-of-several", "choice"): weeks[2:3],
    }


def test_a_folder_that_is_no_cohort_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ripresa", "cohort", "report", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "cohort analyse" in capsys.readouterr().err
