"""Lengths of time, days and hours, as people say them: "for two weeks", "jusqu'à vendredi", "demain à 6h". Pure."""

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from agents.rules.marks import Mark
from agents.rules.numbers import digits_for_words

_HOURS = {
    "min": 1 / 60, "minute": 1 / 60, "minutes": 1 / 60, "h": 1, "hr": 1, "hrs": 1, "hour": 1, "hours": 1, "heure": 1,
    "heures": 1, "d": 24, "day": 24, "days": 24, "j": 24, "jour": 24, "jours": 24, "night": 24, "nuit": 24, "w": 168,
    "week": 168, "weeks": 168, "wk": 168, "wks": 168, "semaine": 168, "semaines": 168, "fortnight": 336,
    "quinzaine": 360, "month": 720, "months": 720, "mois": 720, "quarter": 2160, "trimestre": 2160, "semestre": 4320,
    "year": 8760, "years": 8760, "an": 8760, "ans": 8760, "annee": 8760,
}  # fmt: skip
_SPAN = re.compile(
    r"(?<![\w.,/-])(?P<n>\d+(?:[.,]\d+)?|(?:an?|une?|one|another|(?:the "
    r"|les? )?(?:next|coming|prochain[es]*)|this|ce)(?=[ -]))"
    rf"[ -]*(?P<gap>(?:next|more|extra|other|full|prochaine?s?|autres?|bonnes?|"
    rf"petites?|de plus|business|calendar)[ -]?)*"
    rf"(?P<unit>{'|'.join(sorted(_HOURS, key=len, reverse=True))})(?![\w])"
)
_DAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
}  # fmt: skip
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5,
    "juin": 6, "juillet": 7, "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12, "jan": 1,
    "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_DAY, _MONTH = "|".join(_DAYS), "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"(?<![\w.-])(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?:(?P<wd>{_DAY}),? )?(?:the |le |l')?(?P<d1>\d{{1,2}})(?:st|nd|rd|"
    rf"th|er)?(?: of| de)? (?P<m1>{_MONTH})\.?(?:,? (?P<y1>20\d\d))?"
    rf"|(?P<m2>{_MONTH})\.? (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y2>20\d\d))?"
    r"|(?P<d3>\d{1,2})/(?P<m3>\d{1,2})(?:/(?P<y3>\d{4}|\d{2}))?"
    rf"|(?P<end>(?:the )?(?:end of|eo)(?: the| this)?|(?:la )?fin(?: du| "
    rf"de la| de l'| de| d')?) ?(?P<of>next month|next week|month|week|year|"
    rf"mois prochain|mois|semaine prochaine|semaine|annee|{_MONTH})"
    r"|(?P<feast>christmas(?: eve| day)?|xmas|noel|new year(?:'?s(?: eve| day)?)?|nouvel an|jour de l'an)"
    rf"|(?P<next1>next|this|coming)? ?(?P<day1>{_DAY})(?: (?P<next2>prochaine?))?"
    r"|(?P<rel>day after tomorrow|apres-demain|tomorrow|demain|tonight|ce soir|today|aujourd'hui|cette nuit)"
    r"|(?P<nx>next week|next month|la semaine prochaine|le mois prochain)"
    r")(?![\w])"
)  # fmt: skip
_CLOCK = re.compile(
    r"(?:(?:at|a|around|vers|des|from|starting)\s+)?(?<![\w.:/-])(?:(?P<h>\d{1,2})(?:[:h](?P<m>\d{2}))?\s?(?P<half>am|"
    r"pm|a\.m\.|p\.m\.)"
    r"|(?P<h24>[01]?\d|2[0-3])(?::(?P<m24>[0-5]\d)|\s?h(?:eures?)?(?P<mh>[0-5]\d)?(?![a-z]))|"
    r"(?P<word>midnight|minuit|noon|midi))(?![\w])"
)


def spans_in(text: str) -> Iterator[Mark]:
    """Every length of time, in hours; a folded text comes in. "Ce mois" and "this week" are what is left of a month."""
    text = digits_for_words(text)
    for match in _SPAN.finditer(text):
        number = match["n"].replace(",", ".")
        count = float(number) if number[0].isdigit() else 1.0
        yield Mark("hours", count * _HOURS[match["unit"]], *match.span())


def days_in(text: str, now: datetime) -> Iterator[Mark]:
    """Every day named, resolved to the next such day from ``now``."""
    for match in _DATE.finditer(text):
        day = _day_of(match, now.date())
        if day is not None:
            yield Mark("day", day, *match.span())


