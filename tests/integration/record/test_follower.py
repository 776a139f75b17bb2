import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from service.contract.decision import Verdict
from service.contract.journal_entry import Entry, Event, EventKind, entry_id
from service.record.followers.follower import Follower, FollowerPace, Sink, Step
from service.record.followers.payload import read_template
from service.record.followers.webhook import Webhook
from service.record.journal.journal import Journal
from tests.decisions import START, a_decision
from tests.eventually import eventually

EAGER = FollowerPace(first_retry_s=0.001, longest_retry_s=0.01)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Journal]:
    journal = Journal(folder / "journal.db")
    await journal.open()
    yield journal
    await journal.close()


@asynccontextmanager
async def following(journal: Journal, sink: Sink) -> AsyncIterator[Follower]:
    follower = Follower(journal, sink, EAGER)
    await follower.start()
    task = asyncio.create_task(follower.run())
    yield follower
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def kept(journal: Journal, entries: Sequence[Entry]) -> None:
    receipt = journal.append(entries)
    assert receipt.durable is not None
    await receipt.durable


def an_alarm(number: int) -> Event:
    return Event(f"alarm-{number}", EventKind.ALARM_RAISED, START, "cam-1", "12a", "d1", None, {"k": 2, "n": 3})


class Listener:
    """Takes three entries a step; refuses as often as it is told to."""

    name = "listener"
    kinds: Sequence[str] = ()
    from_start = True
    pace = EAGER

    def __init__(self, journal: Journal, refusals: int = 0) -> None:
        self._journal = journal
        self._refusals = refusals
        self.heard: list[str] = []
        self.closed = False

    async def advance(self, sequence: int) -> Step:
        if self._refusals:
            self._refusals -= 1
            raise ConnectionError
        found = await self._journal.after(sequence, 3)
        self.heard += [entry_id(recorded.entry) for recorded in found]
        return Step(found[-1].sequence if found else sequence, len(found))

    async def close(self) -> None:
        self.closed = True


class Plant:
    """The receiving end of a webhook: answers by a script, then 200 for ever."""

    def __init__(self, *script: int) -> None:
        self._script = list(script)
        self.taken: list[tuple[str, dict[str, object]]] = []
        self.requests: list[httpx.Request] = []

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        status = self._script.pop(0) if self._script else 200
        if status == 0:
            raise httpx.ConnectTimeout("no answer", request=request)
        if status < 300:
            self.taken.append((request.headers["Idempotency-Key"], json.loads(request.content)))
            self.requests.append(request)
        return httpx.Response(status, headers={"location": "https://plant/elsewhere"} if status in {301, 308} else {})


