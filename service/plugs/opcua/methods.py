"""Methods that clients call: their arguments are checked here, since asyncua lets everything through."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from asyncua import Node, Server, ua

Answer = Callable[[Mapping[str, Any]], list[ua.Variant]]
Link = Callable[..., Awaitable[list[ua.Variant] | ua.StatusCode]]

LAST_BUILT_IN = 25

logger = logging.getLogger(__name__)


async def link(server: Server, method: Node, answer: Answer | None) -> None:
    """Let a method answer; None for what the service does not do: it says so instead of nothing."""
    arguments = await _arguments(method)
    callback = _checked(arguments, answer)
    server.link_method(method, callback)


def _checked(arguments: Sequence[ua.Argument], answer: Answer | None) -> Link:
    async def call(_parent: ua.NodeId, *given: ua.Variant) -> list[ua.Variant] | ua.StatusCode:
        if len(given) != len(arguments):
            too_many = len(given) > len(arguments)
            codes = ua.StatusCodes
            return ua.StatusCode(codes.BadTooManyArguments if too_many else codes.BadArgumentsMissing)
        if not all(_fits(argument, variant) for argument, variant in zip(arguments, given, strict=True)):
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
        if answer is None:
            return ua.StatusCode(ua.StatusCodes.BadNotSupported)
        return answer({argument.Name: variant.Value for argument, variant in zip(arguments, given, strict=True)})

    return call


def _fits(argument: ua.Argument, variant: ua.Variant) -> bool:
    if isinstance(variant.Value, list) is not (argument.ValueRank >= 0):
        return False
    if argument.DataType.NamespaceIndex == 0 and int(argument.DataType.Identifier) <= LAST_BUILT_IN:
        return bool(variant.VariantType.value == argument.DataType.Identifier)
    known = ua.extension_objects_by_datatype.get(argument.DataType)
    if known is not None:
        values = variant.Value if isinstance(variant.Value, list) else [variant.Value]
        return all(isinstance(value, known) for value in values)
    return variant.VariantType in {ua.VariantType.Int32, ua.VariantType.UInt32, ua.VariantType.String}


async def _arguments(method: Node) -> list[ua.Argument]:
    for child in await method.get_children():
        if (await child.read_browse_name()).Name == "InputArguments":
            return list(await child.read_value() or [])
    return []
