"""What is stored before anything is timed, and who asks."""

import hashlib
import random
import uuid
from collections.abc import Iterator
from typing import Any, Final

TENANT: Final = str(uuid.UUID(int=7))
TOKEN: Final = "0123456789abcdef" * 2  # of an administrator of the tenant
NOW_MS: Final = 1_700_000_000_000
FAR_MS: Final = 2**52
USERS: Final = 1000
POSTS: Final = 1000
PAGE: Final = 20
BULK: Final = 100

USER: Final = (
    *("id", "username", "email", "role", "profilePicture", "bio", "createdAt", "tenantId"),
    *("isInstanceOwner", "passwordChangeTimestamp", "firstLogin"),
)
POST: Final = (
    *("id", "title", "slug", "body", "rating", "views", "published", "publishedOn", "data"),
    "ownerId",
)
SESSION: Final = (
    *("id", "userId", "token", "expiresAt", "createdAt", "lastActivity", "ipAddress"),
    "userAgent",
)


def sealed(token: str) -> str:
    """A token as storage knows it."""
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def user_id(number: int) -> str:
    """The key of a user; 0 is the administrator."""
    return str(uuid.UUID(int=(1 << 100) + number))


def post_id(number: int) -> str:
    """The key of a post."""
    return str(uuid.UUID(int=(2 << 100) + number))


def user(number: int, tenant: str = TENANT) -> dict[str, Any]:
    """A row of User."""
    return {
        **dict.fromkeys(USER),
        "id": user_id(number),
        "username": f"user-{number:07}",
        "email": f"user{number}@example.org",
        "role": "user" if number else "admin",
        "bio": "Likes long walks, and short statements." * 3,
        "createdAt": NOW_MS + number,
        "tenantId": tenant,
        "isInstanceOwner": False,
        "firstLogin": False,
    }


def post(key: str, owner: str) -> dict[str, Any]:
    """A row of Post."""
    return {
        **dict.fromkeys(POST),
        "id": key,
        "title": "What a row costs",
        "body": "Nothing is free; but some things are cheaper than others. " * 4,
        "rating": 4.5,
        "views": 12,
        "published": True,
        "ownerId": owner,
    }


def session() -> dict[str, Any]:
    """The administrator's session."""
    return {
        **dict.fromkeys(SESSION),
        "id": str(uuid.UUID(int=9)),
        "userId": user_id(0),
        "token": sealed(TOKEN),
        "expiresAt": FAR_MS,
        "createdAt": NOW_MS,
        "lastActivity": NOW_MS,
    }


def rows() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Everything, in an order that references allow."""
    yield "User", [user(number) for number in range(USERS + 1)]
    yield "Session", [session()]
    yield (
        "Post",
        [post(post_id(number), user_id(number % USERS + 1)) for number in range(POSTS)],
    )


class Chooser:
    """Keys at random, the same ones for every subject of a round."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- not a secret

    def user(self) -> str:
        """The key of a user that exists."""
        return user_id(self._random.randint(1, USERS))
