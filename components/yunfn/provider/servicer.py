"""The plugin's side of Pulumi's provider protocol: what all resources share.

On the bare gRPC servicer, not on ``pulumi.provider.experimental``: that one puts tracebacks into error texts, cannot
report a partial failure and hides the old inputs.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from yunfn.exceptions import ValidationError, YunfnError
from yunfn.provider.declaration import CheckFailure, Declaration, Difference
from yunfn.provider.failures import PartialFailureError, abort, abort_partial, explain
from yunfn.provider.function import Function, invoke
from yunfn.provider.liveness import Liveness
from yunfn.provider.operations import Operation, Operations
from yunfn.provider.paths import covers, root
from yunfn.provider.progress import EngineLog
from yunfn.provider.properties import Properties, decode, encode
from yunfn.provider.resource import Foretelling, Resource
from yunfn.provider.schema import package_schema
from yunfn.provider.session import Sessions

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Call = TypeVar("Call", bound=Callable[..., Awaitable[Any]])
MakeResources = Callable[[Sessions], Iterable[Resource]]
MakeFunctions = Callable[[Sessions], Iterable[Function]]


def _telling(call: Call) -> Call:
    """Turn what a call raises into an error that the engine shows as it is."""

    @functools.wraps(call)
    async def telling(self: Servicer, request: Any, context: Context) -> Any:
        try:
            return await call(self, request, context)
        except PartialFailureError as failure:
            inputs, secrets = _meant(request)
            secrets |= self._resource(request.urn).declaration.secrets
            declared = self._resource(request.urn).declaration
            await abort_partial(context, failure, failure.inputs or inputs, secrets, refresh=declared.rolls(inputs))
        except YunfnError as error:
            await abort(context, error)
        except (grpc.aio.AbortError, grpc.RpcError):
            raise
        except Exception as error:
            await context.abort(grpc.StatusCode.INTERNAL, explain(error))

    return telling  # type: ignore[return-value]


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine for every resource that ``make_resources`` makes, and every function of ``make_functions``."""

    def __init__(
        self,
        version: str,
        make_resources: MakeResources,
        operations: Operations,
        liveness: Liveness,
        make_functions: MakeFunctions = lambda sessions: (),
    ) -> None:
        super().__init__()
        self._version = version
        self._make_resources = make_resources
        self._make_functions = make_functions
        self._operations = operations
        self._liveness = liveness
        self._resources: Mapping[str, Resource] = {}
        self._functions: Mapping[str, Function] = {}
        #: What was made in this run: outputs by URN and id.
        self._made: dict[tuple[str, str], Mapping[str, Any]] = {}
        #: What the program declares in this run (only then is Check asked), and its inputs where it stays what it is.
        self._declared: set[str] = set()
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._configure(Properties({}))

    def _configure(self, settings: Properties) -> None:
        sessions = Sessions(settings)
        self._resources = {each.declaration.token: each for each in self._make_resources(sessions)}
        self._functions = {each.declaration.token: each for each in self._make_functions(sessions)}

    def connect(self, engine: str) -> None:
        """Speak to the engine at this address (host:port)."""
        if self._operations.log is None and engine:
            self._operations.log = EngineLog(engine, self._liveness.engine_lost)

    def _resource(self, urn: str) -> Resource:
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in self._resources:
            raise ValidationError(urn.rpartition("::")[2], "type", token, f"one of {', '.join(self._resources)}")
        return self._resources[token]

    # The package and the provider's settings

    async def Handshake(self, request: Any, context: Context) -> Any:
        """Meet the engine."""
        self.connect(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    async def Attach(self, request: Any, context: Context) -> Any:
        """Meet an engine that did not start this process (PULUMI_DEBUG_PROVIDERS)."""
        self.connect(request.address)
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: Any, context: Context) -> Any:
        """The plugin's version, which is yunfn's."""
        return plugin_pb2.PluginInfo(version=self._version)

    @_telling
    async def GetSchema(self, request: Any, context: Context) -> Any:
        """The package's schema."""
        declarations = [each.declaration for each in self._resources.values()]
        functions = [each.declaration for each in self._functions.values()]
        return provider_pb2.GetSchemaResponse(schema=package_schema(self._version, declarations, functions))

    async def GetMapping(self, request: Any, context: Context) -> Any:
        """There are no mappings from other tools."""
        return provider_pb2.GetMappingResponse()

    async def CheckConfig(self, request: Any, context: Context) -> Any:
        """Take the settings as they are: a stack's ``yunfn:…`` has settings of programs in it too."""
        return provider_pb2.CheckResponse(inputs=request.news)

    async def DiffConfig(self, request: Any, context: Context) -> Any:
        """Never replace anything: other credentials are the same resources, which know their account themselves.

        It is also what lets resources of another default provider be aliased onto this one's. A change has to be told:
        the engine goes on with the old settings otherwise.
        """
        changed = request.old_inputs != request.news
        kinds = provider_pb2.DiffResponse
        return kinds(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE)

    @_telling
    async def Configure(self, request: Any, context: Context) -> Any:
        """Take the settings; nothing is called before the first operation."""
        self._configure(decode(request.args))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    async def Cancel(self, request: Any, context: Context) -> Any:
        """Stop what runs; the engine also sends it at the end of each run, when nothing does."""
        self._operations.stop_all("was stopped: the update was cancelled")
        for each in (self._made, self._declared, self._kept):
            each.clear()
        return empty_pb2.Empty()

    @_telling
    async def Invoke(self, request: Any, context: Context) -> Any:
        """Call a function; answers one failure per argument that is wrong."""
        return await invoke(self._operations, self._functions, request)

    # Resources

    @_telling
    async def Check(self, request: Any, context: Context) -> Any:
        """Look at the inputs of a resource; answers one failure per property.

        What is declared secret is one from here on, whoever wrote it as plain text: the engine encrypts it in state.
        """
        inputs, resource = decode(request.news), self._resource(request.urn)
        self._declared.add(request.urn)
        failures = resource.check(inputs)
        hidden = resource.declaration.secrets & set(inputs) - inputs.secrets
        secrets = inputs.secrets | resource.declaration.secrets
        return provider_pb2.CheckResponse(
            inputs=encode(inputs, inputs.secrets | hidden) if hidden else request.news,
            failures=[_refusal(each, secret=root(each.property) in secrets) for each in failures],
        )

    @_telling
    async def Diff(self, request: Any, context: Context) -> Any:
        """Compare; pure."""
        olds, old_inputs, news = decode(request.olds), decode(request.old_inputs), decode(request.news)
        resource = self._resource(request.urn)
        found = [
            each
            for each in (*resource.diff(old_inputs, olds, news), *_hidden(olds, news))
            if not any(covers(ignored, each.property) for ignored in request.ignoreChanges)
        ]
        if any(each.replaces for each in found):
            self._kept.pop(request.urn, None)
        elif request.urn in self._declared:
            self._kept[request.urn] = news
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=_roots(each for each in found if each.replaces),
            diffs=_roots(found),
            detailedDiff={each.property: _detail(each) for each in found},
            hasDetailedDiff=True,
            deleteBeforeReplace=_in_the_way(resource.declaration, found),
        )

    @_telling
    async def Create(self, request: Any, context: Context) -> Any:
        """Make a resource; in a preview only say what it will be."""
        resource, inputs = self._resource(request.urn), decode(request.properties)
        secrets = inputs.secrets | resource.declaration.secrets
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(resource.plan(inputs, None), secrets))
        rolls = resource.declaration.rolls(inputs)
        made = await self._operations.perform(
            request.urn,
            "create",
            request.timeout or (None if rolls else resource.timeouts.create),
            lambda operation: resource.create(operation, inputs),
        )
        self._made[request.urn, made.id] = made.outputs
        return provider_pb2.CreateResponse(
            id=made.id, properties=encode(made.outputs, secrets), refresh_before_update=rolls
        )

    @_telling
    async def Read(self, request: Any, context: Context) -> Any:
        """Look at a resource; no id in the answer if it is gone."""
        resource = self._resource(request.urn)
        outputs, inputs = decode(request.properties), decode(request.inputs)
        found = await self._operations.perform(
            request.urn,
            "read",
            request.timeout or resource.timeouts.read,
            lambda operation: resource.read(operation, request.id, outputs, inputs),
        )
        if found is None:
            return provider_pb2.ReadResponse()
        secrets = outputs.secrets | inputs.secrets | resource.declaration.secrets | found.secrets
        return provider_pb2.ReadResponse(
            id=found.id,
            properties=encode(found.outputs, secrets),
            inputs=encode(found.inputs or {}, secrets),
            refresh_before_update=resource.declaration.rolls(found.inputs or {}),
        )

    @_telling
    async def Update(self, request: Any, context: Context) -> Any:
        """Change a resource in place; in a preview only say what it will be."""
        resource, olds, news = self._resource(request.urn), decode(request.olds), decode(request.news)
        secrets = news.secrets | resource.declaration.secrets
        rolls = resource.declaration.rolls(news)
        if request.preview:
            await self._foretell(request.urn, resource, news, olds)
            planned = encode(resource.plan(news, olds), secrets)
            return provider_pb2.UpdateResponse(properties=planned, refresh_before_update=rolls)
        outputs = await self._operations.perform(
            request.urn,
            "update",
            request.timeout or (None if rolls else resource.timeouts.update),
            lambda operation: resource.update(operation, request.id, olds, news),
        )
        return provider_pb2.UpdateResponse(properties=encode(outputs, secrets), refresh_before_update=rolls)

    async def _foretell(self, urn: str, resource: Resource, news: Properties, olds: Properties) -> None:
        if isinstance(resource, Foretelling) and self._operations.log is not None:
            for line in resource.foretell(news, olds):
                await self._operations.log.say(urn, line)

    @_telling
    async def Delete(self, request: Any, context: Context) -> Any:
        """Remove a resource, unless the one that takes its place is the same thing in the cloud.

        The engine replaces what a user tells it to (``up --replace``) by making the new one first, whatever Diff says;
        that one finds the old one by its mark and takes it over. Where the run that did so ended before the old one was
        deleted, because something failed, a later one is told to: what calls go to stays if the program declares it.
        """
        resource, outputs = self._resource(request.urn), decode(request.properties)
        successor = self._made.get((request.urn, request.id))
        if successor is None and resource.declaration.rolling:
            successor = self._kept.get(request.urn)

        async def delete(operation: Operation) -> None:
            if successor is not None and _same_thing(resource.declaration, outputs, successor):
                operation.warn(f"{operation.name}: {request.id} stays: the one that takes its place found it there")
            else:
                await resource.delete(operation, request.id, outputs)

        await self._operations.perform(request.urn, "delete", request.timeout or resource.timeouts.delete, delete)
        return empty_pb2.Empty()


