"""A patient on one page: what, when, by which version of the plan, checked on whom.

The page is drawn from the same view as the one on the screen, so it can say nothing else.
"""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING, Final

from dashboards.views.words import percent, whole
from telemetry.errors import ConfigurationError
from therapy.plan.schedule import WEEKDAYS

from .report_words import DAY_SIGNS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboards.views.exercise_row import ExerciseRow
    from dashboards.views.field_test_view import FieldTestPoint
    from dashboards.views.patient_view import AlertView, DayView, PatientView
    from dashboards.views.plan_view import PlanView
    from dashboards.views.trend_view import TrendView
    from dashboards.views.words import Words
    from therapy.wording import Language

__all__ = ["report_html", "report_pdf"]

MOST_ALERTS: Final = 4
MOST_HAPPENED: Final = 5
_DAYS_IT: Final = ("lun", "mar", "mer", "gio", "ven", "sab", "dom")
_STYLE: Final = """
@page { size: A4; margin: 14mm 14mm 16mm; @bottom-center { content: "WATERMARK · "
  counter(page) "/" counter(pages); font: 8pt sans-serif; color: #14262e; } }
body { font: 8.6pt/1.32 "DejaVu Sans", "Noto Sans", sans-serif; color: #14262e; margin: 0; }
.mark { position: fixed; top: 115mm; left: 0; width: 182mm; text-align: center; font-size: 25pt;
  color: #0b4f6c; opacity: 0.09; transform: rotate(-32deg); }
h1 { font-size: 15pt; margin: 0; } h2 { font-size: 9.5pt; margin: 2.6mm 0 0.8mm; color: #0b4f6c; }
p { margin: 0.4mm 0; } .quiet { color: #4a5b63; }
table { border-collapse: collapse; width: 100%; } ul { margin: 0; padding-left: 4mm; }
th { text-align: left; font-weight: 600; color: #4a5b63; }
th, td { border-bottom: 0.2mm solid #c9c3b2; padding: 0.6mm 2mm 0.6mm 0; vertical-align: top; }
.days td, .days th { text-align: center; border: 0.2mm solid #c9c3b2; padding: 0.5mm; }
.days { width: 105mm; } .days small { color: #4a5b63; }
"""


def report_pdf(view: PatientView, language: Language) -> bytes:
    """The report as PDF; nothing is fetched for it.

    Raises:
        ConfigurationError: what makes it is not installed.
    """
    try:
        import weasyprint  # noqa: PLC0415 - an extra, and slow to import
    except (ImportError, OSError) as e:
        raise ConfigurationError(
            f"a PDF needs weasyprint and the system's Pango ({e}): "
            "pip install 'ripresa[report]', or print the patient's page"
        ) from e
    found: bytes = weasyprint.HTML(string=report_html(view, language)).write_pdf()
    return found


def report_html(view: PatientView, language: Language) -> str:
    """The report as one HTML page, without script and without anything from elsewhere."""
    say = _Saying(language)
    parts = [
        _head(view, say),
        _precautions(view, say),
        _since(view, say),
        _days(view, say),
        _exercises(view.exercises, say),
        _ranges(view.trends, say),
        _tests(view, say),
        _pain(view, say),
        _alerts(view.alerts, say),
        f"<p class='quiet'>{say('validated')}</p>",
    ]
    mark = say("watermark")
    style = _STYLE.replace("WATERMARK", mark)
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        f"<title>{escape(view.patient)}</title><style>{style}</style></head>"
        f"<body><div class='mark'>{mark}</div>{''.join(parts)}</body></html>"
    )


class _Saying:
    """The texts of one language, safe to stand in HTML."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return escape(TEXTS[key].text(self.language).format(**values))

    def both(self, told: Words | None) -> str:
        """One of the view's own texts."""
        return "" if told is None else escape(told.it if self.language == "it" else told.en)


def _head(view: PatientView, say: _Saying) -> str:
    version = next((v for v in view.versions if v.version == view.plan_version), None)
    plan = say("no_plan") if version is None else say("plan", n=version.version)
    if version is not None and version.signed_by:
        plan += f", {say('signed', by=version.signed_by)}"
    span = say("span", first=view.days[0].day, last=view.today)
    summary = say.both(view.summary).replace("\n", "<br>")
    return (
        f"<h1>{escape(view.patient)}</h1><p>{say('title')}, {span} · "
        f"{say(f'state_{view.state}')} · {plan} · "
        f"{say('printed', day=view.today)}</p><p class='quiet'>{summary}</p>"
    )


