"""From the page's editor to the journal and the outbox: the same as from the command line."""

import json
from datetime import timedelta

import pytest

from clinic_facts import MONDAY
from dashboards.plans import plan_editor
from ingest.rights.audit import AuditKey
from ingest.rights.erasure import carry_out, erase_from_journal, steps_here
from ingest.stores.table import folders_erased
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.outbox import Outbox
from telemetry.errors import StoreFull
from telemetry.messages.care import PlanAnswered, PlanPublished, PlanSigned
from therapy.plan.limits import Limits
from therapy.templates import catalogue
from therapy.templates.plan_draft import PlanDraft
from therapy.templates.template import PlanTemplate
from therapy_builders import item, plan
from written_plans import PATIENT, Writer, WritingClinic, version_one


@pytest.fixture
def clinic(tmp_path):
    found = WritingClinic(tmp_path, version_one())
    yield found
    found.journal.close()


def texts(view):
    draft = view["draft"]
    unticked = [f"To be ticked: {c['text']['en']}" for c in draft["clearances"] if not c["ticked"]]
    return [one["en"] for one in draft["obstacles"]] + unticked


async def test_a_template_becomes_a_signed_plan_and_goes_out(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.begin("copd", "left")
        assert {c["id"]: c["ticked"] for c in view["draft"]["clearances"]} == {
            "oxygen": False,
            "standing": False,
        }
        refused = await anna.say("sign", revision=view["draft"]["revision"])
        assert refused.status_code == 409
        assert "To be ticked" in refused.json()["detail"]["en"]
        assert "Da spuntare" in refused.json()["detail"]["it"]
        view = await anna.ticked(view)
        assert texts(view) == []
        view = await anna.done("sign", revision=view["draft"]["revision"])
        assert view["draft"] is None
        assert [(v["version"], v["state"], v["signed_by"]) for v in view["versions"]] == [
            (1, "taken", None),
            (2, "signed", "anna"),
        ]
        assert not [r for r in clinic.records() if isinstance(r, PlanPublished) and r.version == 2]
        view = await anna.publish(2)
    assert view["versions"][1]["state"] == "published"
    assert view["versions"][1]["signed_ms"] == clinic.clock.now_ns() / 1e6
    assert [c["en"] for c in view["versions"][1]["cleared"]] == [
        "The clinic's rule on oxygen during exercise was told and is written down",
        "Cleared to rise and to stand at home without the clinician",
    ]
    signed = next(r for r in clinic.records() if isinstance(r, PlanSigned))
    assert (signed.by, signed.template, signed.cleared) == ("anna", "copd", ("oxygen", "standing"))
    kept = clinic.plans.version(PATIENT, 2)
    assert signed.digest == kept.digest()
    assert kept.limits.cleared_for_standing
    assert kept.valid_from == MONDAY


async def test_what_the_page_writes_is_what_the_command_line_writes(clinic, tmp_path):
    """One plan, signed and sent by the page at one clinic, and by the desk of another."""
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        view = await anna.done("sign", revision=view["draft"]["revision"])
        await anna.publish(2)
    kept = clinic.plans.version(PATIENT, 2)
    other = WritingClinic(tmp_path / "other", version_one())
    other.plans.add(kept)
    desk = CareDesk(other.journal, other.folder, other.clock)
    desk.sign(kept, "anna", template="stroke-arm")
    desk.publish(kept, "clinic")
    assert clinic.records() == other.records()
    letters = [Outbox(one.folder.outbox).letters() for one in (clinic, other)]
    assert letters[0] == letters[1]
    other.journal.close()


@pytest.mark.parametrize(
    ("told", "comes"),
    [
        ({"at": "21:30:00"}, False),
        ({"at": "20:00:00"}, False),
        ({"at": "21:30:00", "on": False}, True),
        ({"at": "21:30:00", "quiet_from": "22:00:00"}, True),
        ({"at": "07:00:00"}, True),
    ],
    ids=str,
)
async def test_a_reminder_that_never_comes_is_not_signed(clinic, told, comes):
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        persuasion = view["draft"]["body"].get("persuasion") or {}
        reminders = (persuasion.get("reminders") or {}) | told
        view = await anna.write(view, persuasion=persuasion | {"reminders": reminders})
        said = [one for one in texts(view) if "never comes" in one]
        answer = await anna.say("sign", revision=view["draft"]["revision"])
    assert (not said) is comes
    assert (answer.status_code == 200) is comes


async def test_a_draft_is_no_plan(clinic):
    before = clinic.records()
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        await anna.write(view, goal="le scale")
        page = (await anna.get(f"/api/patients/{PATIENT}")).json()
    assert clinic.records() == before
    assert clinic.plans.versions(PATIENT) == []
    assert page["plan_version"] == 1
    assert [v["version"] for v in page["versions"]] == [1]
    assert page["may_edit_plan"] is True


async def test_what_changes_and_what_the_week_comes_to_is_told(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.done("start", source="version", version=1)
        assert view["draft"]["body"]["goal"] == "le tazze"
        assert [c["place"] for c in view["draft"]["changes"]] == ["valid_from"]
        items = view["draft"]["body"]["items"]
        items[0] |= {"dose": {"sets": 1, "repetitions": 10}, "schedule": {"times_per_week": 3}}
        view = await anna.write(view, items=items)
    changes = {c["place"]: (c["before"], c["after"]) for c in view["draft"]["changes"]}
    assert changes["items.abduction.dose.sets"] == (2, 1)
    assert view["draft"]["week_before"]["repetitions"] == 140
    assert view["draft"]["week"]["repetitions"] == 30
    assert view["draft"]["week"]["minutes"] < view["draft"]["week_before"]["minutes"]


async def test_an_exercise_that_goes_on_under_a_templates_name_is_no_new_one(tmp_path):
    bend = item(id="bend", exercise="elbow-bend", dose={"sets": 1, "repetitions": 15})
    turn = item(id="turn", exercise="forearm-turn", side="left")
    alone = WritingClinic(tmp_path, plan(bend, turn, patient=PATIENT, valid_from="2023-01-01"))
    async with Writer(alone.app()) as anna:
        view = await anna.begin("stroke-arm", "right")
    alone.journal.close()
    told = {c["place"]: c for c in view["draft"]["changes"]}
    assert "items.bend" not in told, "the same exercise at the same side"
    assert told["items.bend.dose.repetitions"]["before"] == 15
    assert told["items.bend.dose.repetitions"]["exercise"] == "elbow-bend"
    assert told["items.turn"]["after"] is None
    turned = [c for c in told.values() if c["exercise"] == "forearm-turn"]
    assert sorted(c["side"] for c in turned) == ["left", "right"], "another side is another one"


async def test_mistakes_are_the_plan_files_own_with_their_place(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        items = view["draft"]["body"]["items"]
        items[0]["dose"] = {"sets": 2, "repetitions": 999}
        items[3]["limit_deg"] = 400
        view = await anna.write(view, items=items, agreed_days_a_week=9)
        assert {p["path"] for p in view["draft"]["problems"]} == {
            "items.0.dose.repetitions",
            "items.3.limit_deg",
            "agreed_days_a_week",
        }
        assert view["draft"]["week"] is None
        refused = await anna.say("sign", revision=view["draft"]["revision"])
    assert refused.status_code == 409
    assert clinic.plans.versions(PATIENT) == []


async def test_a_tick_stands_for_what_it_was_given_for(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.ticked(await anna.begin("osteoarthritis"))
        assert texts(view) == []
        items = view["draft"]["body"]["items"]
        more = [*items, {"id": "walk", "exercise": "walk", "side": "right"}]
        view = await anna.write(view, items=more, cleared=["standing"])
        assert texts(view)[0].startswith("To be ticked: Cleared to rise and to stand")
        view = await anna.write(view, items=more, cleared=["standing"])
        view = await anna.write(view, items=items[:2], cleared=["standing"])
        assert texts(view) == [], "of fewer exercises it still holds"
        view = await anna.write(view, items=items[:1], cleared=["standing"])
    assert view["draft"]["clearances"] == []


async def test_standing_in_a_body_clears_nothing(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.begin("low-back")
        view = await anna.write(view, limits={"cleared_for_standing": True})
        assert texts(view)
        assert (await anna.say("sign", revision=view["draft"]["revision"])).status_code == 409


async def test_a_template_whose_exercise_is_gone_cannot_be_signed_and_says_which(
    clinic, monkeypatch
):
    body = catalogue.template_named("wrist-fracture").model_dump(mode="json")
    body["items"][0]["exercise"] = "levitation"
    lacking = PlanTemplate.model_validate(body)
    monkeypatch.setattr(plan_editor, "template_named", lambda _name: lacking)
    async with Writer(clinic.app()) as anna:
        view = await anna.ticked(await anna.begin("wrist-fracture"))
        assert len(view["draft"]["body"]["items"]) == 2
        assert any("levitation" in told for told in texts(view))
        assert (await anna.say("sign", revision=view["draft"]["revision"])).status_code == 409


async def test_two_who_write_one_draft_never_overwrite_each_other(clinic):
    app = clinic.app()
    async with Writer(app) as anna, Writer(app, by="bruno") as bruno:
        view = await anna.begin()
        seen = (await bruno.get(bruno.place)).json()
        await anna.write(view, goal="le scale")
        draft = seen["draft"]
        late = await bruno.say("draft", revision=draft["revision"], body={"goal": "x"}, cleared=[])
        assert late.status_code == 409
        assert "Somebody else has changed this draft" in late.json()["detail"]["en"]
        again = await bruno.say("start", source="empty")
        assert again.status_code == 409
        view = (await bruno.get(bruno.place)).json()
    assert view["draft"]["body"]["goal"] == "le scale"
    assert view["draft"]["by"] == "anna"


async def test_a_version_that_came_meanwhile_is_said_and_looked_at_before_signing(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        clinic.desk.publish(plan(item(), version=2, valid_from=MONDAY.isoformat()), "clinic")
        view = (await anna.get(anna.place)).json()
        assert (view["draft"]["based_on"], view["draft"]["newest"]) == (1, 2)
        told = texts(view)
        assert any("Version 2 has come meanwhile" in one for one in told)
        assert any("give it a later valid_from" in one for one in told)
        revision = view["draft"]["revision"]
        assert (await anna.say("sign", revision=revision)).status_code == 409
        assert (await anna.say("look", revision=revision, newest=1)).status_code == 409
        view = await anna.done("look", revision=revision, newest=2)
        assert view["draft"]["body"]["valid_from"] == (MONDAY + timedelta(days=1)).isoformat()
        view = await anna.done("sign", revision=view["draft"]["revision"])
        await anna.publish(3)
    assert [v["version"] for v in view["versions"]] == [1, 2, 3]


async def test_of_two_versions_that_were_signed_the_older_is_not_sent_after_the_newer(clinic):
    async with Writer(clinic.app()) as anna:
        for _ in range(2):
            view = await anna.begin()
            first = (MONDAY + timedelta(days=view["newest"])).isoformat()
            view = await anna.write(view, valid_from=first)
            view = await anna.done("sign", revision=view["draft"]["revision"])
        await anna.publish(3)
        late = await anna.post(f"{anna.place}/send", json={"version": 2})
    assert late.status_code == 409
    assert "published already" in late.json()["detail"]["en"]


async def test_only_what_is_signed_is_sent(clinic):
    clinic.plans.add(plan(item(), version=2, valid_from=MONDAY.isoformat()))
    async with Writer(clinic.app()) as anna:
        view = (await anna.get(anna.place)).json()
        assert view["imported"] == [2]
        assert (await anna.post(f"{anna.place}/send", json={"version": 2})).status_code == 409
        assert (await anna.post(f"{anna.place}/send", json={"version": 7})).status_code == 404
        draft = (await anna.done("start", source="version", version=2))["draft"]
    assert draft["based_on"] == 2


async def test_a_patient_who_has_no_plan_yet_gets_one(tmp_path):
    clinic = WritingClinic(tmp_path)
    async with Writer(clinic.app()) as anna:
        view = await anna.begin("wrist-fracture")
        assert (view["in_force"], view["newest"]) == (None, 0)
        assert view["draft"]["changes"] == []
        view = await anna.ticked(view)
        view = await anna.done("sign", revision=view["draft"]["revision"])
        view = await anna.publish(1)
    assert view["versions"][0]["state"] == "published"
    clinic.journal.close()


async def test_nobody_can_write_for_a_patient_who_is_not_there(clinic):
    async with Writer(clinic.app(), patient="p-9") as anna:
        for what, body in {
            "start": {"source": "empty"},
            "draft": {"revision": 1, "body": {}},
            "sign": {"revision": 1},
            "discard": {"revision": 1},
        }.items():
            assert (await anna.say(what, **body)).status_code == 404, what
    assert not clinic.folder.drafts.exists()


async def test_what_cannot_be_in_a_plan_is_refused_before_it_is_kept(clinic):
    deep: dict = {}
    for _ in range(40):
        deep = {"a": deep}
    bodies = (
        json.dumps({"x": deep}),
        '{"x": NaN}',
        '{"x": "\\ud800"}',
        json.dumps({"x": "y" * 70_000}),
    )
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        for body in bodies:
            whole = f'{{"revision": {view["draft"]["revision"]}, "body": {body}}}'
            answer = await anna.post(
                f"{anna.place}/draft",
                content=whole,
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == 422, body[:60]
            assert "this is no plan" in answer.json()["detail"]["en"]
        assert (await anna.get(anna.place)).json()["draft"]["revision"] == 1


async def test_a_full_disk_is_said_and_the_draft_stays_as_it_was(clinic, monkeypatch):
    def full(_path, _content):
        raise StoreFull("no room")

    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        monkeypatch.setattr("ripresa.plans.draft_folder.write_atomically", full)
        body = view["draft"]["body"] | {"goal": "x"}
        answer = await anna.say("draft", revision=1, body=body)
        assert answer.status_code == 503
    assert clinic.drafts.draft(PATIENT).revision == 1


async def test_a_draft_goes_with_its_patient(clinic):
    key = AuditKey.at(clinic.folder.audit_key)
    folders = folders_erased(clinic.folder)
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        told = {"actor": "x", "ground": "asked", "now_ns": clinic.clock.now_ns()}
        erase_from_journal(clinic.journal, key, PATIENT, folders=folders, **told)
        carry_out(clinic.journal, PATIENT, steps_here(clinic.journal, PATIENT, folders))
        assert list(clinic.folder.drafts.iterdir()) == []
        late = await anna.say("draft", revision=1, body=view["draft"]["body"])
    assert late.status_code == 404
    assert list(clinic.folder.drafts.iterdir()) == []


async def test_a_draft_can_be_thrown_away(clinic):
    async with Writer(clinic.app()) as anna:
        await anna.begin()
        view = await anna.done("discard", revision=1)
    assert view["draft"] is None
    assert list(clinic.folder.drafts.iterdir()) == []


async def test_each_exercise_with_a_drawing_shows_it(clinic):
    async with Writer(clinic.app()) as anna:
        library = (await anna.get("/api/plan-library")).json()
        drawn = {}
        for known in library["exercises"]:
            for posture in known["postures"]:
                answer = await anna.get(f"/drawings/{known['exercise']}/{posture}.svg")
                drawn[known["exercise"], posture] = answer.status_code
        answer = await anna.get("/drawings/walk/standing.svg")
        moves = await anna.get("/drawings/walk/standing/moving.svg")
        nothing = await anna.get("/drawings/walk/supine.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["cache-control"] == "max-age=86400"
    assert nothing.status_code == 404
    assert "<animate" in moves.text
    assert "<animate" not in answer.text
    assert {name for (name, _), status in drawn.items() if status == 404} == {
        "pendulum",
        "internal-rotation",
        "trapezius-extension",
        "upright-row",
    }
    assert len(library["templates"]) == 12


async def test_a_change_of_a_signed_version_asks_for_its_templates_clearances_again(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.ticked(await anna.begin("heart-failure", "left"))
        await anna.done("sign", revision=view["draft"]["revision"])
        view = await anna.done("start", source="version", version=2)
        assert view["draft"]["template"] == "heart-failure"
        assert {c["id"]: c["ticked"] for c in view["draft"]["clearances"]} == {
            "cardiologist": False,
            "standing": False,
        }
        refused = await anna.say("sign", revision=view["draft"]["revision"])
        assert refused.status_code == 409


async def test_a_template_keeps_the_limits_of_a_version_that_counts_from_later_on(clinic):
    """Sent today for next week: no version in force has them yet."""
    later = version_one().model_copy(
        update={
            "version": 2,
            "valid_from": MONDAY + timedelta(days=7),
            "limits": Limits(pain_stop=3, pain_amber=2, effort_stop=3),
        }
    )
    clinic.plans.add(later)
    clinic.desk.publish(later, "clinic")
    async with Writer(clinic.app()) as anna:
        view = await anna.begin("heart-failure", "left")
    limits = view["draft"]["body"]["limits"]
    assert (limits["pain_stop"], limits["pain_amber"], limits["effort_stop"]) == (3, 2, 3)


async def test_why_a_version_is_not_sent_is_told_in_either_language(clinic):
    async with Writer(clinic.app()) as anna:
        view = await anna.begin()
        await anna.done("sign", revision=view["draft"]["revision"])
        later = version_one().model_copy(update={"version": 3, "valid_from": MONDAY})
        clinic.desk.publish(later, "clinic")
        refused = await anna.post(f"{anna.place}/send", json={"version": 2})
    assert refused.status_code == 409
    told = refused.json()["detail"]
    assert "would come after a later one" in told["en"]
    assert "verrebbe dopo una più nuova" in told["it"]


def answered(clinic, version, state, note=""):
    told = PlanAnswered(
        patient=PATIENT,
        t_ns=clinic.clock.now_ns(),
        home_ns=clinic.clock.now_ns(),
        version=version,
        state=state,
        note=note,
    )
    clinic.care.note([told])


async def sent(anna, template, side="right", **changed):
    view = await anna.begin(template, side)
    return await sent_on(anna, await anna.write(view, **changed) if changed else view)


async def sent_on(anna, view):
    view = await anna.ticked(view)
    version = view["draft"]["newest"] + 1
    await anna.done("sign", revision=view["draft"]["revision"])
    await anna.publish(version)
    return version


async def test_a_version_that_the_home_refused_keeps_no_day_and_can_be_corrected_at_once(clinic):
    async with Writer(clinic.app()) as anna:
        version = await sent(anna, "stroke-arm")
        taken = await anna.begin()
        assert taken["draft"]["body"]["valid_from"] > MONDAY.isoformat()
        await anna.done("discard", revision=taken["draft"]["revision"])
        answered(clinic, version, "refused", "no room on the disk")
        corrected = await sent(anna, "stroke-arm", goal="le scale")
        found = (await anna.get(anna.place)).json()["versions"]
    assert corrected == version + 1
    assert [(v["version"], v["state"]) for v in found[-2:]] == [
        (version, "refused"),
        (corrected, "published"),
    ]
    assert clinic.plans.version(PATIENT, corrected).valid_from == MONDAY


@pytest.mark.parametrize(
    ("first", "then", "still"),
    [
        ("heart-failure", "copd", {"cardiologist", "oxygen"}),
        ("wrist-fracture", "stroke-arm", {"release"}),
        ("cancer-fatigue", "copd", {"bone", "counts", "neuropathy", "oxygen"}),
    ],
)
async def test_what_an_earlier_template_asked_of_the_person_is_asked_on_after_a_change(
    clinic, first, then, still
):
    async with Writer(clinic.app()) as anna:
        version = await sent(anna, first, "left")
        answered(clinic, version, "taken")
        await clinic.clock.advance(timedelta(days=1).total_seconds())
        view = await anna.begin(then, "left")
        asked = {c["id"] for c in view["draft"]["clearances"]}
        assert still <= asked
        assert not any(c["ticked"] for c in view["draft"]["clearances"])
        again = await sent_on(anna, view)
        answered(clinic, again, "taken")
        await clinic.clock.advance(timedelta(days=1).total_seconds())
        empty = await anna.done("start", source="empty")
    own = {c["id"] for c in empty["draft"]["clearances"]}
    assert {one for one in still if one != "neuropathy"} <= own, "and on, over a third draft"


@pytest.mark.parametrize(
    "then", ["an older version", "a version by file", "one that came meanwhile"]
)
async def test_what_was_asked_of_the_person_is_asked_on_whichever_version_a_draft_begins_from(
    clinic, then
):
    async with Writer(clinic.app()) as anna:
        version = await sent(anna, "heart-failure", "left")
        answered(clinic, version, "taken")
        await clinic.clock.advance(timedelta(days=1).total_seconds())
        later = (MONDAY + timedelta(days=1)).isoformat()
        if then == "a version by file":
            clinic.desk.publish(plan(item(), version=version + 1, valid_from=later), "clinic")
        number = version + 1 if then == "a version by file" else 1
        view = await anna.done("start", source="version", version=number)
        if then == "one that came meanwhile":
            one = PlanDraft.model_validate_json(draft_of(clinic).read_bytes())
            early = one.model_copy(update={"cleared_before": ()})
            draft_of(clinic).write_text(early.model_dump_json())
            clinic.desk.publish(plan(item(), version=version + 1, valid_from=later), "clinic")
            view = await anna.done("look", revision=one.revision, newest=version + 1)
        assert {c["id"]: c["ticked"] for c in view["draft"]["clearances"]} == {
            "cardiologist": False
        }
        assert (await anna.say("sign", revision=view["draft"]["revision"])).status_code == 409


def draft_of(clinic):
    return clinic.folder.drafts / f"{PATIENT}.json"


async def test_what_a_template_kept_as_it_is_stricter_is_marked_until_it_is_changed(clinic):
    strict = plan(
        item(id="raise", exercise="forward-arm-raise", limit_deg=70, placements=[]),
        patient=PATIENT,
        version=2,
        valid_from=MONDAY + timedelta(days=1),
        limits={"pain_stop": 3, "pain_amber": 2, "lost_s": 300, "silent_s": 2},
    )
    clinic.plans.add(strict)
    clinic.desk.publish(strict, "clinic")
    async with Writer(clinic.app()) as anna:
        view = await anna.begin("stroke-arm", "right")
        draft = view["draft"]
        rows = [i["exercise"] for i in draft["body"]["items"]]
        limit = f"items.{rows.index('forward-arm-raise')}.limit_deg"
        assert {"limits.pain_stop", limit} <= set(draft["kept"])
        assert "limits.session_cap_min" not in draft["kept"]
        assert draft["body"]["limits"]["lost_s"] == 300
        assert not [k for k in draft["kept"] if k in ("limits.lost_s", "limits.silent_s")], (
            "a longer wait is kept, but is no stricter"
        )
        assert draft["kept_from"] == 2
        body = draft["body"]
        body["items"][rows.index("forward-arm-raise")]["limit_deg"] = 60
        view = await anna.write(view, items=body["items"])
        assert limit not in view["draft"]["kept"]


async def test_a_draft_from_a_template_without_a_version_before_keeps_nothing(tmp_path):
    alone = WritingClinic(tmp_path / "alone")
    async with Writer(alone.app()) as anna:
        view = await anna.begin("stroke-arm", "right")
    assert (view["draft"]["kept"], view["draft"]["kept_from"]) == ([], None)
    alone.journal.close()
