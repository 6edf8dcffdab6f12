"""Three invented years of requests, and their counts by going through the calendar day by day.

Nothing here knows the package's rules of counting: each day opens and closes requests and cases, a month is what
happened on its days and what was open before its first and after its last one, and longer periods are made of months.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

YEARS = (2023, 2024, 2025)
TYPES = ("natural_person", "enterprise", "research_institution", "social_organization", "legal_service", "other")
CHANNELS = ("in_person", "post", "online", "fax", "other")
RESULTS = (
    *("granted", "partly_granted", "refused.state_secret", "refused.forbidden_by_law"),
    *("refused.security_and_stability", "refused.third_party", "refused.internal_affairs"),
    *("refused.deliberative_process", "refused.enforcement_file", "refused.administrative_inquiry"),
    *("not_available.not_held", "not_available.needs_creation", "not_available.still_unclear"),
    *("not_processed.petition", "not_processed.repeated", "not_processed.published_material"),
    *("not_processed.excessive", "not_processed.reissue", "other.correction_overdue", "other.fee_overdue"),
    "other.other",
)
PLAIN_RESULTS = tuple(result for result in RESULTS if not result.endswith("_overdue"))
KINDS = ("review", "direct_litigation", "post_review_litigation")
OUTCOMES = ("upheld", "corrected", "other")
DAY = timedelta(days=1)
REQUESTS_A_YEAR = 640
BUSY_APPLICANT = "申请人〇〇一"


@dataclass(frozen=True)
class Life:
    """One request with everything that ever happens to it, by column id; ``year`` is that of its number."""

    fields: dict[str, Any]

    def until(self, last: date) -> dict[str, Any]:
        """What stands in the ledger on the evening of a day."""
        known = {key: value for key, value in self.fields.items() if not isinstance(value, date) or value <= last}
        if "closed" not in known:
            known.pop("result", None)
        if "fee_notified" not in known:
            known.pop("fee_amount", None)
        if "fee_paid_on" not in known:
            known.pop("fee_paid", None)
        return known


@dataclass
class World:
    """All requests and cases of the years."""

    requests: list[Life] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)


def weekdays_after(day: date, count: int) -> date:
    while count:
        day += DAY
        count -= day.weekday() < 5
    return day


def invent_world(seed: int = 7, each_year: int = REQUESTS_A_YEAR) -> World:
    chance, world = random.Random(seed), World()
    for year in YEARS:
        days = sorted(date(year, 1, 1) + DAY * chance.randrange(365) for _ in range(each_year - 14))
        busy = [date(year, 3, 2) + DAY * chance.randrange(28) for _ in range(14)]
        for at, day in enumerate(sorted([*days, *busy]), start=1):
            number = f"{year}-{at:04d}"
            is_busy = day in busy and busy.count(day) > 0
            if is_busy:
                busy.remove(day)
            world.requests.append(_invent_request(number, day, chance, at, is_busy=is_busy))
    _charge_busy_applicants(world, chance)
    _invent_cases(world, chance)
    return world


def _invent_request(number: str, day: date, chance: random.Random, at: int, *, is_busy: bool) -> Life:
    fields: dict[str, Any] = {
        "number": number,
        "received": day,
        "channel": chance.choice(CHANNELS),
        "applicant_type": "natural_person" if is_busy else chance.choices(TYPES, (60, 15, 5, 5, 10, 5))[0],
        "applicant": BUSY_APPLICANT if is_busy else f"申请人{number[2:]}",
        "content": f"关于第{number}号事项的全部材料",
        "remarks": f"经办人记：{number}" if at % 9 == 0 else None,
    }
    start, last = day, 16
    course = chance.random()
    fields["result"] = PLAIN_RESULTS[at % len(PLAIN_RESULTS)]
    if course < 0.10:
        fields["correction_sent"] = weekdays_after(day, chance.randint(1, 5))
        if course < 0.03:
            fields["result"] = "other.correction_overdue"
            fields["closed"] = weekdays_after(fields["correction_sent"], chance.randint(12, 20))
            return Life({key: value for key, value in fields.items() if value is not None})
        start = fields["correction_received"] = weekdays_after(fields["correction_sent"], chance.randint(1, 7))
    elif course < 0.18:
        fields["third_party_from"] = weekdays_after(day, chance.randint(1, 5))
        fields["third_party_until"] = weekdays_after(fields["third_party_from"], chance.randint(1, 10))
        start = fields["third_party_until"]
        last = 9
    elif course < 0.26:
        fields["extended"] = weekdays_after(day, chance.randint(8, 14))
        start, last = fields["extended"], 20
    elif course < 0.30:
        fields |= {"fee_notified": weekdays_after(day, chance.randint(1, 8)), "fee_amount": 10 * chance.randint(1, 30)}
        if course < 0.285:
            start = fields["fee_paid_on"] = weekdays_after(fields["fee_notified"], chance.randint(1, 15))
            fields["fee_paid"] = fields["fee_amount"]
        else:
            fields["result"] = "other.fee_overdue"
            fields["closed"] = weekdays_after(fields["fee_notified"], chance.randint(30, 40))
            return Life({key: value for key, value in fields.items() if value is not None})
    fields["closed"] = weekdays_after(start, chance.randint(1, last))
    return Life({key: value for key, value in fields.items() if value is not None})


def _charge_busy_applicants(world: World, chance: random.Random) -> None:
    """From the eleventh request of a month on, the busy applicant gets a fee notice on the day of receipt."""
    seen: Counter[tuple[int, int]] = Counter()
    for at, life in enumerate(world.requests):
        fields = life.fields
        if fields["applicant"] != BUSY_APPLICANT:
            continue
        month = (fields["received"].year, fields["received"].month)
        seen[month] += 1
        if seen[month] > 10:
            plain = {"number", "received", "channel", "applicant_type", "applicant", "content", "remarks"}
            kept = {key: value for key, value in fields.items() if key in plain}
            paid = weekdays_after(fields["received"], 4)
            kept |= {"fee_notified": fields["received"], "fee_amount": 100, "fee_paid_on": paid, "fee_paid": 100}
            kept |= {"closed": weekdays_after(paid, chance.randint(1, 10)), "result": "granted"}
            world.requests[at] = Life(kept)


def _invent_cases(world: World, chance: random.Random) -> None:
    for at, life in enumerate(world.requests):
        if at % 12:
            continue
        kind = KINDS[at // 12 % 3]
        accepted = weekdays_after(life.fields["closed"], chance.randint(5, 60))
        case = {
            "case_number": f"{accepted.year}案{at:04d}号",
            "request_number": life.fields["number"],
            "kind": kind,
            "accepted": accepted,
            "outcome": OUTCOMES[at // 36 % 3],
            "closed": accepted + DAY * chance.randint(20, 300),
            "remarks": "代理人已联系" if at % 24 == 0 else None,
        }
        world.cases.append({key: value for key, value in case.items() if value is not None})


# --- the ledger of a year -------------------------------------------------------------------------------------------


def requests_of(world: World, year: int) -> list[dict[str, Any]]:
    """The lines of the ledger of a year: what was open on its first day, and what came in; as known on its last."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    lines = [life for life in world.requests if life.fields["received"] <= last and life.fields["closed"] >= first]
    return [life.until(last) for life in lines]