async def test_a_follower_gets_everything_in_order_once_through_failures(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        decisions: list[Entry] = [a_decision(Verdict.LEAK) for _ in range(20)]
        await kept(journal, decisions[:10])
        listener = Listener(journal, refusals=3)
        async with following(journal, listener) as follower:
            await eventually(lambda: follower.sequence == 10)
            await kept(journal, decisions[10:])
            await eventually(lambda: follower.behind == 0)
        assert listener.heard == [entry_id(entry) for entry in decisions]
        assert listener.closed


async def test_a_follower_goes_on_after_a_restart_where_it_was(tmp_path: Path) -> None:
    decisions: list[Entry] = [a_decision(Verdict.LEAK) for _ in range(9)]
    heard: list[str] = []
    for start in (0, 3, 6):
        async with opened(tmp_path) as journal:
            listener = Listener(journal)
            async with following(journal, listener) as follower:
                await kept(journal, decisions[start : start + 3])
                await eventually(lambda: follower.behind == 0)  # called at once
            heard += listener.heard
    assert heard == [entry_id(entry) for entry in decisions]


async def test_a_failing_follower_says_so_until_it_works_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        async with following(journal, Listener(journal, refusals=1_000_000)) as follower:
            await kept(journal, [a_decision(Verdict.LEAK)])
            await eventually(lambda: follower.why is not None)
            assert follower.behind == 1
        async with following(journal, Listener(journal, refusals=1)) as follower:
            await eventually(lambda: follower.behind == 0 and follower.why is None)


async def test_a_follower_ends_with_the_journal(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        follower = Follower(journal, Listener(journal), EAGER)
        await follower.start()
        task = asyncio.create_task(follower.run())
    await asyncio.wait_for(task, 10)


async def test_alarms_go_out_in_order_once_each_whatever_the_receiver_answers_first(tmp_path: Path) -> None:
    plant = Plant(500, 0, 429, 200, 503, 408, 425)
    async with opened(tmp_path) as journal:
        webhook = Webhook(journal, "http://plant/alarms", client=plant.client())
        async with following(journal, webhook) as follower:
            for number in range(5):
                await kept(journal, [a_decision(), an_alarm(number), a_decision(Verdict.LEAK)])
            await eventually(lambda: follower.behind == 0)
    assert [key for key, _ in plant.taken] == [f"alarm-{number}" for number in range(5)]
    assert plant.taken[0][1] == {
        "event_id": "alarm-0",
        "kind": "alarm_raised",
        "at": "2026-05-04T10:11:12.123456Z",
        "camera_id": "cam-1",
        "well_id": "12a",
        "decision_id": "d1",
        "alarm_id": None,
        "payload": {"k": 2, "n": 3},
    }


async def test_an_alarm_that_was_taken_is_not_posted_again_after_a_restart(tmp_path: Path) -> None:
    plant = Plant()
    for number in range(3):
        async with opened(tmp_path) as journal:
            webhook = Webhook(journal, "http://plant/alarms", client=plant.client())
            async with following(journal, webhook) as follower:
                await kept(journal, [an_alarm(number)])
                await eventually(lambda: follower.behind == 0)  # called at once
    assert [key for key, _ in plant.taken] == ["alarm-0", "alarm-1", "alarm-2"]


async def test_a_new_webhook_is_not_flooded_with_the_alarms_of_the_past(tmp_path: Path) -> None:
    plant = Plant()
    async with opened(tmp_path) as journal:
        await kept(journal, [an_alarm(number) for number in range(3)])
        async with following(journal, Webhook(journal, "http://plant", client=plant.client())) as follower:
            await kept(journal, [an_alarm(3)])
            await eventually(lambda: follower.behind == 0)
    assert [key for key, _ in plant.taken] == ["alarm-3"]


@pytest.mark.parametrize("code", [400, 401, 404, 410, 413, 422, 301, 308])
async def test_an_alarm_that_is_refused_for_good_is_passed_over_counted_and_told(tmp_path: Path, code: int) -> None:
    plant, refusals = Plant(code, code), list[int]()
    async with opened(tmp_path) as journal:
        webhook = Webhook(journal, "http://plant/alarms", client=plant.client(), refused=refusals.append)
        async with following(journal, webhook) as follower:
            await kept(journal, [an_alarm(0), an_alarm(1)])
            await eventually(lambda: follower.behind == 0)
            assert refusals == [code, code]
            assert f"answers {code}" in (follower.why or "")
            assert "2 alarms were passed over" in (follower.why or "")
            assert ("https://plant/elsewhere" in (follower.why or "")) == (code < 400)
            await kept(journal, [a_decision(Verdict.LEAK)])
            await eventually(lambda: follower.behind == 0)
            assert follower.why is not None, "until an alarm is taken"
            await kept(journal, [an_alarm(2)])
            await eventually(lambda: follower.why is None)
    assert [key for key, _ in plant.taken] == ["alarm-2"]


async def test_a_template_shapes_what_is_posted_and_a_secret_signs_it(tmp_path: Path) -> None:
    plant = Plant()
    (tmp_path / "slack.json").write_text('{"text": "${camera_id}/${well_id} $$", "n": [1, null, "${at}"]}')
    template = read_template(tmp_path / "slack.json")
    async with opened(tmp_path) as journal:
        webhook = Webhook(journal, "http://plant", client=plant.client(), template=template, secret=b"of the plant")
        async with following(journal, webhook) as follower:
            await kept(journal, [replace(an_alarm(0), camera_id='"}, ${well_id}')])
            await eventually(lambda: follower.behind == 0)
    assert plant.taken[0][1] == {"text": '"}, ${well_id}/12a $', "n": [1, None, "2026-05-04T10:11:12.123456Z"]}
    (request,) = plant.requests
    expected = hmac.new(b"of the plant", request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Signature-256"] == f"sha256={expected}"


async def test_every_change_of_an_alarm_is_posted_but_not_the_coming_and_going_of_one_that_chatters(
    tmp_path: Path,
) -> None:
    plant = Plant()
    kinds = [EventKind.ALARM_RAISED, EventKind.ALARM_RETURNED, EventKind.ALARM_ACKNOWLEDGED, EventKind.ALARM_SHELVED]
    told = [replace(an_alarm(number), kind=kind) for number, kind in enumerate(kinds)]
    chatter = replace(an_alarm(9), kind=EventKind.ALARM_RECURRED, payload={"chattering": True})
    async with opened(tmp_path) as journal:
        webhook = Webhook(journal, "http://plant", client=plant.client())
        async with following(journal, webhook) as follower:
            await kept(journal, [*told, chatter])
            await eventually(lambda: follower.behind == 0)
    assert [body["kind"] for _, body in plant.taken] == [kind.value for kind in kinds]