def _section(title: str, body: str) -> str:
    return f"<h2>{title}</h2>{body}" if body else ""


def _lines(lines: Iterable[str]) -> str:
    told = "".join(f"<li>{line}</li>" for line in lines)
    return f"<ul>{told}</ul>" if told else ""


def _precautions(view: PatientView, say: _Saying) -> str:
    """What somebody wrote down to mind comes first, also where no plan is in force."""
    plan, told = view.plan, []
    if view.precautions:
        told.append(f"<b>{escape(view.precautions)}</b>")
    if view.review is not None:
        due = f" ({say('review_due')})" if view.review_due else ""
        told.append(f"{say('review', day=view.review)}{due}")
    if plan is not None:
        told += [_limits(plan, say), *_minded(plan, say)]
        if plan.goal:
            told.append(f"{say('goal')}: «{escape(plan.goal)}»")
    return _section(say("precautions"), "".join(f"<p>{line}</p>" for line in told))


def _limits(plan: PlanView, say: _Saying) -> str:
    standing = say("cleared" if plan.cleared_for_standing else "not_cleared")
    if plan.fall_locked_since is not None:
        standing = say("fall_locked", day=plan.fall_locked_since)
    return say("limits", pain=plan.pain_stop, effort=f"{plan.effort_stop:g}", standing=standing)


def _minded(plan: PlanView, say: _Saying) -> list[str]:
    """What the plan says to mind beside pain, effort and standing, on one line."""
    told = []
    if plan.breathlessness_stop is not None:
        told.append(say("breath", n=f"{plan.breathlessness_stop:g}"))
    if plan.zero_forbidden:
        told.append(say("zero_forbidden"))
    told += [
        f"{say.both(item.called)}: {say('at_most', deg=f'{item.limit_deg:g}')}"
        for item in plan.items
        if item.limit_deg is not None
    ]
    if plan.stop_questions:
        asked = " · ".join(say.both(question) for question in plan.stop_questions)
        told.append(f"{say('stop_questions')}: {asked}")
    return ["; ".join(told)] if told else []


def _since(view: PatientView, say: _Saying) -> str:
    happened = [f"{one.day}: {say(one.kind)}" for one in view.since.happened]
    more = len(happened) - MOST_HAPPENED
    told = happened[:MOST_HAPPENED] + ([say("more", n=more)] if more > 0 else [])
    contact = view.since.contact
    spoke = say("no_contact")
    if contact is not None:
        how = say(f"action_{contact.action}")
        spoke = say("contact", day=contact.day, action=how, by=contact.by)
    if contact is None or view.since.cut:
        # Of what was before, nothing is looked at here.
        spoke += f" {say('shown_from', day=view.since.since)}"
    return _section(say("since"), f"<p>{spoke}</p>" + (_lines(told) or f"<p>{say('nothing')}</p>"))


def _days(view: PatientView, say: _Saying) -> str:
    names = _DAYS_IT if say.language == "it" else WEEKDAYS
    head = "".join(f"<th>{name}</th>" for name in names)
    weeks = [view.days[at : at + 7] for at in range(0, len(view.days), 7)]
    rows = "".join(f"<tr>{''.join(map(_day, week))}</tr>" for week in weeks)
    shares = {name: getattr(view.period, name) for name in ("sessions", "dose", "range", "quality")}
    period = {
        name: say("unknown") if share is None else f"{percent(share)}%"
        for name, share in shares.items()
    }
    table = f"<table class='days'><tr>{head}</tr>{rows}</table><p class='quiet'>{say('signs')}</p>"
    return _section(say("days"), table + f"<p>{say('adherence')}: {say('parts', **period)}</p>")


def _day(day: DayView) -> str:
    sign = DAY_SIGNS.get(day.state, "")
    dose = "" if day.dose is None or day.state == "missed" else f"{percent(day.dose)}%"
    return f"<td><small>{date.fromisoformat(day.day).day}</small> {sign}{dose}</td>"


def _exercises(rows: Sequence[ExerciseRow], say: _Saying) -> str:
    names = ("exercise", "done_asked", "correct", "incorrect", "not_judged", "attempts", "stopped")
    head = "".join(f"<th>{say(name)}</th>" for name in names)
    body = "".join(
        f"<tr><td>{say.both(r.called)}</td>"
        f"<td>{_done(r, say)}</td>"
        f"<td>{r.correct}</td><td>{r.incorrect}</td><td>{r.not_judged}</td><td>{r.attempts}</td>"
        f"<td>{_stopped(r, say)}</td></tr>"
        for r in rows
    )
    return _section(say("exercises"), f"<table><tr>{head}</tr>{body}</table>") if rows else ""


