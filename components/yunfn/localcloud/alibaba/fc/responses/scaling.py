"""Reserved concurrency, provisioned instances and asynchronous settings on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.models.scaling import Scaling
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.alibaba.fc.state import LATEST
from yunfn.localcloud.store import Collection, Document


async def put_concurrency(request: FcRequest) -> Response:
    """PutConcurrencyConfig."""
    return done(request.call, Scaling(request.scope).put_concurrency(request.path["function"], request.body))


async def get_concurrency(request: FcRequest) -> Response:
    """GetConcurrencyConfig."""
    return done(request.call, Scaling(request.scope).concurrency(request.path["function"]))


async def delete_concurrency(request: FcRequest) -> Response:
    """DeleteConcurrencyConfig."""
    Scaling(request.scope).delete_concurrency(request.path["function"])
    return gone(request.call)


async def list_concurrency(request: FcRequest) -> Response:
    """ListConcurrencyConfigs, of one function or of all."""
    function = request.call.param("functionName")

    def after(token: str) -> Iterable[tuple[str, Document]]:
        rows = request.scope.state.concurrency.scan(after=token)
        return ((name, document) for name, document in rows if not function or name == function)

    configs, token = request.page(after)
    return done(request.call, {"configs": configs, "nextToken": token})


async def put_provision(request: FcRequest) -> Response:
    """PutProvisionConfig."""
    name, qualifier = request.path["function"], request.qualifier or LATEST
    document = Scaling(request.scope).put_provision(name, qualifier, request.body)
    return done(request.call, _provision(request, name, qualifier, document))


async def get_provision(request: FcRequest) -> Response:
    """GetProvisionConfig."""
    qualifier, document = Scaling(request.scope).provision(request.path["function"], request.qualifier)
    return done(request.call, _provision(request, request.path["function"], qualifier, document))


async def delete_provision(request: FcRequest) -> Response:
    """DeleteProvisionConfig."""
    Scaling(request.scope).delete_provision(request.path["function"], request.qualifier or LATEST)
    return gone(request.call)


async def list_provision(request: FcRequest) -> Response:
    """ListProvisionConfigs, of one function or of all."""
    rows, token = request.page(lambda after: _of(request, request.scope.state.provision, after))
    configs = []
    for key, document in rows:
        function, _, qualifier = key.partition("/")
        configs.append(_provision(request, function, qualifier, document))
    return done(request.call, {"provisionConfigs": configs, "nextToken": token})


async def put_async(request: FcRequest) -> Response:
    """PutAsyncInvokeConfig."""
    name, qualifier = request.path["function"], request.qualifier or LATEST
    return done(request.call, Scaling(request.scope).put_async(name, qualifier, request.body))


async def get_async(request: FcRequest) -> Response:
    """GetAsyncInvokeConfig."""
    return done(request.call, Scaling(request.scope).async_invoke(request.path["function"], request.qualifier))


async def delete_async(request: FcRequest) -> Response:
    """DeleteAsyncInvokeConfig."""
    Scaling(request.scope).delete_async(request.path["function"], request.qualifier or LATEST)
    return gone(request.call)


async def list_async(request: FcRequest) -> Response:
    """ListAsyncInvokeConfigs, of one function or of all."""
    rows, token = request.page(lambda after: _of(request, request.scope.state.async_invoke, after))
    return done(request.call, {"configs": [document for _, document in rows], "nextToken": token})


def _of(request: FcRequest, collection: Collection, after: str) -> Iterable[tuple[str, tuple[str, Document]]]:
    function = request.call.param("functionName")
    rows = collection.scan(prefix=f"{function}/" if function else "", after=after)
    return ((key, (key, document)) for key, document in rows)


def _provision(request: FcRequest, function: str, qualifier: str, document: Document) -> Document:
    scope = request.scope
    current, error = request.directory.provisioned((scope.account, scope.region, function), qualifier)
    return document | {"current": current, "currentError": error}
