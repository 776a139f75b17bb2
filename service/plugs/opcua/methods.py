"""Methods that clients call: their arguments are checked here, since asyncua lets everything through."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

from asyncua import Node, Server, ua
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession

Answer = Callable[[Mapping[str, Any]], Awaitable[list[ua.Variant] | ua.StatusCode]]
Link = Callable[..., Awaitable[list[ua.Variant] | ua.StatusCode]]

LAST_BUILT_IN = 25
ANYTHING = 24
NOBODY: Final = "somebody"
caller: ContextVar[str] = ContextVar("caller", default=NOBODY)
"""Who calls the method that is answered."""

logger = logging.getLogger(__name__)


class NamedSession(InternalSession):  # type: ignore[misc]  # asyncua is not followed
    """A session whose methods know who calls them."""

    async def call(self, params: list[ua.CallMethodRequest]) -> list[ua.CallMethodResult]:
        """Call methods in the name of the session's user; what asyncua names a session by is its address."""
        address = self.name[0] if isinstance(self.name, tuple) else self.name
        caller.set(f"{self.user.name or NOBODY} at {address}")
        return await super().call(params)  # type: ignore[no-any-return]


class NamingServer(InternalServer):  # type: ignore[misc]
    """Opens such sessions."""

    def create_session(self, name: str, **known: Any) -> NamedSession:  # noqa: ANN401
        return NamedSession(self, self.aspace, self.subscription_service, name, **known)


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
        return await answer({argument.Name: variant.Value for argument, variant in zip(arguments, given, strict=True)})

    return call


def _fits(argument: ua.Argument, variant: ua.Variant) -> bool:
    if variant.Value is None and argument.ValueRank >= 0:
        return True  # an empty array
    if isinstance(variant.Value, list) is not (argument.ValueRank >= 0):
        return False
    if argument.DataType == ua.NodeId(ANYTHING):
        return True
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
