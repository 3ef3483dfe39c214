"""The committed code is what protoc makes of the proto.

To make it again, from the top of the checkout:

    python -m grpc_tools.protoc -I schema/proto --python_out=/tmp --pyi_out=/tmp dbal/v1/dbal.proto
    cp /tmp/dbal/v1/dbal_pb2.py* reference_impl/dbal_reference/wire/protobuf/
"""

from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc

from dbal_reference.wire.protobuf import dbal_pb2

PROTO = Path(__file__).parents[4] / "schema" / "proto"


def test_the_committed_code_is_in_step_with_the_proto(tmp_path: Path) -> None:
    out = tmp_path / "set"
    arguments = ["protoc", f"-I{PROTO}", f"--descriptor_set_out={out}", "dbal/v1/dbal.proto"]
    assert protoc.main(arguments) == 0
    (fresh,) = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    committed = descriptor_pb2.FileDescriptorProto()
    dbal_pb2.DESCRIPTOR.CopyToProto(committed)
    fresh.ClearField("source_code_info")
    for file in (fresh, committed):  # protoc fills in what the runtime leaves out
        for message in file.message_type:
            for field in message.field:
                field.ClearField("json_name")
            for nested in message.nested_type:
                for field in nested.field:
                    field.ClearField("json_name")
    assert committed == fresh


def test_the_stubs_name_every_message() -> None:
    stubs = Path(dbal_pb2.__file__).with_suffix(".pyi").read_text()
    for name in dbal_pb2.DESCRIPTOR.message_types_by_name:
        assert f"class {name}(" in stubs
