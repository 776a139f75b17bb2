"""pysparkplug in an environment of its own: decodes payloads that come as lines TOPIC HEX, and makes commands.

sparkplug_decoder.py < LINES        prints a JSON line for each
sparkplug_decoder.py command NAME   prints a command in hex that sets a Boolean metric
"""

import json
import sys

import pysparkplug

KINDS = {
    "NBIRTH": pysparkplug.NBirth,
    "DBIRTH": pysparkplug.DBirth,
    "NDATA": pysparkplug.NData,
    "DDATA": pysparkplug.DData,
    "NDEATH": pysparkplug.NDeath,
    "DDEATH": pysparkplug.DDeath,
}


def main() -> None:
    if sys.argv[1:2] == ["command"]:
        now = pysparkplug.get_current_timestamp()
        metric = pysparkplug.Metric(now, sys.argv[2], pysparkplug.DataType.BOOLEAN, value=True)
        print(pysparkplug.NCmd(now, (metric,)).encode(include_dtypes=True).hex())  # noqa: T201
        return
    births: dict[str, object] = {}
    for line in sys.stdin:
        topic, content = line.split()
        _, _, kind, *owner = topic.split("/")
        payload = KINDS[kind].decode(bytes.fromhex(content), birth=births.get("/".join(owner)))
        if kind.endswith("BIRTH"):
            births["/".join(owner)] = payload
        metrics = [
            [one.name, one.datatype.name, one.value, one.timestamp, bool(one.is_historical)]
            for one in getattr(payload, "metrics", ())
        ]
        told = {"seq": getattr(payload, "seq", None), "timestamp": payload.timestamp, "metrics": metrics}
        if kind == "NDEATH":
            number = payload.bd_seq_metric  # the payload's own time is lost on its way through this library
            told |= {"timestamp": number.timestamp, "metrics": [["bdSeq", "INT64", number.value, 0, False]]}
        print(json.dumps({"topic": topic, "kind": kind, **told}, default=lambda value: value.timestamp()))  # noqa: T201


main()
