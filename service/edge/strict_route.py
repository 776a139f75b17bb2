"""Routes of the web framework that pass nothing over: it ignores unknown parameters of a query and repeated members."""

from collections.abc import Callable, Coroutine, Iterator
from inspect import isclass
from json import JSONDecodeError
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.contract.errors import MalformedField
from service.edge.request.document import read_document


class StrictRoute(APIRoute):
    """Refuses what it does not know; queries that are models (``extra="forbid"``) do so themselves."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        kinds = dict(_parameters_of(self.dependant))
        known = kinds.keys()
        is_model = any(isclass(kind) and issubclass(kind, BaseModel) for kind in kinds.values())

        async def strict(request: Request) -> Response:
            unknown = set() if is_model else request.query_params.keys() - known
            if unknown:
                names = f"the fields are {', '.join(sorted(known))}" if known else "none is taken here"
                raise MalformedField(f"{min(unknown):.80}: unknown field, {names}")
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict


def _parameters_of(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """Names and types of what a route takes of a query, or one that it depends on."""
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for other in dependant.dependencies:
        yield from _parameters_of(other)


class _StrictRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401  # as the framework has it
        """Parse the body; every error is one of syntax, for which the framework has an answer."""
        try:
            return read_document(await self.body())
        except JSONDecodeError:
            raise
        except ValueError as error:
            raise JSONDecodeError(str(error), "", 0) from error
