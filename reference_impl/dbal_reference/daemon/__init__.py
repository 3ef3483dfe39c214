"""The DBAL as a server: one service, and doors to it by WebSocket, HTTP, gRPC and stdio.

Doors are asyncio; the service is not, and is called in threads (`lanes`). What a door needs is an
extra of the distribution, imported when it is opened: `dbal-conform[daemon]`, `[grpc]`.
"""
