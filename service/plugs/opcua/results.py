"""Decisions as results of OPC 40100-1, and the last ones in a list."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import orjson
from asyncua import ua

from service.contract.decision import Decision, Verdict

COMPLETED, FAILED = 1, 4
MOST_KEPT = 100
SEVERITY = {Verdict.NO_LEAK: 100, Verdict.UNKNOWN: 600, Verdict.LEAK: 900}
NAMESPACE = 2
"""Of the companion specification: the first that is imported into a server."""

BINARY_ID, CONFIGURATION_ID, RECIPE_ID, EXTERNAL_RECIPE_ID = 3019, 3008, 3013, 3002
HANDLE = 0
"""Of results that need no releasing."""


Structure: TypeAlias = Any
"""Of a class that the nodeset defines at run time."""


class KeptResults:
    """The last ``MOST_KEPT`` results, by their ids."""

    def __init__(self) -> None:
        self._results: OrderedDict[str, Structure] = OrderedDict()

    def add(self, decision: Decision, job: str | None = None) -> None:
        """Keep a decision, as a result of a client's job where it is one."""
        self._results[decision.decision_id] = result_of(decision, job)
        if len(self._results) > MOST_KEPT:
            self._results.popitem(last=False)

    async def by_id(self, arguments: Mapping[str, Any]) -> list[ua.Variant]:
        """Answer ``GetResultById``: handle, result, error (1 for one that is not kept)."""
        found = self._results.get(arguments["ResultId"].Id)
        result = ua.ResultDataType() if found is None else found
        return [number_of(HANDLE, "UInt32"), struct_of(result), number_of(int(found is None), "Int32")]

    async def filtered(self, arguments: Mapping[str, Any]) -> list[ua.Variant]:
        """Answer ``GetResultListFiltered``, the newest first; empty ids and the state 0 match everything."""
        wanted = _Filter(
            arguments["ResultState"],
            arguments["PartId"].Id,
            arguments["InternalRecipeId"].Id,
            arguments["JobId"].Id,
        )
        matching = [result for result in reversed(self._results.values()) if wanted.matches(result)]
        begin, most = arguments["StartIndex"], arguments["MaxResults"] or MOST_KEPT
        page = matching[begin : begin + most]
        complete = ua.Variant(begin + len(page) >= len(matching), ua.VariantType.Boolean)
        results = ua.Variant(page, ua.VariantType.ExtensionObject, is_array=True)
        return [complete, number_of(len(page), "UInt32"), number_of(HANDLE, "UInt32"), results, number_of(0, "Int32")]


class _Filter(NamedTuple):
    state: int
    part: str | None
    recipe: str | None
    job: str | None

    def matches(self, result: Structure) -> bool:
        pairs = (
            (self.part, result.PartId.Id),
            (self.recipe, result.InternalRecipeId.Id),
            (self.job, result.JobId.Id),
        )
        return self.state in {0, result.ResultState} and all(wanted in {None, "", given} for wanted, given in pairs)


def result_of(decision: Decision, job: str | None = None) -> Structure:
    """Say a decision as ``ResultDataType``; outside of a client's job the cast is the job."""
    return ua.ResultDataType(
        ResultId=ua.ResultIdDataType(Id=decision.decision_id),
        IsPartial=False,
        IsSimulated=False,
        ResultState=state_of(decision),
        PartId=ua.PartIdDataType(Id=part_of(decision)),
        InternalRecipeId=_recipe(decision),
        InternalConfigurationId=_no_configuration(),
        JobId=ua.JobIdDataType(Id=job or decision.cast_id or ""),
        CreationTime=decision.answered_at,
        ProcessingTimes=_times(decision),
        ResultContent=[ua.Variant(content_of(decision), ua.VariantType.String)],
    )


def event_fields(decision: Decision, job: str | None = None) -> dict[str, tuple[Any, ua.VariantType]]:
    """Say a decision as fields of ``ResultReadyEventType``, each with its type."""
    struct = ua.VariantType.ExtensionObject
    return {
        "Severity": (SEVERITY[decision.verdict], ua.VariantType.UInt16),
        "ResultId": (ua.ResultIdDataType(Id=decision.decision_id), struct),
        "ResultState": (state_of(decision), ua.VariantType.Int32),
        "IsPartial": (False, ua.VariantType.Boolean),
        "IsSimulated": (False, ua.VariantType.Boolean),
        "PartId": (ua.PartIdDataType(Id=part_of(decision)), struct),
        "JobId": (ua.JobIdDataType(Id=job or decision.cast_id or ""), struct),
        "InternalRecipeId": (_recipe(decision), struct),
        "InternalConfigurationId": (_no_configuration(), struct),
        "CreationTime": (decision.answered_at, ua.VariantType.DateTime),
        "ProcessingTimes": (_times(decision), struct),
        "ResultContent": ([content_of(decision)], ua.VariantType.String),
    }


def state_of(decision: Decision) -> int:
    """A picture that could not be judged is a failed result."""
    return FAILED if decision.verdict is Verdict.UNKNOWN else COMPLETED


def part_of(decision: Decision) -> str:
    """The id of a part: camera and well."""
    return f"{decision.camera_id or '~'}/{decision.well_id or '~'}"


def content_of(decision: Decision) -> str:
    """What a client needs of a decision, as JSON."""
    names = ("decision_id", "verdict", "alarm", "reason", "score", "threshold", "score_ratio", "camera_id", "well_id")
    times = ("cast_id", "captured_at", "received_at")
    content = {name: getattr(decision, name) for name in (*names, *times)}
    content |= {"artifact": decision.model.artifact, "artifact_sha256": decision.model.artifact_sha256}
    return orjson.dumps(content, option=orjson.OPT_UTC_Z).decode()


def _recipe(decision: Decision) -> Structure:
    model = decision.model
    recipe = ua.extension_objects_by_datatype[ua.NodeId(RECIPE_ID, NAMESPACE)]
    return recipe(
        Id=model.artifact,
        Version=model.software_version,
        Hash=bytes.fromhex(model.artifact_sha256),
        HashAlgorithm="SHA-256",
    )


def _no_configuration() -> Structure:
    return ua.extension_objects_by_datatype[ua.NodeId(CONFIGURATION_ID, NAMESPACE)](Id="")


def _times(decision: Decision) -> Structure:
    begun: datetime = decision.captured_at or decision.received_at
    processing = decision.timing_ms.total
    return ua.ProcessingTimesDataType(
        StartTime=begun, EndTime=decision.answered_at, ProcessingDuration=float(processing)
    )


def number_of(value: int, kind: str) -> ua.Variant:
    return ua.Variant(value, ua.VariantType[kind])


def struct_of(value: Structure) -> ua.Variant:
    return ua.Variant(value, ua.VariantType.ExtensionObject)
