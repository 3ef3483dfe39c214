"""Messages of `dbal.v1` (schema/proto/dbal/v1/dbal.proto), and values in them.

`dbal_pb2` is generated and committed, so that nobody needs protoc; a test holds it to the proto.
"""
