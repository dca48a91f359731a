"""Watching live in a real browser: by a home's leave, and six at once."""

import asyncio

import pytest

from axe import bring, violations
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from telemetry.clock import SystemClock
from telemetry.messages import events as ev
from telemetry.messages.events import encode_event
from telemetry.messages.notices import LiveRequest, Receipt
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow


class Group:
    """Eight patients who train at the same moment, some of whose homes may be seen."""

    def __init__(self, pretend, *, by_lease=False, refusing=(), ahead_s=0):
        self.pretend, self.bus, self.refusing = pretend, LocalBus(), refusing
        self.ahead_ns = ahead_s * 10**9
        self.reader, self.clock = pretend.MemoryReader(), SystemClock()
        now_ns = self.clock.now_ns()
        self.sessions = {f"p-0{n}": f"01J0000000000000000000000{n}" for n in range(1, 9)}
        for patient, session in self.sessions.items():
            events = pretend.script(session, t0_ns=now_ns - 20 * 10**9, patient=patient)[:6]
            self.reader.kept_events[session] = events
        self.asked, self.given = [], set()
        self.bus.subscribe(HomeTopics("+", "+").live_request, self.hear)
        self.app = create_app(
            self.reader,
            self.bus,
            plan=pretend.plan_of,
            clock=self.clock,
            site_of=(lambda _patient: "clinic") if by_lease else None,
        )
        self.given = set() if by_lease else set(self.sessions)
        for patient in self.given:
            self.publish(patient)

    def hear(self, message):
        """Answer as homes do."""
        wish = LiveRequest.decode(message.payload)
        self.asked.append((wish.what, wish.patient, wish.session))
        if wish.what != "ask":
            return
        refused = wish.patient in self.refusing
        receipt = Receipt(
            patient=wish.patient,
            what="live",
            id=wish.lease,
            state="refused" if refused else "taken",
            t_ns=0,
            note="no consent" if refused else "",
        )
        self.bus.publish(HomeTopics("clinic", wish.patient).receipt, receipt.encode())
        if not refused:
            self.given.add(wish.patient)
            self.publish(wish.patient)

    def publish(self, patient):
        for event in self.reader.kept_events[self.sessions[patient]]:
            self.bus.publish(HomeTopics("clinic", patient).event, encode_event(event))

    async def move(self):
        """Everybody's arm, at an angle of their own."""
        while True:
            for n, (patient, session) in enumerate(self.sessions.items()):
                if patient not in self.given:
                    continue
                batch = self.pretend.control(14 + n).model_copy(
                    update={"session": session, "t0_ns": self.clock.now_ns() + self.ahead_ns}
                )
                self.bus.publish(
                    HomeTopics("clinic", patient).control, self.pretend.encode_live(batch)
                )
            await asyncio.sleep(0.1)

    def unwell(self, patient):
        session = self.sessions[patient]
        event = ev.UnwellReported(session=session, number=6, t_ns=self.clock.now_ns())
        self.reader.kept_events[session].append(event)
        self.bus.publish(HomeTopics("clinic", patient).event, encode_event(event))


@pytest.fixture
async def grouped(pretend):
    moving = []

    def make(**more):
        found = Group(pretend, **more)
        moving.append(asyncio.create_task(found.move()))
        return found

    yield make
    for task in moving:
        task.cancel()


ROWS = "[...document.querySelectorAll('.group-row')]"


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.nightly)])
async def test_six_train_on_one_page_and_who_is_unwell_comes_first(grouped, chromium, width):
    group = grouped()
    await bring(chromium)
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver = chromium._driver
    await chromium.do(lambda: driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics))
    async with serve(group.app, port=0) as page:
        await chromium.open(f"{page.url}group?lang=en")
        await chromium.until(f"{ROWS}.length === 6")
        await chromium.until("document.body.textContent.includes('and 2 more')")
        await chromium.until(
            f"{ROWS}.every(r => r.querySelector('.group-angle').textContent.endsWith('°'))"
        )
        await chromium.until(
            f"{ROWS}.every(r => r.querySelector('.group-age').textContent.includes('0 s ago'))"
        )
        names = await chromium.ask(f"{ROWS}.map(r => r.dataset.patient)")
        assert set(names) <= set(group.sessions)
        assert await chromium.text(".group-what") == "Arm abduction, right"
        assert "of 20" in await chromium.text(".group-count")
        width_of = "getComputedStyle(document.querySelector('.group-fill')).width"
        assert float((await chromium.ask(width_of)).removesuffix("px")) > 10
        assert await chromium.ask("document.documentElement.scrollWidth") <= width
        assert await violations(chromium) == []
        last = names[-1]
        group.unwell(last)
        await chromium.until(f"{ROWS}[0].dataset.patient === '{last}'")
        assert await chromium.ask(f"{ROWS}[0].querySelector('.pill').textContent") == (
            "Said “I feel unwell”"
        )
        group.given.clear()
        await chromium.until(f"{ROWS}.every(r => r.classList.contains('old'))")


