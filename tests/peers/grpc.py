"""A peer that speaks gRPC: any method, any bytes."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import grpc

from dbal_conform.transports import protobuf
from tests.peers.behaviour import BIG, HELLO

Asked: TypeAlias = Any  # a CallRequest, whose class is made at run time


def _reply(call_id: str, result: object = HELLO) -> bytes:
    made = protobuf.CallReply(id=call_id)
    protobuf.write(made.result, json.loads(json.dumps(result)))
    data: bytes = made.SerializeToString()
    return data


def _never(_: Asked, context: grpc.ServicerContext) -> Iterator[bytes]:
    while context.is_active():
        time.sleep(0.02)
    yield b""


def _undetailed(_: Asked, context: grpc.ServicerContext) -> Iterator[bytes]:
    context.abort(grpc.StatusCode.NOT_FOUND, "no such row")
    yield b""


def _odd_details(_: Asked, context: grpc.ServicerContext) -> Iterator[bytes]:
    context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff\xff"),))
    context.abort(grpc.StatusCode.NOT_FOUND, "no such row")
    yield b""


def _error_inside(asked: Asked, _: grpc.ServicerContext) -> Iterator[bytes]:
    made = protobuf.CallReply(id=asked.id)
    made.error.name = "NOT_FOUND"
    yield made.SerializeToString()


def _kindless(asked: Asked, _: grpc.ServicerContext) -> Iterator[bytes]:
    made = protobuf.CallReply(id=asked.id)
    made.result.SetInParent()
    yield made.SerializeToString()


BEHAVIOURS: dict[str, Callable[[Asked, grpc.ServicerContext], Iterator[bytes]]] = {
    "well": lambda asked, _: iter([_reply(asked.id)]),
    "wrong-id": lambda asked, _: iter([_reply(f"{asked.id}0")]),
    "twice": lambda asked, _: iter([_reply(asked.id), _reply(asked.id)]),
    "nothing": lambda _, __: iter(()),
    "never": _never,
    "garbage": lambda _, __: iter([b"\xff\xff\xff\xff"]),
    "too-big": lambda asked, _: iter([_reply(asked.id, "x" * BIG)]),
    "undetailed": _undetailed,
    "odd-details": _odd_details,
    "error-inside": _error_inside,
    "kindless": _kindless,
}


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, behaviour: str) -> None:
        self._behave = BEHAVIOURS[behaviour]

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[bytes, bytes]":
        del handler_call_details

        def talk(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            yield from self._behave(protobuf.CallRequest.FromString(next(requests)), context)

        return grpc.stream_stream_rpc_method_handler(talk)


@contextlib.contextmanager
def serving(behaviour: str, tls: tuple[bytes, bytes] | None = None) -> Iterator[int]:
    """The port of a server for as long as the block lasts; `tls` is its key and its chain."""
    server = grpc.server(ThreadPoolExecutor(4), handlers=[_Handler(behaviour)])
    if tls is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([tls]))
    server.start()
    try:
        yield port
    finally:
        server.stop(0).wait()
