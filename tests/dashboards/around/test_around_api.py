"""What stands around a plan: each deed says who and when, each is taken back by a later one."""

import pytest

from dashboards.access.entrance import declared_actions
from dashboards.access.principal import Action, Role
from dashboards.around.treatment_port import TakeSession
from games.rules.take import Take
from ingest.rights.consent import Consent
from ingest.transfer.intake import Bar
from refusals import assert_told_in_both
from telemetry.messages.notices import Receipt

BASE = "/api/patients/p-1/around"
DAY = "2023-11-10"


async def posted(web, path, **body):
    answer = await web.post(f"{BASE}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


ADVERSE = {"day": DAY, "what": "dizzy", "severity": "mild", "relation": "possible"}
COVER = {"to": "bruno", "first": DAY, "last": "2023-11-20"}
DEEDS = {
    "messages": ({"text": "Bravo."}, "letters"),
    "excused": ({"first": DAY, "last": DAY, "why": "holiday"}, "excused"),
    "corrected": (
        {"day": DAY, "item": "abduction", "amount": 12, "note": "no sensor"},
        "corrected",
    ),
    "episode": ({"precautions": "below 120°", "review": DAY}, "episode"),
    "sensors": ({"returned": True}, "sensors"),
    "adverse": (ADVERSE, "harms"),
    "hand-over": (COVER, "hand_over"),
    "carer": ({"role": "partner", "agreed": True, "day": DAY}, "carers"),
    "consent": ({"what": "motion", "given": True, "day": DAY}, "consents"),
    "questionnaire": ({"instrument": "own-goal", "day": DAY, "answers": [4]}, "filled"),
    "discharge": ({"summary": "done", "keeps_doing": "walks"}, "discharge"),
}


@pytest.mark.parametrize("path", DEEDS)
async def test_each_deed_stands_on_the_page_with_who_and_when(scene, path):
    body, place = DEEDS[path]
    async with scene.web("anna") as web:
        before = (await web.get(BASE)).json()
        assert not before[place]
        found = (await posted(web, path, **body))[place]
    one = found[0] if isinstance(found, list) else found
    assert one["by"] == "anna"
    assert one["t_ms"] == scene.clock.now_ns() / 1e6
    assert ("anna", "treat") in await scene.audited("p-1")


async def taken_back(scene, web, path, back, place, **more):
    await posted(web, path, **DEEDS[path][0])
    await scene.clock.advance(60)
    found = (await web.get(BASE)).json()[place]
    one = found[0] if isinstance(found, list) else found
    return await posted(web, back.format(**one), **{k: one.get(v, v) for k, v in more.items()})


async def test_what_was_said_is_taken_back_by_a_later_word_and_stays_readable(scene):
    async with scene.web("anna") as web:
        view = await taken_back(
            scene, web, "adverse", "adverse/withdraw", "harms", event="event", why="not them"
        )
        assert view["harms"][0]["withdrawn"]["by"] == "anna"
        assert view["harms"][0]["what"] == "dizzy"
        view = await taken_back(
            scene, web, "questionnaire", "questionnaire/withdraw", "filled", filled="filled"
        )
        assert view["filled"] == []
        view = await taken_back(scene, web, "messages", "messages/{message}/withdraw", "letters")
        assert view["letters"][0]["state"] == "withdrawn"
        view = await taken_back(scene, web, "discharge", "reopen", "discharge")
        assert view["discharge"] is None
        await posted(web, "hand-over", **COVER)
        view = await posted(web, "take-over")
        assert view["hand_over"]["taken"]["by"] == "anna"
        await scene.clock.advance(60)
        assert (await posted(web, "hand-over", **COVER, lifted=True))["hand_over"] is None
        view = await posted(web, "excused", first=DAY, last=DAY, why="holiday", lifted=True)
        assert scene.care.figures("p-1").days[view_day(DAY)].state != "excused"


def view_day(text):
    from datetime import date

    return date.fromisoformat(text)


async def test_of_two_who_write_the_episode_the_later_takes_nothing_that_they_have_not_seen(scene):
    first = {"precautions": "Osteoporosi.", "seen_ms": 0}
    async with scene.web("anna") as anna, scene.web("bea") as bea:
        seen_ms = (await posted(anna, "episode", **first))["episode"]["t_ms"]
        await scene.clock.advance(60)
        refused = await bea.post(f"{BASE}/episode", json={"referral": "GP", "seen_ms": 0})
        assert refused.status_code == 409
        assert "anna has written something else" in refused.json()["detail"]["en"]
        both = {"precautions": "Osteoporosi.", "referral": "GP", "seen_ms": seen_ms}
        found = (await posted(bea, "episode", **both))["episode"]
    assert (found["precautions"], found["referral"], found["by"]) == ("Osteoporosi.", "GP", "bea")


async def test_a_message_goes_out_and_an_unlocking_too(scene):
    async with scene.web("anna") as web:
        await posted(web, "messages", text="Bravo.")
        view = await posted(web, "standing")
        assert view["standing"]["last"]["by"] == "anna"
        letters = {x.what: x for x in scene.outbox.letters("p-1")}
        assert letters["message"].notice.text_it == "Bravo."
        command = letters["command"].notice
        assert (command.what, command.value["actor"]) == ("unlock", "anna")
        assert ("anna", "unlock standing") in await scene.audited("p-1")
        await posted(web, "standing", lifted=True)
    letters = {x.what: x for x in scene.outbox.letters("p-1")}
    assert letters["command"].notice.what == "lock"


async def test_a_review_that_is_due_stands_on_the_worklist_and_a_substitute_is_named(scene):
    async with scene.web("anna") as web:
        await posted(web, "episode", precautions="below 120°", review=DAY)
        await posted(web, "hand-over", **COVER)
        (line,) = (await web.get("/api/patients")).json()["patients"]
        page = (await web.get("/api/patients/p-1")).json()
    assert line["group"] == "waiting"
    assert "review" in [reason["kind"] for reason in line["reasons"]]
    assert line["stand_in"] == {"to": "bruno", "last": "2023-11-20", "taken": False}
    assert (page["precautions"], page["review"], page["review_due"]) == ("below 120°", DAY, True)


async def test_only_those_whom_somebody_stands_in_for_are_listed_on_wish(scene):
    async with scene.web("anna") as web:
        before = (await web.get("/api/patients", params={"covered": True})).json()
        await posted(web, "hand-over", **COVER)
        after = (await web.get("/api/patients", params={"covered": True})).json()
    assert (before["patients"], before["covered"], before["found"]) == ([], 0, 0)
    assert ([p["patient"] for p in after["patients"]], after["covered"]) == (["p-1"], 1)


async def test_a_carer_who_helps_no_more_can_be_taken_back(scene):
    told = {"role": "partner", "agreed": True, "day": DAY, "note": "in the evening"}
    async with scene.web("anna") as web:
        (one,) = (await posted(web, "carer", **told))["carers"]
        gone = await posted(web, "carer", carer=one["carer"], **told, lifted=True)
        back = await posted(web, "carer", carer=one["carer"], **told, lifted=False)
    assert [c["lifted"] for c in gone["carers"]] == [True]
    assert [(c["lifted"], c["note"]) for c in back["carers"]] == [(False, "in the evening")]


OWN = "01J00000000000000000000011"
FOREIGN = "01J00000000000000000000012"


def hold_own_sessions(scene, monkeypatch):
    """Two sessions were held on the clinic's machine: one's own, and another site's patient's."""
    items = (("own-abduction", "arm-abduction"), ("bend", "elbow-bend"))
    held = [
        TakeSession(session=OWN, patient="anna-own", opened_ns=1, items=items, known=False),
        TakeSession(session=FOREIGN, patient="p-2", opened_ns=2, items=items, known=True),
    ]
    monkeypatch.setattr(scene.treatment._own, "sessions", lambda: held)
    monkeypatch.setattr(
        scene.treatment._own,
        "take",
        lambda _session, _item: Take((0.0, 1.0, 2.0), (0.0, 1.0, 0.0)),
    )


async def test_a_take_of_ones_own_session_is_sent_with_the_plan_and_taken_back(scene, monkeypatch):
    hold_own_sessions(scene, monkeypatch)
    told = {"item": "abduction", "session": OWN, "own_item": "own-abduction"}
    async with scene.web("anna") as web:
        before = (await web.get(BASE)).json()["takes"]
        offered = (await web.get(f"{BASE}/own-takes")).json()["sessions"]
        view = await posted(web, "takes", **told)
        (letter,) = [x for x in scene.outbox.letters("p-1") if x.what == "plan"]
        gone = await posted(web, "takes/withdraw", item="abduction")
        (after,) = [x for x in scene.outbox.letters("p-1") if x.what == "plan"]
    assert [(one["item"], one["take"]) for one in before] == [("abduction", None)]
    assert [one["session"] for one in offered] == [OWN]
    (take,) = [one["take"] for one in view["takes"]]
    assert (take["by"], take["version"]) == ("anna", 1)
    assert take["t_ms"] == scene.clock.now_ns() / 1e6
    assert (take["curve"][0], take["curve"][-1]) == ([0, 0], [2, 0])
    assert view["takes_at_home"] == "waiting"
    assert [curve.exercise for curve in letter.notice.takes] == ["arm-abduction"]
    assert gone["takes"][0]["take"] is None
    assert after.notice.takes == ()
    assert ("anna", "treat") in await scene.audited("p-1")


@pytest.mark.parametrize(
    "told",
    [
        {"session": FOREIGN},
        {"session": "01J00000000000000000000013"},
        {"own_item": "no-such-item"},
        {"item": "no-such-item"},
    ],
)
async def test_a_take_is_made_of_nobody_elses_session(scene, monkeypatch, told):
    hold_own_sessions(scene, monkeypatch)
    form = {"item": "abduction", "session": OWN, "own_item": "own-abduction"} | told
    async with scene.web("anna") as web:
        answer = await web.post(f"{BASE}/takes", json=form)
        view = (await web.get(BASE)).json()
    assert answer.status_code == 409
    assert_told_in_both(answer)
    assert [one["take"] for one in view["takes"]] == [None]


async def test_sessions_that_cannot_be_read_are_not_told_as_none(scene):
    scene.folder.home_journal.parent.mkdir(exist_ok=True)
    async with scene.web("anna") as web:
        none = (await web.get(f"{BASE}/own-takes")).json()
        scene.folder.home_journal.write_bytes(b"no journal" * 500)
        shut = (await web.get(f"{BASE}/own-takes")).json()
    assert none == {"sessions": []}
    assert shut == {"sessions": None}


def test_every_way_to_say_something_is_for_those_who_treat(scene):
    declared = [
        (path, action)
        for path, action in declared_actions(scene.app().routes)
        if "/around/" in path
    ]
    assert len(declared) == len(DEEDS) + 9
    assert {action for _, action in declared} == {Action.TREAT}


@pytest.mark.parametrize("path", ["messages", "standing", "adverse"])
async def test_who_may_not_is_refused_and_that_is_audited(scene, path):
    body = DEEDS.get(path, ({}, ""))[0]
    async with scene.web("anna", csrf=False) as web:
        assert (await web.post(f"{BASE}/{path}", json=body)).status_code == 403
    async with scene.web("rita", roles=(Role.RESEARCHER,)) as web:
        assert (await web.get(BASE)).json()["may_write"] is False
        assert (await web.post(f"{BASE}/{path}", json=body)).status_code == 403
    async with scene.web("otto", sites=("other",)) as web:
        assert (await web.get(BASE)).status_code == 404
        assert (await web.post(f"{BASE}/{path}", json=body)).status_code == 404
    async with scene.web() as web:
        assert (await web.post(f"{BASE}/{path}", json=body)).status_code in (401, 403)
    refused = [actor for actor, action in await scene.audited("p-1") if "refused" in action]
    assert {"rita", "otto"} <= set(refused)
    assert scene.care.figures("p-1").around == scene.care.figures("p-2").around, "nothing was said"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", {"text": ""}),
        ("messages", {"text": "x" * 281}),
        ("messages", {"text": "a\x00b"}),
        ("excused", {"first": DAY, "last": "2023-11-01", "why": "holiday"}),
        ("corrected", {"day": DAY, "item": "no-such-item", "amount": 1, "note": "x"}),
        ("corrected", {"day": DAY, "item": "abduction", "amount": -1, "note": "x"}),
        ("adverse", ADVERSE | {"severity": "quite bad"}),
        ("adverse/withdraw", {"event": "01J00000000000000000000001", "why": "x"}),
        ("messages/01J00000000000000000000001/withdraw", {}),
        ("questionnaire", {"instrument": "CAT", "day": DAY, "answers": [9] * 8}),
        ("questionnaire", {"instrument": "CAT", "day": DAY, "answers": [1]}),
        ("questionnaire", {"instrument": "made up", "day": DAY, "answers": [1]}),
        ("hand-over", COVER | {"last": "2023-11-01"}),
        ("take-over", {}),
        ("reopen", {}),
    ],
)
async def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(scene, path, body):
    async with scene.web("anna") as web:
        answer = await web.post(f"{BASE}/{path}", json=body)
        assert answer.status_code in (409, 422)
        assert "Traceback" not in answer.text
        empty = await web.get(BASE)
    assert not any(empty.json()[place] for _, place in DEEDS.values())


async def test_motion_withdrawn_is_barred_at_once_and_waits_for_the_home(scene):
    def consent(found):
        return [(c["given"], c["at_home"]) for c in found["consents"] if c["what"] == "motion"]

    def done():
        (letter,) = scene.outbox.letters("p-1")
        scene.outbox.answer(
            Receipt(patient="p-1", what="command", id=letter.id, state="done", t_ns=1)
        )
        return letter.notice.what

    bars = Consent(scene.journal, scene.key)
    body = {"what": "motion", "day": DAY}
    async with scene.web("anna") as web:
        assert consent(await posted(web, "consent", **body, given=False)) == [(False, "waiting")]
        assert bars.barred("", "p-1") is Bar.MOTION
        assert done() == "keep motion"
        assert consent((await web.get(BASE)).json()) == [(False, "done")]
        assert consent(await posted(web, "consent", **body, given=True)) == [(True, "waiting")]
        assert bars.barred("", "p-1") is None
        assert done() == "send motion"
        assert consent((await web.get(BASE)).json()) == [(True, "done")]
    assert [a for _, a in await scene.audited("p-1") if "no motion" in a] == [
        "no motion",
        "no motion lifted",
    ]