def cases_of(world: World, year: int) -> list[dict[str, Any]]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    cases = [case for case in world.cases if case["accepted"] <= last and case["closed"] >= first]
    shown = []
    for case in cases:
        known = dict(case)
        if known["closed"] > last:
            del known["closed"]
            known["outcome"] = "pending"
        shown.append(known)
    return shown


# --- the count ------------------------------------------------------------------------------------------------------


@dataclass
class Month:
    """What happened in one month, what was open before it and after it."""

    happened: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    active_cases: set[str] = field(default_factory=set)
    decided: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)


def live_through(world: World) -> dict[tuple[int, int], Month]:
    """Go through all days; return the months."""
    moving: dict[date, dict[str, Life]] = {}
    for life in world.requests:
        for column in ("received", "closed", "fee_notified", "fee_paid_on"):
            if column in life.fields:
                moving.setdefault(life.fields[column], {})[life.fields["number"]] = life
    case_days: dict[date, list[dict[str, Any]]] = {}
    for case in world.cases:
        case_days.setdefault(case["accepted"], []).append(case)
        case_days.setdefault(case["closed"], []).append(case)
    waiting: dict[str, str] = {}
    pending: set[str] = set()
    months: dict[tuple[int, int], Month] = {}
    day = date(YEARS[0], 1, 1)
    while day <= date(YEARS[-1], 12, 31):
        month = months.setdefault((day.year, day.month), Month())
        if day.day == 1:
            month.before = Counter(waiting.values())
            month.active_cases = set(pending)
        for life in moving.get(day, {}).values():
            _live_day(life, day, month, waiting)
        for case in case_days.get(day, ()):
            _hear_case(case, day, month, pending)
        month.after = Counter(waiting.values())
        day += DAY
    return months


