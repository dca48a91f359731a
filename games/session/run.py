"""Runs the screens of a session in one window, from check-in to the last card.

Wiring. The session service (or anything that drives therapy's `advance`) stands behind
`ShownSession`: `state` is its newest state, `request` hands it a request. `run_session` shows
therapy's `screen_of(state)`, lets the plan's game be played where therapy says `Play`, and
returns when the last card was closed:

    run_session(view, ScreenSettings(look=Look(language="it")), source=link, clock=clock)

The view may live on another thread than the window (an asyncio service beside a main-thread
window): only `state` is read and only `request` is called.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from games.engine.devices import devices_for
from games.engine.frame_latency import FrameLatency
from games.engine.game import game_named
from games.engine.loop import Loop
from games.engine.pace import ClockPace
from games.engine.play_settings import PlaySettings, Stopping
from games.inputs.keys import KeysSource
from games.orto.levels import ChoiceStanding, ChosenInSession
from games.persuasion.questionnaire import ITEMS
from games.persuasion.session_prompts import Told
from games.rules.control import Invitation, Signal
from games.rules.play_choice import PLAY_CHOICE, choice_variant
from games.rules.setting import setting_for
from games.ui.texts import FRAME, said
from telemetry.messages.events import CloseReason, StopReason
from telemetry.messages.requests import (
    CloseSession,
    EndExercise,
    NotePrompt,
    ReportBreathlessness,
    ReportEffort,
)
from therapy.session.alignment import AlignmentPhase
from therapy.session.screens import (
    AlignSensor,
    Ask,
    Assess,
    Closed,
    FindRange,
    Play,
    Ready,
    SessionScreen,
    screen_of,
)
from therapy.session.session_state import SessionStage

from .desk import PageDesk
from .letter_page import letter_page, told_read
from .measured_pages import MeasuredPages
from .own_pages import (
    breath_page,
    effort_page,
    opening_page,
    questionnaire_page,
    resume_page,
)
from .page import Begin, Leave, Mark, Page, Pick, Read, SeeMeasured, Stay
from .rest_telling import RestTelling
from .session_texts import SESSION
from .surveys.survey_turn import SurveyTurn
from .therapy_pages import page_of
from .watch_telling import WatchTelling
from .way.journey_turn import JourneyTurn
from .way.way_steps import SeeWay

if TYPE_CHECKING:
    from games.engine.devices import Devices
    from games.inputs.source import ControlSource
    from games.persuasion.prompts import Prompt
    from games.rules.play_choice import PlayChoice
    from telemetry.clock import Clock
    from therapy.session.screens import SessionScreen
    from therapy.session.session_state import SessionState

    from .letter_page import Letter
    from .page import Choice
    from .shown_session import ScreenSettings, ShownSession

__all__ = ["SessionScreens", "run_session"]

NOTICE_NS = 10_000_000_000


class SessionScreens:
    """Shows a session, frame by frame.

    Args:
        view: the session.
        devices: where it is seen, heard and moved.
        settings: look, games, prompts.
    """

    def __init__(self, view: ShownSession, devices: Devices, settings: ScreenSettings) -> None:
        self.levels = dict(settings.levels)
        self._standing = ChoiceStanding.kept_in(settings.levels)
        self._choices: list[PlayChoice] = []
        self._choices_told = 0
        self.finished = False
        self.in_game = False
        self.latencies = FrameLatency(devices.pace.speed)
        self._view, self._devices, self._settings = view, devices, settings
        self._window, self._pace, self._source = devices.window, devices.pace, devices.source
        self._look = JourneyTurn.looked(settings.look, settings.journey)
        self._sounds, self._voice = devices.sounds, devices.voice
        self._five_minutes = settings.five_minutes
        self._prompts = settings.prompts
        self._opening = [] if settings.prompts is None else settings.prompts(Told())
        self._closing: list[Prompt] | None = None
        self._resuming = settings.resumed
        self._begun = False
        self._read: set[str] = set()
        self._desk = PageDesk(
            devices.window,
            self._look,
            chosen=self._chosen,
            request=view.request,
            closed=self._closed,
            say=devices.voice.say,
            mute=devices.toggle_sound,
            now_ns=devices.pace.now_ns(),
        )
        self._loop: Loop | None = None
        self._loop_item = ""
        self._control: float | None = None
        self._asked: set[tuple[str, str]] = set()
        self._survey = SurveyTurn(settings.survey, settings.look.language)
        self._questionnaire = settings.questionnaire
        self._asking: list[str] = []
        self._marks: dict[str, int] = {}
        self._measured = MeasuredPages(settings.found, settings.look.language)
        self._played: list[tuple[int, int]] = []
        self._eased = False
        self._began_ns = 0
        self._dose = 0
        self._rest = RestTelling(view.request)
        self._way = JourneyTurn(
            settings.journey,
            settings.look,
            view.request,
            free_game=self._leaves_a_game,
            progress=settings.progress,
            postcards=settings.postcards,
        )
        self._watch = WatchTelling(settings.look, settings.watched_by, devices.voice.say)

    @property
    def page(self) -> Page:
        """The page that is seen now."""
        return self._desk.top

    def run(self) -> None:
        """Show until the last card is closed."""
        while not self.finished:
            self.frame()
            self._pace.wait(lambda: self._source.waiting)

    def frame(self) -> None:
        """One frame of whatever is on."""
        state = self._view.state
        screen = None if state is None else screen_of(state)
        was_in_game, self.in_game = self.in_game, False
        if not isinstance(screen, Play) or screen.item.known.test:
            self._leave_game()
        elif self._due(screen) is None:
            self.in_game = True
            self._play_frame(screen, state, returned=not was_in_game)
            return
        self._page_frame(screen, state)

    def _due(self, screen: Play) -> Literal["effort", "breath"] | None:
        """What is to be asked now, half-way through the item; None: nothing."""
        item = screen.item.id
        if screen.ask_effort and (item, "effort") not in self._asked:
            return "effort"
        return "breath" if screen.ask_breath and (item, "breath") not in self._asked else None

    def _play_frame(self, screen: Play, state: SessionState | None, *, returned: bool) -> None:
        loop = self._loop
        if loop is not None and returned:
            loop.stood()
        if loop is None or self._loop_item != screen.item.id:
            loop = self._loop = self._new_loop(screen, state)
            self._loop_item = screen.item.id
            self._eased, self._choices_told = False, 0
        if screen.signal == "ease" and not self._eased:
            self._eased = True
            loop.simulation.signal(Signal.EASE)
        loop.aside = self._aside(screen)
        loop.retest_offered = screen.retest_offered
        loop.watched = self._watch.line(self._pace.now_ns())
        if screen.item.asked.unit == "repetitions":
            loop.counted_by_session(round(screen.done), self._dose)
        going_on = loop.stopped_by is None
        loop.frame()
        self._tell_choices(loop)
        self._rest.tell(state, self._pace.now_ns(), resting=loop.resting)
        self.levels[screen.item.id] = loop.simulation.state.progress.level
        if loop.window_closed:
            self._closed()
        elif going_on and loop.stopped_by in ("done", "closed"):
            # The game stays on the screen until the session has taken its end.
            short = screen.item.asked.unit == "repetitions" and round(screen.done) < self._dose
            done = loop.stopped_by == "done" and not short
            reason = StopReason.DONE if done else StopReason.OTHER
            self._view.request(EndExercise(reason=reason))

    def _new_loop(self, screen: Play, state: SessionState | None) -> Loop:
        limits = state.plan.limits if state is not None else None
        if state is None or limits is None:
            raise RuntimeError("a game without a session")
        setting = setting_for(
            screen.item,
            limits,
            seed=self._settings.seed,
            level=self.levels.get(screen.item.id, 0.3),
            choice_level=self._standing.level,
            held_back=not screen.may_get_harder and screen.signal is not None,
            five_minutes=self._five_minutes,
            left=screen.dose - screen.done,
            before=screen.done,
        )
        self._dose = round(screen.done) + setting.dose
        if isinstance(self._source, KeysSource):
            self._source.pace(setting.up_s, setting.down_s)
        self._began_ns = self._pace.now_ns()
        self._way.told_scene()
        settings = PlaySettings(
            game=game_named(screen.item.game or self._way.game_or(self._settings.default_game)),
            setting=setting,
            look=self._look,
            limits=limits,
            pain_at_check_in=state.pain_in,
            stopping=Stopping(with_source=False),
            reaches=self._settings.reaches,
            measured=screen.measured,
        )
        loop = Loop(settings, self._devices, self._view, heart=self._view.heart_bpm)
        language = self._look.language
        spoken = [screen.item.known.cue, screen.breathe]
        self._voice.say(" ".join(words.text(language) for words in spoken if words is not None))
        return loop

    def _aside(self, screen: Play) -> str:
        """What stands beside a game: first that today's range is smaller, then to breathe out."""
        shown_ns = self._pace.now_ns() - self._began_ns
        first = screen.notice if shown_ns < NOTICE_NS else None
        words = first or screen.breathe
        return "" if words is None else words.text(self._look.language)

    def _told(self) -> Told:
        if isinstance(self._source, KeysSource):
            return Told(closing=True)  # nothing was seen that could be praised
        counted = self._counted()
        trials = sum(trials for _, trials in self._played)
        trials = trials if counted is None else min(trials, counted)
        full = min(sum(full for full, _ in self._played), trials)
        return Told(closing=True, trials=trials, full=full)

    def _counted(self) -> int | None:
        """Repetitions as the session counts them; None where it counts minutes."""
        state = self._view.state
        if state is None or any(e.item.asked.unit != "repetitions" for e in state.agenda):
            return None
        return round(sum(done for _, done in state.totals))

    def _leaves_a_game(self) -> bool:
        """Whether the plan leaves the game of some exercise to the person."""
        state = self._view.state
        return state is not None and any(entry.item.game is None for entry in state.agenda)

    def _leave_game(self) -> None:
        if self._loop is not None:
            state = self._loop.simulation.state
            self._played.append(state.progress.complete(state.setting))
            self._remember_choices(self._loop)
        self._loop, self._loop_item = None, ""

    def _tell_choices(self, loop: Loop) -> None:
        """Each choice made in the game is written down as it is made."""
        for choice in loop.choices[self._choices_told :]:
            self._choices_told += 1
            variant = choice_variant(loop.game, choice)
            language = self._look.language
            self._view.request(
                NotePrompt(mechanism=PLAY_CHOICE, variant=variant, language=language)
            )

    def _remember_choices(self, loop: Loop) -> None:
        """What was chosen in all of the session's games decides the next session's level."""
        self._choices += loop.choices
        if self._choices:
            right = sum(choice.right for choice in self._choices)
            chosen = ChosenInSession(len(self._choices), right)
            self.levels |= self._standing.after(chosen).kept()

    def _page_frame(self, screen: SessionScreen | None, state: SessionState | None) -> None:
        now_ns = self._pace.now_ns()
        moving = isinstance(screen, FindRange | Assess)
        arrivals = self._source.poll(now_ns, Invitation(1.0 if moving else 0.0))
        self._source.counted()
        if arrivals:
            self._control = arrivals[-1].sample.control
        measuring = isinstance(screen, AlignSensor) and screen.phase is not AlignmentPhase.WAITING
        # Only who chose scanning chooses by motion, and never while asked to move.
        by_keys = isinstance(self._source, KeysSource)
        choosing = self._look.scanning and not (moving or measuring or by_keys)
        self._desk.show(self._page(screen), now_ns, self._control if choosing else None)
        asked = moving and not self._desk.covered
        self._rest.tell(state, now_ns, resting=not asked)
        self._devices.music.sound(quiet=True)
        take = self._settings.takes.get(screen.item.exercise) if isinstance(screen, Ready) else None
        shown_s = self._desk.shown_s(now_ns)
        self._desk.draw(now_ns, take.at(shown_s) if take else self._control if moving else None)
        watched = self._watch.line(now_ns)
        if not isinstance(screen, Closed):
            self._desk.draw_buttons(self._view.heart_bpm())
        self._desk.draw_watched(watched)
        self._window.show()
        self.latencies.submitted(arrivals, self._pace.now_ns())

    def _page(self, screen: SessionScreen | None) -> Page:  # noqa: PLR0911 - one case a page
        language = self._look.language
        if screen is None:
            return Page(SESSION["waiting"][language])
        if (asked := self._survey.page) is not None:
            return asked
        if self._asking:
            return questionnaire_page(self._asking[0], language)
        if (first := self._first_page(screen)) is not None:
            return first
        if isinstance(screen, Play) and self._due(screen) is not None:
            return effort_page(language) if self._due(screen) == "effort" else breath_page(language)
        state = self._view.state
        page = page_of(screen, language, back=state is not None and bool(state.answered))
        if isinstance(screen, Closed):
            return self._last_page(page, screen)
        if isinstance(screen, Ask) and screen.question.at == "out":
            self._choose_last_words()
        return page

    def _first_page(self, screen: SessionScreen) -> Page | None:
        """What stands before the check-in, one after the other; None: nothing any more."""
        language = self._look.language
        if self._resuming:
            return resume_page(language)
        if (letter := self._letter()) is not None:
            return letter_page(letter, language)
        if not isinstance(screen, Closed) and (way := self._way.page) is not None:
            return way
        return self._way.opening(opening_page(self._opening, language)) if self._opening else None

    def _letter(self) -> Letter | None:
        """The therapist's oldest message that was not read; none once the session has begun."""
        if self._begun:
            return None
        return next((x for x in self._settings.letters() if x.message not in self._read), None)

    def _last_page(self, page: Page, screen: Closed) -> Page:
        """The last card: what was done, who reads it, and whether the clinic is silent."""
        language, spoken = self._look.language, page.spoken
        lines = [prompt.text for prompt in self._closing or ()]
        if screen.reason in (CloseReason.UNWELL, CloseReason.PAIN):
            lines.insert(0, said(FRAME, f"told_to.{self._settings.reaches}", language))
        if isinstance(self._source, KeysSource):
            lines.insert(0, SESSION["by_keys"][language])
        if self._settings.clinic_silent():
            lines.insert(0, SESSION["clinic_silent"][language])
            spoken = f"{spoken} {lines[0]}"
        last = self._measured.after(replace(page, lines=tuple(lines), spoken=spoken))
        return self._way.after(last)

    def _choose_last_words(self) -> None:
        """What the last card will say, chosen and logged while the session is still open."""
        if self._closing is None and self._prompts is not None:
            self._closing = self._prompts(self._told())
            self._log(self._closing)

    def _chosen(self, choice: Choice) -> None:
        self._sounds.play("soft")
        match choice.asks:
            case Mark():
                self._marked(choice.asks)
            case Leave():
                self._left()
            case Pick() as picked:
                self._survey.picked(picked)
                self.finished = self._survey.page is None
            case Begin() if self._resuming:
                self._resuming = False
            case Read(message=message):
                self._read.add(message)
                self._view.request(told_read(message, self._look.language))
            case Begin(five_minutes=five_minutes):
                self._begun = True
                self._five_minutes |= five_minutes
                self._log(self._opening)
                self._opening = []
            case SeeWay() | SeeMeasured() as seen:
                self._turn_to(seen)
            case Stay():
                pass
            case wish:
                self._resuming, self._begun = False, True
                state = self._view.state
                if isinstance(wish, ReportEffort | ReportBreathlessness) and state is not None:
                    kind = "effort" if isinstance(wish, ReportEffort) else "breath"
                    self._asked.add((state.current.item.id, kind))
                self._view.request(wish)

    def _turn_to(self, seen: SeeWay | SeeMeasured) -> None:
        """A page beside the session: the way's, or what was measured."""
        if isinstance(seen, SeeWay):
            self._way.took(seen)
        else:
            self._measured.turned_to = seen.page

    def _left(self) -> None:
        """The last card was read: the map follows, then one survey, never two."""
        state = self._view.state
        unwell = state is not None and state.reason is CloseReason.UNWELL
        if not unwell and self._way.closes():
            return
        if self._survey.begin():
            return
        self._asking = list(ITEMS) if self._questionnaire is not None else []
        self.finished = not self._asking

    def _marked(self, marked: Mark) -> None:
        """One statement marked or skipped; after the last one the answer is handed over."""
        if marked.mark is not None:
            self._marks[marked.item] = marked.mark
        self._asking.pop(0)
        if not self._asking:
            if self._questionnaire is not None and self._marks:
                self._questionnaire(self._marks)
            self.finished = True

    def _log(self, prompts: list[Prompt]) -> None:
        """Each prompt with its variant, so that its effect can be tested."""
        for prompt in prompts:
            self._view.request(prompt.logged(self._look.language))

    def _closed(self) -> None:
        """The window is gone: nobody is left to answer the check-out that closing leads to."""
        state = self._view.state
        if state is None or not state.closed:
            if state is not None and state.stage is not SessionStage.CHECK_OUT:
                self._view.request(CloseSession())
            self._view.request(CloseSession())
        self.finished = True


def run_session(
    view: ShownSession,
    settings: ScreenSettings,
    *,
    source: ControlSource,
    clock: Clock,
    headless: bool = False,
) -> dict[str, float]:
    """Show a whole session in a window of its own.

    Returns:
        The difficulty by item id, to begin the next session with.

    Raises:
        ConfigurationError: there is no display.
    """
    with devices_for(
        settings.look, ClockPace(clock), source, title="Ripresa", headless=headless
    ) as devices:
        screens = SessionScreens(view, devices, settings)
        screens.run()
        return screens.levels
