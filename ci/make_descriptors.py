"""Write the descriptors of `dbal.v1` that the harness makes its gRPC messages of.

Run after a change of schema/proto; tests/harness/transports/test_protobuf.py holds both in step.
Needs grpcio-tools and googleapis-common-protos (the group dev).
"""

import sys
from importlib.resources import files
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "harness/dbal_conform/transports/dbal_v1.binpb"
SOURCES = ("dbal/v1/dbal.proto", "google/rpc/status.proto", "google/rpc/error_details.proto")


def compile_to(output: Path) -> descriptor_pb2.FileDescriptorSet:
    """Compile the sources with all that they import."""
    google = Path(str(files("google.rpc").joinpath("status.proto"))).parents[2]
    well_known = Path(str(files("grpc_tools"))) / "_proto"
    includes = [f"-I{ROOT / 'schema/proto'}", f"-I{google}", f"-I{well_known}"]
    words = ["protoc", *includes, "--include_imports", f"--descriptor_set_out={output}", *SOURCES]
    if protoc.main(words):
        sys.exit("protoc failed")
    return descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())


if __name__ == "__main__":
    compile_to(OUTPUT)