def _hear_case(case: dict[str, Any], day: date, month: Month, pending: set[str]) -> None:
    if case["accepted"] == day:
        pending.add(case["case_number"])
        month.active_cases.add(case["case_number"])
        month.happened[f"accepted.{case['kind']}"] += 1
    if case["closed"] == day:
        pending.remove(case["case_number"])
        month.decided[case["case_number"]] = case["outcome"]


def _live_day(life: Life, day: date, month: Month, waiting: dict[str, str]) -> None:
    fields, kind = life.fields, life.fields["applicant_type"]
    number = fields["number"]
    if fields["received"] == day:
        waiting[number] = kind
        month.happened[f"received.{kind}"] += 1
        month.happened[f"channel.{fields['channel']}"] += 1
        month.numbers.setdefault(f"received.{kind}", []).append(number)
    if fields.get("fee_notified") == day:
        month.amounts["notices"] += 1
        month.amounts["billed"] += fields["fee_amount"]
    if fields.get("fee_paid_on") == day:
        month.amounts["collected"] += fields["fee_paid"]
    if fields["closed"] == day:
        del waiting[number]
        month.happened[f"{fields['result']}.{kind}"] += 1
        month.numbers.setdefault(f"{fields['result']}.{kind}", []).append(number)


def annual_figures(world: World, months: dict[tuple[int, int], Month], span: list[tuple[int, int]]) -> dict[str, int]:
    """The inputs of tables three, four and six for some consecutive months, zeros too."""
    parts = [months[key] for key in span]
    happened: Counter[str] = sum((part.happened for part in parts), Counter())
    amounts: Counter[str] = sum((part.amounts for part in parts), Counter())
    figures = {f"requests.received.{kind}": happened[f"received.{kind}"] for kind in TYPES}
    figures |= {f"requests.carried_in.{kind}": parts[0].before[kind] for kind in TYPES}
    figures |= {f"requests.{result}.{kind}": happened[f"{result}.{kind}"] for result in RESULTS for kind in TYPES}
    figures |= {f"requests.carried_out.{kind}": parts[-1].after[kind] for kind in TYPES}
    kinds = {case["case_number"]: case["kind"] for case in world.cases}
    decided = {case: outcome for part in parts for case, outcome in part.decided.items()}
    active = set().union(*(part.active_cases for part in parts))
    cases = Counter((kinds[case], decided.get(case, "pending")) for case in active)
    figures |= {
        f"disputes.{kind}.{outcome}": cases[kind, outcome] for kind in KINDS for outcome in (*OUTCOMES, "pending")
    }
    figures |= {f"processing_fees.{key}": amounts[key] for key in ("notices", "billed", "collected")}
    return figures


def spans_of(year: int) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The year, its quarters and its months, as the command line names them, each with its months."""
    yield str(year), [(year, month) for month in range(1, 13)]
    for part in range(1, 5):
        yield f"{year}-Q{part}", [(year, month) for month in range(part * 3 - 2, part * 3 + 1)]
    for month in range(1, 13):
        yield f"{year}-{month:02d}", [(year, month)]


def changed(lines: list[dict[str, Any]], number: str, **fields: Any) -> list[dict[str, Any]]:
    """The lines with one of them changed; a field that becomes None is left blank."""
    return [replace_fields(line, fields) if line.get("number") == number else line for line in lines]


def replace_fields(line: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**line, **fields}.items() if value is not None}
