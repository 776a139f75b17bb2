"""``leak-inspection commission --url``: the steps of a camera at a running service, and what to do next."""

import argparse
from collections.abc import Iterator
from typing import Any

import httpx

from service.contract.errors import CommissioningRefused, SetupError

TIMEOUT_S = 60.0

Json = dict[str, Any]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that make it guide through a running service."""
    parser.add_argument("--url", help="a running service, e.g. http://127.0.0.1:8000: show how far the camera is there")
    parser.add_argument("--key", help="sent as X-API-Key, where the service has keys; to arm, of an admin")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--arm", action="store_true", help="arm it there with the cut that is proposed")
    change.add_argument("--disarm", action="store_true", help="take back what --arm did")
    parser.add_argument("--operator", metavar="NAME", help="who arms or disarms it, for the record")
    parser.add_argument("--reason", default="", help="why, for the record")


def run_against(options: argparse.Namespace) -> int:
    """Print the steps of a camera, or of all; 0 where it is armed, or nothing keeps somebody from arming it.

    Raises:
        CommissioningRefused: it was to be armed and may not be.
        SetupError: the service does not answer, or refuses.
    """
    if (options.arm or options.disarm) and not (options.operator and options.camera):
        raise SetupError("name the CAMERA, and with --operator who arms or disarms it: both go on record")
    headers = {"X-API-Key": options.key} if options.key else {}
    try:
        with httpx.Client(base_url=options.url, headers=headers, timeout=TIMEOUT_S) as client:
            if options.camera is None:
                return _list(client)
            return _guide(client, options)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise SetupError(f"no answer from {options.url} ({error or type(error).__name__}): is it running?") from error


def _list(client: httpx.Client) -> int:
    answer = _answer(client.get("/v1/commissioning"))
    print(f"{answer['artifact']} is served; its threshold is {answer['threshold']:.4g}")
    for one in answer["items"]:
        words = "OUTDATED" if one["outdated"] else "not armed" if one["source"] == "artifact" else "armed"
        print(f"{one['camera_id']:20} {words:10} cut {one['cut']:.4g}{_by(one['armed'])}")
    print(f"next: leak-inspection commission CAMERA --url {client.base_url}")
    return 0


def _guide(client: httpx.Client, options: argparse.Namespace) -> int:
    path = f"/v1/cameras/{options.camera}/commissioning"
    who = {"operator": options.operator, "reason": options.reason}
    if options.disarm:
        view = _answer(client.post(f"{path}/disarm", json=who))
        print(f"{options.camera} is disarmed: its cut is {view['cut']:.4g} again")
        return 0
    view = _answer(client.get(path, params={"hours": options.hours}))
    print(*_steps(view, options.url), sep="\n")
    if not options.arm:
        return 0 if view["proposal"] is not None or view["state"] == "armed" else 1
    if view["proposal"] is None:
        why = "; ".join(view["refusals"]) or view["next_step"]
        raise CommissioningRefused(f"{options.camera} may not be armed: {why}")
    view = _answer(client.post(path, json=who | {"proposal_id": view["proposal"]["proposal_id"]}))
    print(f"{options.camera} is armed: its cut is {view['cut']:.4g}{_by(view['armed'])}")
    return 0


def _steps(view: Json, url: str) -> Iterator[str]:
    seen, camera = view["seen"], view["camera_id"]
    yield f"{camera}: {view['state'].replace('_', ' ')}"
    yield f"  judged by   a cut of {view['cut']:.4g} ({view['source'].replace('_', ' ')}){_by(view['armed'])}"
    yield f"  decisions   {seen['decisions']} of the last {seen['hours']:g} hours"
    wells = len([one for one in seen["wells"] if one["well_id"] is not None])
    without = f", none of {', '.join(seen['missing_wells'])}" if seen["missing_wells"] else ""
    yield f"  pictures    {seen['pictures']} of {seen['pictures_wanted']}, of {wells} wells{without}"
    yield f"  scenes      {seen['scenes']} of {seen['scenes_wanted']}"
    if seen["suspects"]:
        yield f"  like leaks  {len(seen['suspects'])} pictures at least, look at them:"
        yield from (f"              {decision_id}" for decision_id in seen["suspects"])
    yield from (f"  refused     {reason}" for reason in view["refusals"])
    if view["proposal"] is not None:
        yield from _proposal(view["proposal"])
    yield f"next: {view['next_step']}"
    if view["proposal"] is not None and view["state"] != "armed":
        yield f"      leak-inspection commission {camera} --url {url} --arm --operator NAME --reason WHY"


def _proposal(proposal: Json) -> Iterator[str]:
    yield (
        f"  proposed    a cut of {proposal['cut']:.4g}: good wells need {proposal['good_wells_need']:.4g}, "
        f"known leaks allow {proposal['leaks_allow']:.4g}"
    )
    daily, wells = proposal["leak_pictures_a_day"], proposal["wells_in_alarm"]
    often = "" if daily is None else f", {daily:.0f} a day"
    often += "" if wells is None else f", {wells:.2g} wells at a time"
    yield f"  predicted   leak {_rate(proposal['leak'])} of pictures{often}; unknown {_rate(proposal['unknown'])}"


def _rate(rate: Json) -> str:
    return f"{rate['value']:.2%} ({rate['low']:.2%} to {rate['high']:.2%})"


def _by(armed: Json | None) -> str:
    return "" if armed is None else f", armed {armed['at'][:19]}Z by {armed['operator']} with {armed['artifact']}"


def _answer(answer: httpx.Response) -> Json:
    """The JSON of an answer, or what the service says is wrong as an error."""
    try:
        said = answer.json()
    except ValueError as error:
        raise SetupError(f"{answer.url} answers {answer.status_code}, which is no leak-inspection") from error
    if answer.is_success:
        return dict(said)
    detail = said.get("detail", answer.reason_phrase) if isinstance(said, dict) else answer.reason_phrase
    raise SetupError(f"{answer.url.host} answers {answer.status_code}: {detail}")