async def test_a_group_is_seen_by_one_press_and_who_refused_is_named(grouped, chromium):
    group = grouped(by_lease=True, refusing={"p-08"})
    async with serve(group.app, port=0) as page:
        await chromium.open(f"{page.url}group?lang=it")
        await chromium.until(f"{ROWS}.filter(r => r.dataset.lease === 'none').length === 6")
        assert group.asked == []
        await chromium.ask("document.getElementById('ask-all').click()")
        await chromium.until(f"{ROWS}.filter(r => r.dataset.lease === 'given').length === 5")
        refused = f"{ROWS}.find(r => r.dataset.patient === 'p-08')"
        await chromium.until(f"{refused}.dataset.lease === 'refused'")
        assert "non è stato dato il consenso" in await chromium.ask(f"{refused}.textContent")
        await chromium.open("about:blank")
        async with asyncio.timeout(10):
            while sum(what == "end" for what, *_ in group.asked) < 5:
                await asyncio.sleep(0.05)


async def test_whoever_is_unwell_beyond_the_six_rows_is_told(grouped, chromium):
    group = grouped(by_lease=True)
    async with serve(group.app, port=0) as page:
        await chromium.open(f"{page.url}group?lang=en")
        await chromium.until(f"{ROWS}.length === 6")
        shown = await chromium.ask(f"{ROWS}.map(r => r.dataset.patient)")
        beyond = next(p for p in group.sessions if p not in shown)
        assert await chromium.ask("document.querySelector('.line-lost').hidden")
        group.unwell(beyond)
        await chromium.until(f"document.querySelector('.line-lost a')?.textContent === {beyond!r}")
        assert await violations(chromium) == []


OTHER = "01J00000000000000000000009"
SESSIONS_SEEN = """(() => {
  window.seen = [];
  new MutationObserver(() => {
    const now = document.body.dataset.session;
    if (now && now !== window.seen.at(-1)) window.seen.push(now);
  }).observe(document.body, { attributes: true });
})()"""


async def test_samples_that_stop_are_told_as_old_whatever_the_homes_clock_says(grouped, chromium):
    group = grouped(ahead_s=3600)
    async with serve(group.app, port=0) as page:
        await chromium.open(f"{page.url}live/p-03?lang=en")
        await chromium.until(
            "document.querySelector('.sample-age')?.textContent === 'last sample 0 s ago'"
        )
        assert not await chromium.ask("document.querySelector('.dial-box').matches('.old')")
        group.given.clear()
        await chromium.until("document.querySelector('.dial-box').matches('.old')")
        await chromium.until(
            "document.querySelector('.sample-age').textContent === 'last sample 3 s ago'"
        )


async def test_a_session_is_seen_after_a_press_and_the_page_says_when_it_is_over(
    grouped, pretend, chromium
):
    group = grouped(by_lease=True)
    async with serve(group.app, port=0) as page:
        await chromium.open(f"{page.url}live/p-03?lang=en")
        await chromium.until("document.querySelector('.lease')?.dataset.lease === 'none'")
        assert await chromium.ask("document.querySelector('.banner').hidden")
        assert group.asked == []
        # One of the same person's that never closed, of which nobody gave leave to see anything.
        for event in pretend.script(OTHER, patient="p-03")[:6]:
            group.bus.publish(HomeTopics("clinic", "p-03").event, encode_event(event))
        await chromium.ask(SESSIONS_SEEN)
        await chromium.ask("document.querySelector('.lease .wide').click()")
        await chromium.until("document.querySelector('#angle').textContent.endsWith('°')")
        assert await chromium.ask("window.seen") == [group.sessions["p-03"]]
        assert group.asked[0] == ("ask", "p-03", group.sessions["p-03"])
        await chromium.ask("document.querySelector('.lease .plain-button').click()")
        await chromium.until("document.querySelector('.lease').dataset.lease === 'over'")
        async with asyncio.timeout(10):
            while ("end", "p-03", group.sessions["p-03"]) not in group.asked:
                await asyncio.sleep(0.05)