def _meant(request: Any) -> tuple[Properties, frozenset[str]]:
    """The inputs of a create, read or update, and what is secret in it."""
    if isinstance(request, provider_pb2.CreateRequest):
        inputs = decode(request.properties)
        return inputs, inputs.secrets
    if isinstance(request, provider_pb2.UpdateRequest):
        inputs = decode(request.news)
        return inputs, inputs.secrets
    inputs = decode(request.inputs)
    return inputs, inputs.secrets | decode(request.properties).secrets


def _refusal(found: CheckFailure, *, secret: bool) -> Any:
    """What the engine shows of a failure. It adds the whole value of the property that is named: of no secret, then."""
    if not secret:
        return provider_pb2.CheckFailure(property=found.property, reason=found.reason)
    rule = found.reason.partition(", not ")[0]
    return provider_pb2.CheckFailure(reason=f"property {found.property} (a secret, not shown): {rule}")


def _roots(found: Iterable[Difference]) -> list[str]:
    return list(dict.fromkeys(root(each.property) for each in found))


def _same_thing(declared: Declaration, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether both outputs, of one id, are of one thing in the cloud."""
    names = declared.identity or tuple(each.name for each in declared.inputs if each.replaces)
    return all(old.get(name) == new.get(name) for name in names)


def _hidden(olds: Properties, news: Properties) -> Iterator[Difference]:
    """What became a secret since: without an update the state would keep it readable in the outputs."""
    for name in sorted(news.secrets - olds.secrets):
        if name in olds and name in news and olds[name] == news[name]:
            yield Difference(name, replaces=False)


def _in_the_way(declared: Declaration, found: Iterable[Difference]) -> bool:
    """Whether the old one has to go first: it bears the new one's name, or says so itself."""
    replacing = list(found)
    if any(each.replaces and each.in_the_way for each in replacing):
        return True
    if not declared.identity or not any(each.replaces for each in replacing):
        return False
    return not any(root(each.property) in declared.identity for each in replacing)


def _detail(found: Difference) -> Any:
    kinds = provider_pb2.PropertyDiff
    kind = f"{found.kind}{'_replace' if found.replaces else ''}".upper()
    return kinds(kind=kinds.Kind.Value(kind), inputDiff=True)