def _done(row: ExerciseRow, say: _Saying) -> str:
    """As the page rounds it; what was told and no sensor saw stands beside it."""
    asked = "" if row.asked is None else f" / {whole(row.asked)}"
    reported = f" + {say('reported', n=whole(row.reported))}" if row.reported else ""
    return f"{whole(row.done)}{asked}{say(row.unit)}{reported}"


def _stopped(row: ExerciseRow, say: _Saying) -> str:
    return ", ".join(f"{say('reason_' + why)} {n}×" for why, n in row.stopped.items()) or "–"


def _ranges(trends: Sequence[TrendView], say: _Saying) -> str:
    return _section(say("ranges"), _lines(_range(trend, say) for trend in trends))


def _range(trend: TrendView, say: _Saying) -> str:
    last, change = trend.points[-1], trend.change
    told = [say("last_peak", day=last.day, deg=whole(last.peaks.median_deg))]
    if change is None:
        told.append(say("few"))
    else:
        told.append(
            say(
                "change",
                before=whole(change.baseline_deg),
                now=whole(change.recent_deg),
                error=whole(change.threshold_deg),
                beyond=say("beyond" if change.beyond_error else "within"),
            )
        )
        if change.core_versions:
            told.append(say("several_cores", versions=", ".join(change.core_versions)))
    if trend.target_deg is not None:
        told.append(say("target", deg=f"{trend.target_deg:g}"))
    if trend.other_side is not None:
        other = trend.other_side
        told.append(say("other_side", day=other.day, deg=whole(other.median_deg)))
    if trend.quantity == "excursion":
        told.append(say("excursion_only"))
    # What makes assessments comparable: of one exercise there may be several lines.
    how = [
        say.both(trend.what),
        say(f"posture_{trend.posture}"),
        say.both(trend.place) or escape(trend.placement),
        say(f"level_{trend.level}"),
    ]
    return f"{say.both(trend.called)} ({', '.join(one for one in how if one)}): {'; '.join(told)}"


def _tests(view: PatientView, say: _Saying) -> str:
    lines = []
    for test in view.field_tests:
        points = ", ".join(_test_point(p, escape(test.unit), say) for p in test.points[-3:])
        lines.append(f"{say.both(test.name)}, {say.both(test.figure)}: {points}")
    return _section(say("tests"), _lines(lines))


def _test_point(point: FieldTestPoint, unit: str, say: _Saying) -> str:
    """A result with what no sensor sees: a 0 because the arms helped is no 0 that was counted."""
    beside = [] if point.counted is None else [say("test_counted", n=f"{point.counted:.3g}")]
    beside.append(say(f"arms_{point.arms or 'unknown'}"))
    if point.seat is not None:
        beside.append(say(f"seat_{point.seat}"))
    if point.low is not None and point.high is not None:
        beside.insert(0, f"95 %: {point.low:.3g}-{point.high:.3g}")
    return f"{point.day}: {point.value:.3g} {unit} ({'; '.join(beside)})"


def _pain(view: PatientView, say: _Saying) -> str:
    def most(told: Iterable[int | None]) -> object:
        return max((p for p in told if p is not None), default=say("unknown"))

    line = say(
        "pain_line",
        before=most(p.before for p in view.pains),
        after=most(p.after for p in view.pains),
        ended=sum(p.ended_by_pain for p in view.pains),
    )
    return _section(say("pain"), f"<p>{line}</p>")


def _alerts(alerts: Sequence[AlertView], say: _Saying) -> str:
    lines = []
    # Those that nobody has seen come first: the sheet has no room for all.
    alerts = sorted(alerts, key=lambda alert: not alert.waiting)
    for alert in alerts[:MOST_ALERTS]:
        when = (
            say("open_since", day=alert.opened)
            if alert.closed is None
            else say("from_to", day=alert.opened, closed=alert.closed)
        )
        seen = say("not_seen")
        if alert.seen is not None:
            seen = say("seen", by=alert.seen.by, day=alert.seen.day)
        if alert.more:
            seen += f"; {say('more_since')}"
        lines.append(f"{when}: {say.both(alert.text)} <span class='quiet'>{seen}</span>")
    if len(alerts) > MOST_ALERTS:
        lines.append(say("more", n=len(alerts) - MOST_ALERTS))
    return _section(say("alerts"), _lines(lines))
