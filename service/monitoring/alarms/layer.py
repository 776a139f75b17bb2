"""The alarm layer: verdicts of single pictures become one alarm a well, which goes through its states."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import EventKind, new_id
from service.monitoring.alarms.alarm import WAITING, Alarm, AlarmState, Transition, Well
from service.monitoring.alarms.recent_pictures import RecentPictures
from service.setting_groups import AlarmRule

MOST_WELLS = 20_000
MOST_UNKEPT = 10_000


def _now() -> datetime:
    return datetime.now(UTC)


class AlarmLayer:
    """Watches decisions well by well; for the event loop's thread alone.

    An alarm holds until a person has acknowledged it and the well is good again, in whichever order: meanwhile nothing
    of that well raises another. The well is good again after a whole window of good pictures; one that chatters is
    held until it has been calm for a minute. Three things make an acknowledged or shelved alarm wait for a person
    again: an unknown becomes a leak, the time on the shelf is over, and it goes on after a minute without pictures.

    Memory is bounded: of more than ``MOST_WELLS`` wells the longest unseen window is forgotten, and of as many alarms
    the oldest, which stays on record; what goes on in its well raises a new one. Everything takes constant time.
    """

    def __init__(
        self, rule: AlarmRule, clock: Callable[[], float] = monotonic, now: Callable[[], datetime] = _now
    ) -> None:
        self._rule = rule
        self._clock = clock
        self._now = now
        self._pictures: OrderedDict[Well, RecentPictures] = OrderedDict()
        self._standing: dict[Well, Alarm] = {}
        self._wells: dict[str, Well] = {}
        self._shelves: dict[str, float] = {}
        self._before: OrderedDict[str, tuple[Well, Alarm | None]] = OrderedDict()
        self.open_by_camera: Counter[str | None] = Counter()
        self._active_by_camera: Counter[str | None] = Counter()

    @property
    def standing(self) -> list[Alarm]:
        """Every alarm that is not over, the first raised first."""
        return list(self._standing.values())

    @property
    def chattering(self) -> int:
        """How many alarms chatter now."""
        now = self._clock()
        return sum(well in self._pictures and self._pictures[well].chatters(now) for well in self._standing)

    def find(self, alarm_id: str) -> Alarm | None:
        """Return the alarm of that id, where it is not over."""
        well = self._wells.get(alarm_id)
        return None if well is None else self._standing[well]

    def observe(self, decision: Decision) -> Transition | None:
        """Take in a decision; return what it changes, if it changes anything."""
        well = (decision.camera_id, decision.well_id)
        alarm, pictures = self._standing.get(well), self._pictures.get(well)
        if pictures is None:
            if decision.verdict is Verdict.NO_LEAK and alarm is None:
                return None
            pictures = self._watch(well)
        now = self._clock()
        unwatched = pictures.take(decision.verdict, now)
        if alarm is not None:
            return self._go_on(alarm, decision, pictures, unwatched=unwatched)
        if self._is_confirmed(decision, pictures):
            return self._raise(decision, pictures)
        if pictures.idle(now):
            del self._pictures[well]
        return None

    def acknowledge(self, alarm: Alarm, operator: str, comment: str) -> Transition:
        """Note that a person has seen an alarm, of this layer or of another replica's."""
        taken = alarm.acknowledged(self._now(), operator, comment)
        return self._change(EventKind.ALARM_ACKNOWLEDGED, taken, operator, comment)

    def shelve(self, alarm: Alarm, until: datetime, operator: str, reason: str) -> Transition:
        """Put an alarm aside until then."""
        return self._change(
            EventKind.ALARM_SHELVED, alarm.shelved(self._now(), until, operator, reason), operator, reason
        )

    def unshelve(self, alarm: Alarm, operator: str | None = None, comment: str = "") -> Transition:
        """Take an alarm from the shelf, by a person or because its time is over."""
        return self._change(EventKind.ALARM_UNSHELVED, alarm.unshelved(self._now()), operator, comment)

    def off_the_shelf(self) -> list[Transition]:
        """Take from the shelf whatever has been there for long enough."""
        now = self._clock()
        over = [alarm_id for alarm_id, end in self._shelves.items() if end <= now]
        return [self.unshelve(self._standing[self._wells[alarm_id]]) for alarm_id in over]

    def told(self, alarm: Alarm) -> None:
        """Take over what a person did at another replica with an alarm of this one."""
        if alarm.alarm_id in self._wells:
            self._put(alarm)

    def kept(self, event_id: str) -> None:
        """Know that a transition is on record."""
        self._before.pop(event_id, None)

    def withdraw(self, event_id: str) -> None:
        """Take back a transition that could not be kept; the pictures that led to it count on."""
        well, before = self._before.pop(event_id, (None, None))
        if well is None:
            return
        now = self._standing.get(well)
        if before is None and now is not None:
            self._drop(now)
        elif before is not None and (now is None or now.alarm_id == before.alarm_id):
            self._put(before)

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Bring alarms back that stood before a restart, the first raised first; of a well the last one counts."""
        for standing in self.standing:
            self._drop(standing)
        for alarm in alarms:
            self._put(alarm)

    def _go_on(
        self, alarm: Alarm, decision: Decision, pictures: RecentPictures, *, unwatched: bool
    ) -> Transition | None:
        now, at = self._clock(), decision.answered_at
        if alarm.verdict is Verdict.UNKNOWN and self._is_leak(decision, pictures):
            return self._change(EventKind.ALARM_ESCALATED, alarm.escalated(decision))
        if alarm.well_id is None:
            return None
        if pictures.clean:
            pictures.rested = True
            if alarm.active and not pictures.chatters(now):
                return self._change(EventKind.ALARM_RETURNED, alarm.returned(at))
        elif self._is_confirmed(decision, pictures) and (pictures.rested or unwatched or not alarm.active):
            return self._begin_again(alarm, decision, pictures, unwatched=unwatched)
        return None

    def _begin_again(
        self, alarm: Alarm, decision: Decision, pictures: RecentPictures, *, unwatched: bool
    ) -> Transition | None:
        held = alarm.active and pictures.rested
        pictures.begin(self._clock())
        again = alarm.recurred(decision.answered_at, chattering=pictures.chatters(self._clock()))
        if not alarm.active or (unwatched and alarm.acknowledged_at is not None):
            return self._change(EventKind.ALARM_RECURRED, again)
        if held:  # it chatters: counted, not told
            self._put(replace(alarm, occurrences=again.occurrences, chattering=again.chattering))
        return None

    def _raise(self, decision: Decision, pictures: RecentPictures) -> Transition:
        pictures.begin(self._clock())
        first_out = not self._active_by_camera[decision.camera_id]
        chattering = pictures.chatters(self._clock())
        return self._change(EventKind.ALARM_RAISED, Alarm.raised(decision, first_out=first_out, chattering=chattering))

    def _change(self, kind: EventKind, alarm: Alarm, operator: str | None = None, comment: str = "") -> Transition:
        is_new = kind is EventKind.ALARM_RAISED
        transition = Transition(alarm.alarm_id if is_new else new_id(), kind, alarm, operator, comment)
        if is_new or alarm.alarm_id in self._wells:
            self._before[transition.event_id] = (alarm.well, self._standing.get(alarm.well))
            if len(self._before) > MOST_UNKEPT:
                self._before.popitem(last=False)
            self._put(alarm)
        return transition

    def _put(self, alarm: Alarm) -> None:
        earlier = self._standing.get(alarm.well)
        if earlier is not None and (earlier.alarm_id != alarm.alarm_id or alarm.state is AlarmState.NORMAL):
            self._drop(earlier)
        elif earlier is not None:
            self._count(earlier, -1)
        if alarm.state is AlarmState.NORMAL:
            return
        self._standing[alarm.well], self._wells[alarm.alarm_id] = alarm, alarm.well
        self._count(alarm, 1)
        self._time_shelf(alarm, earlier)
        if len(self._standing) > MOST_WELLS:
            self._drop(next(iter(self._standing.values())))

    def _drop(self, alarm: Alarm) -> None:
        del self._standing[alarm.well], self._wells[alarm.alarm_id]
        self._shelves.pop(alarm.alarm_id, None)
        self._count(alarm, -1)
        if alarm.well_id is None:
            self._pictures.pop(alarm.well, None)

    def _count(self, alarm: Alarm, change: int) -> None:
        for counts, counted in (
            (self.open_by_camera, alarm.state in WAITING),
            (self._active_by_camera, alarm.active),
        ):
            counts[alarm.camera_id] += change * counted
            if not counts[alarm.camera_id]:
                del counts[alarm.camera_id]

    def _time_shelf(self, alarm: Alarm, earlier: Alarm | None) -> None:
        """The end is kept by a clock that nobody sets, and is never further away than the rule allows."""
        if alarm.shelved_until is None:
            self._shelves.pop(alarm.alarm_id, None)
        elif earlier is None or earlier.shelved_until != alarm.shelved_until:
            left_s = (alarm.shelved_until - self._now()).total_seconds()
            self._shelves[alarm.alarm_id] = self._clock() + min(max(0.0, left_s), self._rule.longest_shelf_s)

    def _is_confirmed(self, decision: Decision, pictures: RecentPictures) -> bool:
        return self._is_sure(decision) or pictures.suspicious >= self._rule.confirmations

    def _is_leak(self, decision: Decision, pictures: RecentPictures) -> bool:
        """Whether it is a leak, and no single one among unknowns."""
        is_leak = decision.verdict is Verdict.LEAK
        return is_leak and (self._is_sure(decision) or pictures.leaks >= self._rule.confirmations)

    def _is_sure(self, decision: Decision) -> bool:
        if decision.verdict is not Verdict.LEAK:
            return False
        ratio = decision.score_ratio
        return decision.well_id is None or (ratio is not None and ratio >= self._rule.sure_ratio)

    def _watch(self, well: Well) -> RecentPictures:
        pictures = self._pictures[well] = RecentPictures(self._rule.window)
        standing = self._standing.get(well)
        pictures.rested = standing is None or not standing.active
        if len(self._pictures) > MOST_WELLS:
            self._pictures.popitem(last=False)
        return pictures
