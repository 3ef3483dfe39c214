"""How the official images of servers are started, and the URL that then leads to them."""

from urllib.parse import quote

from dbal_conform.environments.containers import Recipe, Running

_DATA = "/dbal-conform"
_CONNECTIONS = 400  # many workers, each with a pool


def recipe_of(name: str, password: str, *, mortal: bool = False) -> Recipe:
    """Return how an image of that name is started: in memory, and without waiting for disks.

    One that is `mortal` finds what it had committed when it is started again after a `kill -9`:
    it is in a file, and given to the system, at each commit. A loss of power is not survived.
    """
    if name == "postgres":
        settings = (
            "fsync=off",
            f"synchronous_commit={'on' if mortal else 'off'}",
            "full_page_writes=off",
            f"max_connections={_CONNECTIONS}",
        )
        words = tuple(word for setting in settings for word in ("-c", setting))
        # Not where the image puts it: its volume, on disk, would lie over ours.
        env = {"POSTGRES_PASSWORD": password, "PGDATA": _DATA}
        return Recipe(5432, env, ("postgres", *words), _DATA, in_memory=not mortal)
    if name == "mongo":
        # A replica set of one, which has transactions; `Admin.prepare` begins it. With a password
        # it would need a key file in the container; it is open on the loopback alone.
        command = ("mongod", "--replSet", "dbal", "--bind_ip_all")
        return Recipe(27017, {}, command, "/data/db", in_memory=not mortal)
    daemon = "mariadbd" if name == "mariadb" else "mysqld"
    flags = (f"--innodb-flush-log-at-trx-commit={2 if mortal else 0}", "--skip-log-bin")
    command = (daemon, *flags, f"--max-connections={_CONNECTIONS}")
    env = {f"{name.upper()}_ROOT_PASSWORD": password}
    return Recipe(3306, env, command, "/var/lib/mysql", in_memory=not mortal)


def url_of(name: str, running: Running, password: str) -> str:
    """Return the URL of a server that `recipe_of` started, for its administrator."""
    if name == "mongo":
        return f"mongodb://{running.host}:{running.port}/?directConnection=true"
    scheme, user, database = (
        ("postgresql", "postgres", "postgres") if name == "postgres" else (name, "root", "mysql")
    )
    return f"{scheme}://{user}:{quote(password, safe='')}@{running.host}:{running.port}/{database}"