def until(text: str, now: datetime) -> date | None:
    """The day up to which something is wanted ("until friday", "jusqu'au 12")."""
    for mark in days_in(text, now):
        if re.search(
            (
                r"(?:until|till|til|through|expir\w+(?: on)?|jusqu'(?:au|a la|"
                r"a|en)?|avant|before|up to|to|au|by)\s*(?:the |le |la |l'|ce "
                r")?$"
            ),
            text[: mark.start],
        ):
            return mark.value  # type: ignore[no-any-return]
    match = re.search(
        (
            r"(?:until|till|jusqu'au|up to) (?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th|"
            r"er)?(?!\s*(?:go|gb|g|[/:h\d]))\b"
        ),
        text,
    )
    return _next_day_of_month(int(match["d"]), now.date()) if match else None


def moment(text: str, now: datetime) -> datetime | None:
    """The hour something is to happen at: a clock time, on the day that is named or the next such hour."""
    match = next((m for m in _CLOCK.finditer(text) if _is_clock(m, text)), None)
    if match is None:
        return None
    hour, minute = _hour_of(match)
    if hour > 23:  # noqa: PLR2004 - hours of a day
        return None
    day = next((m.value for m in days_in(text, now)), None)
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if day is not None:
        at = at.replace(year=day.year, month=day.month, day=day.day)
        is_night = re.search(r"\b(?:tonight|ce soir|cette nuit)\b", text) is not None
        return at + timedelta(days=1) if is_night and hour < 6 else at  # noqa: PLR2004 - tonight at two is tomorrow
    return at if at > now else at + timedelta(days=1)


def _is_clock(match: re.Match[str], text: str) -> bool:
    """Whether an hour is a time of day: "à 22h" is, "pour 6h" and "6 h" of a lifetime are not."""
    before = text[: match.start()].rstrip()
    lead = match[0].startswith(("at ", "a ", "around ", "vers ", "des ", "from ", "starting "))
    is_length = re.search(r"\b(?:for|pour|pendant|during|in|dans|next|de|of)$", before) is not None
    certain = match["half"] or match["word"] or match["m24"]
    near_day = re.search(rf"(?:{_DAY}|demain|soir|tonight|tomorrow|today|aujourd'hui|nuit|matin)$", before) is not None
    return not is_length and bool(lead or certain or near_day)


def _hour_of(match: re.Match[str]) -> tuple[int, int]:
    if match["word"]:
        return (0 if match["word"] in {"midnight", "minuit"} else 12), 0
    if match["half"]:
        hour = int(match["h"]) % 12 + (12 if match["half"].startswith("p") else 0)
        return hour, int(match["m"] or 0)
    return int(match["h24"]), int(match["m24"] or match["mh"] or 0)


def _day_of(match: re.Match[str], today: date) -> date | None:
    if match["iso"]:
        return _date(*map(int, match["iso"].split("-")))
    for d, m, y in (("d1", "m1", "y1"), ("d2", "m2", "y2"), ("d3", "m3", "y3")):
        if match[d]:
            month = int(match[m]) if match[m].isdigit() else _MONTHS[match[m]]
            return _dated(int(match[d]), month, match[y], today)
    if match["feast"] or match["end"]:
        return _feast(match["feast"], today) if match["feast"] else _end_of(match["of"], today)
    if match["day1"]:
        ahead = (_DAYS[match["day1"]] - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead)
    if match["nx"]:
        return today + timedelta(days=7 if "week" in match["nx"] or "semaine" in match["nx"] else 30)
    ahead = {"tomorrow": 1, "demain": 1, "day after tomorrow": 2, "apres-demain": 2}.get(match["rel"], 0)
    return today + timedelta(days=ahead)


def _feast(name: str, today: date) -> date:
    """The next Christmas or New Year's Day, or the eve of it."""
    month, day = (12, 25) if name.startswith(("ch", "x", "no")) and "an" not in name.split() else (1, 1)
    found = date(today.year, month, day)
    found = found if found >= today else date(today.year + 1, month, day)
    return found - timedelta(days=1) if name.endswith("eve") else found


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)  # noqa: PLR2004 - "26"
    this = _date(today.year, month, day)
    return this if this is None or this >= today else _date(today.year + 1, month, day)


def _next_day_of_month(day: int, today: date) -> date | None:
    month, year = (
        (today.month, today.year) if day >= today.day else (today.month % 12 + 1, today.year + today.month // 12)
    )
    return _date(year, month, day)


def _end_of(what: str, today: date) -> date:
    if what in {"week", "semaine", "next week", "semaine prochaine"}:
        more = 7 if what.startswith("next") or what.endswith("prochaine") else 0
        return today + timedelta(days=6 - today.weekday() + more)
    if what in {"year", "annee"}:
        return date(today.year, 12, 31)
    month, year = _MONTHS.get(what, today.month), today.year
    if what in {"next month", "mois prochain"}:
        month, year = today.month % 12 + 1, today.year + today.month // 12
    elif month < today.month:
        year += 1
    return date(year, month, calendar.monthrange(year, month)[1])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
