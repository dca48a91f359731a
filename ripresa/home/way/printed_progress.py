"""One's own progress as one page to print: HTML without script or anything from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from games.session.way.progress_pages import day_told, progress_lines
from games.session.way.way_texts import WAY
from therapy.wording import Wording

if TYPE_CHECKING:
    from datetime import date

    from games.journey.own_progress import OwnProgress
    from therapy.wording import Language

__all__ = ["progress_html"]

_RESEARCH: Final = Wording(
    "Software di ricerca, non un dispositivo medico. "
    "I numeri descrivono quello che i sensori hanno visto.",
    "Research software, not a medical device. The figures describe what the sensors saw.",
)
_STYLE: Final = """
@page { size: A4; margin: 18mm; }
body { font: 15pt/1.45 "DejaVu Sans", "Noto Sans", sans-serif; color: #18203a; margin: 0; }
h1 { font-size: 25pt; margin: 0 0 2mm; } h2 { font-size: 17pt; margin: 6mm 0 1mm; color: #1d5a7e; }
ul { margin: 0; padding-left: 6mm; } p { margin: 1mm 0; }
.mark { font-size: 10pt; color: #4a5464; border-top: 0.3mm solid #c9c3b2; margin-top: 8mm;
  padding-top: 2mm; }
"""


def progress_html(own: OwnProgress, language: Language, *, printed: date) -> str:
    """One page, its day in the title; it names nobody."""
    parts = []
    for number, (title, lines) in enumerate(progress_lines(own, language)):
        heading = f"{title}, {day_told(printed, language)} {printed.year}" if not number else title
        level = "h2" if number else "h1"
        told = "".join(f"<li>{escape(line)}</li>" for line in lines)
        parts.append(f"<{level}>{escape(heading)}</{level}><ul>{told}</ul>")
    name = escape(WAY["progress"][language])
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        f"<title>{name}</title><style>{_STYLE}</style></head><body>{''.join(parts)}"
        f"<p class='mark'>{escape(_RESEARCH.text(language))}</p></body></html>\n"
    )
