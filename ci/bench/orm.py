"""SQLAlchemy's ORM as its manual shows it: a Session for each request, mapped classes."""

import uuid
from collections.abc import Sequence
from typing import Any

import world
from sqlalchemy import BigInteger, Boolean, Double, ForeignKey, Text, create_engine, func, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)


class Base(DeclarativeBase):
    """The registry."""


class User(Base):
    """A user."""

    __tablename__ = "User"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    profilePicture: Mapped[str | None] = mapped_column(Text)  # noqa: N815 -- the column's name, as below
    bio: Mapped[str | None] = mapped_column(Text)
    createdAt: Mapped[int] = mapped_column(BigInteger)  # noqa: N815
    tenantId: Mapped[str | None] = mapped_column(Text)  # noqa: N815
    isInstanceOwner: Mapped[bool] = mapped_column(Boolean)  # noqa: N815
    passwordChangeTimestamp: Mapped[int | None] = mapped_column(BigInteger)  # noqa: N815
    firstLogin: Mapped[bool] = mapped_column(Boolean)  # noqa: N815


class Login(Base):
    """A session; SQLAlchemy has the name already."""

    __tablename__ = "Session"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    userId: Mapped[str] = mapped_column(ForeignKey("User.id"))  # noqa: N815
    token: Mapped[str] = mapped_column(Text)
    expiresAt: Mapped[int] = mapped_column(BigInteger)  # noqa: N815
    createdAt: Mapped[int] = mapped_column(BigInteger)  # noqa: N815


class Post(Base):
    """A post."""

    __tablename__ = "Post"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    rating: Mapped[float | None] = mapped_column(Double)
    views: Mapped[int] = mapped_column(BigInteger)
    published: Mapped[bool] = mapped_column(Boolean)
    publishedOn: Mapped[str | None] = mapped_column(Text)  # noqa: N815
    data: Mapped[str | None] = mapped_column(Text)
    ownerId: Mapped[str | None] = mapped_column(ForeignKey("User.id"))  # noqa: N815
    owner: Mapped[User | None] = relationship()


class Orm:
    """One engine with its pool."""

    name = "SQLAlchemy ORM"

    def __init__(self, url: str) -> None:
        kind, _, rest = url.partition(":")
        drivers = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
        rest = f"///{rest}" if kind == "sqlite" else rest
        self._engine = create_engine(f"{drivers.get(kind, 'mysql+pymysql')}:{rest}")

    def point_read(self, key: str) -> dict[str, Any]:
        """One user."""
        with Session(self._engine) as session, session.begin():
            tenant = _who(session)
            wanted = select(User).where(User.id == key, User.tenantId == tenant)
            return _shown(session.scalars(wanted).one(), world.USER)

    def list_page(self) -> tuple[Sequence[Any], int]:
        """The first users by name."""
        with Session(self._engine) as session, session.begin():
            matches = (User.tenantId == _who(session), User.role == "user")
            page = select(User).where(*matches).order_by(User.username).limit(world.PAGE)
            rows = [_shown(found, world.USER) for found in session.scalars(page)]
            total = session.scalar(select(func.count()).select_from(User).where(*matches))
            return rows, total or 0

    def include(self) -> tuple[Sequence[Any], int]:
        """The first posts with their owners."""
        with Session(self._engine) as session, session.begin():
            tenant = _who(session)
            owners = selectinload(Post.owner.and_(User.tenantId == tenant))
            matches = Post.views == 12  # noqa: PLR2004 -- what all have
            page = select(Post).where(matches).order_by(Post.id).limit(world.PAGE).options(owners)
            rows = [
                {
                    **_shown(found, world.POST),
                    "owner": found.owner and _shown(found.owner, world.USER),
                }
                for found in session.scalars(page)
            ]
            total = session.scalar(select(func.count()).select_from(Post).where(matches))
            return rows, total or 0

    def create(self, owner: str) -> dict[str, Any]:
        """One post."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            return _shown(_make(session, owner), world.POST)

    def create_many(self, owner: str) -> int:
        """Posts by `add_all`."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            _owner(session, owner, _who(session))
            made = [Post(**world.post(str(uuid.uuid4()), owner)) for _ in range(world.BULK)]
            session.add_all(made)
            return len(made)

    def transaction(self, owner: str) -> None:
        """Three posts."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            for _ in range(3):
                _make(session, owner)
                session.flush()

    def close(self) -> None:
        """Hang up."""
        self._engine.dispose()


def _who(session: Session) -> str:
    wanted = (
        select(Login, User)
        .join(User, User.id == Login.userId)
        .where(Login.token == world.sealed(world.TOKEN), Login.expiresAt > world.NOW_MS)
    )
    login, user = session.execute(wanted).one()
    changed_at = user.passwordChangeTimestamp
    if changed_at is not None and login.createdAt < changed_at:
        raise PermissionError
    return str(user.tenantId)


def _owner(session: Session, owner: str, tenant: str) -> None:
    if session.scalar(select(User.id).where(User.id == owner, User.tenantId == tenant)) is None:
        raise LookupError(owner)


def _make(session: Session, owner: str) -> Post:
    _owner(session, owner, _who(session))
    made = Post(**world.post(str(uuid.uuid4()), owner))
    session.add(made)
    return made


def _shown(found: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}
