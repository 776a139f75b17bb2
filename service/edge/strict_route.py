"""Routes of the web framework that pass nothing over: it ignores unknown parameters of a query and repeated members."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from inspect import isclass
from json import JSONDecodeError
from typing import Any, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.contract.errors import MalformedField
from service.edge.request.document import read_document


class StrictRoute(APIRoute):
    """Refuses what it does not know, and what comes twice and counts once.

    Queries that are models (``extra="forbid"``) say by themselves what they do not know.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        kinds = dict(_parameters_of(self.dependant))
        known = kinds.keys()
        many = {name for name, kind in _named(kinds) if _is_list(kind)}
        is_model = any(isclass(kind) and issubclass(kind, BaseModel) for kind in kinds.values())

        async def strict(request: Request) -> Response:
            unknown = set() if is_model else request.query_params.keys() - known
            if unknown:
                names = f"the fields are {', '.join(sorted(known))}" if known else "none is taken here"
                raise MalformedField(f"{min(unknown):.80}: unknown field, {names}")
            given = Counter(name for name, _ in request.query_params.multi_items())
            twice = [name for name, times in given.items() if times > 1 and name not in many]
            if twice:
                raise MalformedField(f"{min(twice):.80}: given {given[min(twice)]} times, send it once")
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict


def _parameters_of(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """Names and types of what a route takes of a query, or one that it depends on."""
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for other in dependant.dependencies:
        yield from _parameters_of(other)


def _named(kinds: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names in a query with their types, those of models too."""
    for name, kind in kinds.items():
        if isclass(kind) and issubclass(kind, BaseModel):
            yield from ((field.alias or own, field.annotation) for own, field in kind.model_fields.items())
        else:
            yield name, kind


def _is_list(kind: object) -> bool:
    return any(get_origin(part) is list for part in (kind, *get_args(kind)))


class _StrictRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401  # as the framework has it
        """Parse the body; every error is one of syntax, for which the framework has an answer."""
        try:
            return read_document(await self.body())
        except JSONDecodeError:
            raise
        except ValueError as error:
            raise JSONDecodeError(str(error), "", 0) from error
