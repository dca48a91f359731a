"""The game loop: poll, step, draw, show; and what a person may ask for at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pygame

from games.audio.captions import Captions
from games.audio.hearing import heard_alone, unheard
from games.audio.sound import FEEDBACK
from games.inputs.keys import KeysSource
from games.rules.control import LATE_NS, SILENCE_NS, Signal
from games.rules.mode import Mode
from games.rules.progress import Cue, GamePhase
from games.ui.canvas import HEIGHT, WIDTH, Canvas
from games.ui.dark_screen import DarkScreen
from games.ui.hud import Hud, pill
from games.ui.interlude import Interlude
from games.ui.overlay import banner, on_card
from games.ui.pain_scale import BACK
from games.ui.palette import INK, PAPER
from games.ui.texts import FRAME, said
from telemetry.messages.requests import CalibrateRange, ReportPain, ReportRest, ReportUnwell
from therapy.session.safety import Verdict, judge_pain

from .accompaniment import Accompaniment
from .end_card import EndCard
from .frame_latency import FrameLatency
from .presses import CLOSE_KEYS, MOVES, PRESSES
from .simulation import Simulation
from .telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.inputs.source import ArrivedSample
    from games.rules.play_choice import PlayChoice
    from games.rules.progress import GameEvent
    from telemetry.messages.live import RepetitionCounted
    from telemetry.messages.requests import Request

    from .devices import Devices
    from .game import GameScreen
    from .game_requests import Asks
    from .play_settings import PlaySettings

__all__ = ["Loop"]

UNHEARD_ABOVE = 170
CAPTION = pygame.Rect(290, 64, 700, 78)
CAPTION_IN_LARGE = pygame.Rect(140, 122, 1000, 118)
LARGE_LETTERS = 1.3


class Loop:
    """One game from its first frame to its last.

    Args:
        settings: what is played, how, and when it ends.
        devices: where it is seen, heard and moved.
        asks: where requests go.
        heart: tells the heart rate, where one is worn; shown, and nothing hangs on it.

    Attributes:
        aside: a line of the session's to stand beside the game; empty: none.
        watched: who sees the session now, as it stands on the screen; empty: nobody.
        window_closed: whether it was the window's own close button that stopped the game.
        retest_offered: whether finding today's range again is offered.
    """

    def __init__(
        self,
        settings: PlaySettings,
        devices: Devices,
        asks: Asks,
        *,
        heart: Callable[[], int | None] = lambda: None,
    ) -> None:
        game, look, pace = settings.game, settings.look, devices.pace
        self.simulation = Simulation(game, settings.setting)
        self.latencies = FrameLatency(pace.speed)
        self.mode = Mode.PLAY
        self.aside = self.watched = ""
        self._session_count: tuple[int, int] | None = None
        self.retest_offered = False
        self.frames = 0
        self.samples = 0
        self.counted: list[RepetitionCounted] = []
        self.requested: list[str] = []
        self.stopped_by: str | None = None
        self.window_closed = False
        self.portrait: pygame.Surface | None = None
        self._portrait_due = False
        self._game, self._setting, self._look = game, settings.setting, look
        self._window, self._pace, self._source = devices.window, pace, devices.source
        self._devices = devices
        self._sounds, self._voice = devices.sounds, devices.voice
        self._limits, self._pain_at_check_in = settings.limits, settings.pain_at_check_in
        self._asks, self._stopping, self._heart = asks, settings.stopping, heart
        self._canvas = Canvas(devices.window.picture, look.text_scale)
        self._hud = Hud(look)
        by_ear = heard_alone(look, devices.sounds)
        self._screen: GameScreen = DarkScreen() if by_ear else game.screen(look)
        self._telling = Telling(game, look, devices)
        self._captions = Captions(devices.voice, on=look.captions, speed=pace.speed)
        self._accompaniment = Accompaniment(game, look, settings.setting, devices)
        self._began_ns = pace.now_ns()
        self._end_card = EndCard(settings, devices.voice)
        self._newest: ArrivedSample | None = None
        self._interlude = Interlude(look)
        self._measured = settings.measured
        self._shown: Any = self.simulation.state
        self._screen.backdrop(self._canvas, self._shown)

    def run(self) -> None:
        """Play until the dose is done, the source or the person ends it."""
        told = False
        while self.stopped_by is None:
            self.frame()
            # A session that this is a further screen of has to know what is no dose.
            of_session = self._newest is not None and self._newest.item is not None
            if of_session and self.resting is not told and not self._end_card.open:
                told = self.resting
                self._asks.request(ReportRest(resting=told))
            self._pace.wait(lambda: self._source.waiting)

    def frame(self) -> None:
        """One frame: what waits on no sample is drawn already, so that samples wait little."""
        now_ns = self._pace.now_ns()
        arrivals = self._source.poll(now_ns, self._game.invites(self._shown))
        self._apply(arrivals)
        self._shown = self._now_shown(now_ns)
        self._screen.draw(self._canvas, self._shown)
        self._draw_frame(now_ns)
        self._accompaniment.follow(self._shown, self.mode)
        self._window.show()
        self.latencies.submitted(arrivals, self._pace.now_ns())
        self.frames += 1
        if self._portrait_due:
            self._portrait_due = False
            self.portrait = self._window.picture.copy()
        self._note(self._source.counted())
        for event in pygame.event.get():
            self._handle(event)
        self._wait(now_ns)
        self._consider_end(now_ns)
        self._screen.backdrop(self._canvas, self._shown)

    def counted_by_session(self, done: int, dose: int) -> None:
        """Repetitions done and asked for, as the session counts: its count is shown and obeyed."""
        self._session_count, self._end_card.counted = (done, dose), done
        self.simulation.count(done)

    def press(self, name: str) -> None:
        """What a button or key asks for."""
        if name == "unwell" and self.mode is not Mode.UNWELL:
            self._ask(ReportUnwell())
            self._end(Mode.UNWELL, "end")
        elif name == "pain" and self.mode in (Mode.PLAY, Mode.PAUSED):
            self._stand(Mode.PAIN)
        elif name == "pause" and self.mode in (Mode.PLAY, Mode.PAUSED):
            self._stand(Mode.PAUSED if self.mode is Mode.PLAY else Mode.PLAY)
        elif name == "mute":
            self._devices.toggle_sound()
        elif name == "retest" and self._retest_shown:
            self._ask(CalibrateRange(retest=True))

    def report_pain(self, pain: int) -> Verdict:
        """Pain as answered on the scale: told at once, then judged by the limits.

        The session service judges by the same rule and ends the exercise by itself.
        """
        self._ask(ReportPain(pain=pain))
        verdict = judge_pain(pain, self._limits, at_check_in=self._pain_at_check_in)
        if verdict is Verdict.END_SET:
            self._end(Mode.STOPPED, "end")
            return verdict
        if verdict is Verdict.EASE:
            self.simulation.signal(Signal.EASE)
            self._telling.eased()
        self.mode = Mode.PLAY
        self.stood()
        return verdict

    def stood(self) -> None:
        """Play goes on after something stood over it: what was cut off is no repetition."""
        self.simulation.signal(Signal.STOOD)

    def _answer(self, told: int | str | None) -> None:
        """What was answered on the scale of pain, or pressed on the card to rest on."""
        if isinstance(told, int):
            self.report_pain(told)
        elif told in (BACK, "go_on"):
            self._stand(Mode.PLAY)
        elif told == "end_set":
            self.stopped_by = "closed"
        elif told is not None:
            self.press(told)

    def _stand(self, mode: Mode) -> None:
        """Stand still for an interlude, or play on after it."""
        self._interlude.open(self._pace.now_ns(), from_card=self.mode is Mode.PAUSED)
        self.mode = mode
        if mode is Mode.PLAY:
            self.stood()
        self._sounds.play("pause")

    def _wait(self, now_ns: int) -> None:
        """What comes by waiting, and with scanning by keeping still."""
        control = None if self._newest is None or self._by_keys else self._newest.sample.control
        if self.mode in (Mode.PAIN, Mode.PAUSED):
            self._answer(self._interlude.waited(self.mode, now_ns, control))
        elif self._look.scanning and self.mode is Mode.PLAY and control is not None:
            resting = self._shown.progress.phase is GamePhase.REST
            if self._interlude.rested(control, now_ns, told_to_rest=resting):
                self._stand(Mode.PAUSED)

    def _ask(self, wish: Request) -> None:
        self.requested.append(wish.what)
        self._asks.request(wish)

    def _apply(self, arrivals: list[ArrivedSample]) -> None:
        # Samples of a while ago would move the game to what is over; a burst ends with fresh ones.
        late = bool(arrivals) and self._is_late(arrivals[-1])
        for arrival in arrivals:
            self._newest = arrival
            self.samples += 1
            if late:
                continue
            if self.mode is Mode.PLAY and arrival.calibrated:
                for event in self.simulation.feed(arrival.sample):
                    self._happened(event)
                invited = self._game.invites(self.simulation.state).level
                self._telling.guide(arrival.sample.control, invited)

    def _note(self, counted: list[RepetitionCounted]) -> None:
        """Repetitions as analytics counts them: kept for tracing, and their flags obeyed."""
        self.counted += counted
        if any(repetition.too_fast or repetition.flags for repetition in counted):
            self.simulation.signal(Signal.FLAG)

    def _happened(self, event: GameEvent) -> None:
        self._screen.heard(event)
        name = event.name if isinstance(event, Cue) else event.ending.value
        self._portrait_due |= self._stopping.portrayed and name == self._game.portrait
        self._sounds.play(self._game.sounds.get(name, ""))
        if isinstance(event, Cue) and name in FEEDBACK:
            self._telling.feedback(name)

    def _now_shown(self, now_ns: int) -> Any:
        """The state to draw: looking ahead to now while playing, else as it stands."""
        if self.mode is not Mode.PLAY or self._newest is None:
            return self.simulation.state
        # The newest sample stands for now; what has passed since it came in is looked ahead.
        ahead_ns = now_ns - self._newest.arrived_ns
        return self.simulation.shown(self.simulation.newest_ns + max(0, ahead_ns))

    def _draw_frame(self, now_ns: int) -> None:
        state, language = self._shown, self._look.language
        shown = self._measured and self._newest is not None
        angle = self._newest.angle_deg if shown and self._newest is not None else None
        stands = self._why_it_stands(now_ns)
        rest_s = -(-state.progress.rest_ns // 1_000_000_000)
        told = said(FRAME, stands, language, seconds=rest_s) if stands else ""
        plays = self.mode is Mode.PLAY and not stands
        cue = self._telling.cue(now_ns, state) if plays else ""
        text, urgent = self._telling.says(cue, state)
        self._telling.say(stands or text, told or text, urgent=urgent)
        self._hud.draw(
            self._canvas,
            self._setting,
            state.progress,
            cue,
            angle,
            counted=self._session_count,
            sign=self._telling.sign(cue),
        )
        self._hud.draw_heart(self._canvas, self._heart())
        self._hud.draw_watched(self._canvas, self.watched)
        if self.mode in (Mode.PAIN, Mode.PAUSED):
            self._interlude.draw(self.mode, self._canvas)
        elif self._end_card.open:
            self._end_card.draw(self._canvas, state.progress, measured=not self._by_keys)
            self._hud.draw_buttons(self._canvas)
        elif told:
            banner(self._canvas, told)
        if self.mode is Mode.PLAY:
            if not stands:
                self._draw_caption(now_ns, cue)
            self._draw_beside(stands)

    def _why_it_stands(self, now_ns: int) -> str:
        """Key of the text that tells why the game does not go on; empty while it does."""
        if self.mode is not Mode.PLAY:
            return {Mode.PAUSED: "paused", Mode.PAIN: "how_much"}.get(self.mode, "")
        if self._newest is None:
            return "waiting"
        # Between two frames of half a second no sensor is silent.
        allowed_ns = max(SILENCE_NS, self._newest.frame_ns * 3 // 2)
        if now_ns - self._newest.arrived_ns > allowed_ns:
            return "silent"
        if self._is_late(self._newest):
            return "late"
        if not self._newest.calibrated:
            return "calibrating"
        return "rest" if self._shown.progress.phase is GamePhase.REST else ""

    def _is_late(self, arrival: ArrivedSample) -> bool:
        return arrival.age_ns > LATE_NS * max(1.0, self._pace.speed)

    def _draw_beside(self, stands: str) -> None:
        """What stands beside a game without stopping it."""
        if stands == "waiting" or (self._shown.progress.trials == 0 and self._by_keys):
            # Where a session's sensors count, nothing is offered.
            if self._stopping.with_source or self._by_keys:
                hint = said(FRAME, "keys", self._look.language)
                pill(self._canvas, hint, 26, "midbottom", (WIDTH // 2, HEIGHT - 100))
        elif self.aside and not stands:
            pill(self._canvas, self.aside, 26, "midbottom", (WIDTH // 2, HEIGHT - 100))
        missing = unheard(self._look, self._sounds, self._voice)
        if missing and (self._look.audio_only or self._shown.progress.trials == 0):
            text = said(FRAME, missing, self._look.language)
            pill(self._canvas, text, 26, "midbottom", (WIDTH // 2, HEIGHT - UNHEARD_ABOVE))
        if self._retest_shown and not stands:
            self._hud.draw_retest(self._canvas)

    def _draw_caption(self, now_ns: int, cue: str) -> None:
        """What is spoken, below the cue, where neither rest nor target lies."""
        line = self._captions.line(now_ns, (cue,))
        if line:
            large = self._look.text_scale > LARGE_LETTERS
            place = CAPTION_IN_LARGE if large else CAPTION
            self._canvas.panel(place, INK, alpha=225)
            self._canvas.write_within(line, place.inflate(-36, -12), 32, PAPER)

    @property
    def game(self) -> str:
        """Name of the game that is played."""
        return self._game.name

    @property
    def choices(self) -> tuple[PlayChoice, ...]:
        """What the game let the person choose so far."""
        return () if self._game.choices is None else self._game.choices(self.simulation.state)

    @property
    def resting(self) -> bool:
        """Whether nothing is to be moved now: a rest between sets, a pause, a question."""
        rests = self.simulation.state.progress.phase is GamePhase.REST
        return self.mode is not Mode.PLAY or rests

    @property
    def _retest_shown(self) -> bool:
        return self.retest_offered and self.mode is Mode.PLAY

    @property
    def _by_keys(self) -> bool:
        return isinstance(self._source, KeysSource)

    def _handle(self, event: pygame.event.Event) -> None:
        if event.type == pygame.QUIT:
            self.stopped_by, self.window_closed = "closed", True
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_F11:
            self._window.toggle_full_screen()
        elif event.type == pygame.KEYDOWN:
            self._key(event.key)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self._click(self._window.to_picture(event.pos))
        elif event.type == pygame.MOUSEMOTION and isinstance(self._source, KeysSource):
            y = self._window.to_picture(event.pos)[1]
            if event.rel[1] and y < HEIGHT - 100:
                self._source.point((560 - y) / 400)

    def _key(self, key: int) -> None:
        if self._interlude.takes(self.mode, key):
            self._answer(self._interlude.key(self.mode, key, self._pace.now_ns()))
        elif key in PRESSES:
            self.press(PRESSES[key])
        elif key == pygame.K_SPACE and not self._end_card.open:
            self.press("pause")
        elif (key == pygame.K_ESCAPE and self._end_card.open) or (
            key in CLOSE_KEYS and self._end_card.may_close(self._pace.now_ns())
        ):
            self.stopped_by = "closed"
        elif key == pygame.K_ESCAPE:
            self.press("pause")
        elif key in MOVES:
            self._move_by_key(MOVES[key])

    def _move_by_key(self, direction: int) -> None:
        """Move by keys, 0 by one key alone; where no wearable has come, keys take its place."""
        if self._newest is None and self._stopping.with_source and not self._by_keys:
            self._source = KeysSource(self._setting.up_s, self._setting.down_s)
        if isinstance(self._source, KeysSource):
            self._source.press(direction) if direction else self._source.turn()

    def _click(self, at: tuple[float, float]) -> None:
        if self.mode in (Mode.PAIN, Mode.PAUSED):
            told = self._interlude.click(self.mode, at, self._pace.now_ns())
            self._answer(told)
            if told is not None:
                return
        elif self._end_card.may_close(self._pace.now_ns()) and on_card(at):
            self.stopped_by = "closed"
        name = self._hud.pressed(at, retest=self._retest_shown)
        if name is not None:
            self.press(name)

    def _end(self, mode: Mode, sound: str) -> None:
        self.mode = mode
        progress, now_ns = self.simulation.state.progress, self._pace.now_ns()
        self._end_card.show(mode, progress, now_ns, measured=not self._by_keys)
        self._sounds.play(sound)

    def _consider_end(self, now_ns: int) -> None:
        after_s = self._stopping.after_s
        if self._source.ended and self._stopping.with_source:
            self.stopped_by = self.stopped_by or "source ended"
        elif after_s is not None and now_ns - self._began_ns > after_s * 1e9:
            self.stopped_by = "time"
        elif not self._end_card.open:
            if self.mode is Mode.PLAY and self._dose_done(now_ns):
                self._end(Mode.DONE, "end")
        elif self._end_card.is_over(now_ns):
            self.stopped_by = self.mode.value

    def _dose_done(self, now_ns: int) -> bool:
        """Whether nothing is left: by the rules or, while these stand still, by the session."""
        if self.simulation.state.progress.phase is GamePhase.DONE:
            return True
        if self._session_count is None or self._why_it_stands(now_ns) not in ("late", "silent"):
            return False
        done, dose = self._session_count
        return done >= dose
