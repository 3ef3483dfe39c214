import pytest

from dbal_conform.core.point import What
from dbal_conform.environments.proxy.statements import LOOKED_AT, Session


def heard(*messages: str) -> list[set[What]]:
    """What each message is beside a statement, in one session."""
    session = Session()
    return [set(session.hear(each.encode())) - {"statement"} for each in messages]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (1)",
        "  update t set a = 1",
        "/* of the ORM */ DELETE FROM t",
        "-- first\nREPLACE INTO t VALUES (1)",
        "WITH old AS (SELECT 1) DELETE FROM t",
        "MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE",
        "BEGIN NOT ATOMIC DELETE FROM t; DELETE FROM s; END",
        "SET a = 1; DELETE FROM t",
    ],
)
def test_a_write_outside_a_transaction_commits_by_itself(text: str) -> None:
    assert heard(text) == [{"write", "commit"}]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'x; DELETE FROM t; COMMIT'",
        'SELECT "insert" FROM t',
        "SELECT 1 FROM t FOR UPDATE",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT $$; DELETE FROM t;$$",
        "SELECT $f$; COMMIT;$f$",
        "SELECT 1 /* ; delete from t */",
        "SAVEPOINT s1",
        "ROLLBACK TO s1; RELEASE s1",
        "SET NAMES utf8mb4",
        "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN INSERT INTO s VALUES (1); END",
        "CREATE FUNCTION f() RETURNS int AS $$ BEGIN DELETE FROM t; END $$ LANGUAGE plpgsql",
        "",
        ";",
    ],
)
def test_what_changes_nothing_is_a_statement_alone(text: str) -> None:
    assert Session().hear(text.encode()) == {"statement"}


@pytest.mark.parametrize("begin", ["BEGIN", "START TRANSACTION", "BEGIN; SELECT 1; SAVEPOINT s"])
@pytest.mark.parametrize("commit", ["COMMIT", "END", "commit and chain", "XA COMMIT 'a'"])
def test_a_transaction_that_wrote_ends_with_a_commit(begin: str, commit: str) -> None:
    write = "INSERT INTO t VALUES (1)"
    assert heard(begin, write, write, commit) == [set(), {"write"}, {"write"}, {"commit"}]


def test_a_commit_of_nothing_is_none() -> None:
    assert heard("BEGIN", "SELECT 1", "COMMIT", "COMMIT") == [set()] * 4
    assert heard("BEGIN", "DELETE FROM t", "ROLLBACK", "COMMIT")[2:] == [set(), set()]


def test_a_savepoint_that_is_undone_ends_no_transaction() -> None:
    texts = ("BEGIN", "DELETE FROM t", "ROLLBACK TO SAVEPOINT s", "COMMIT")
    assert heard(*texts)[-1] == {"commit"}


def test_the_end_of_a_block_commits_nothing() -> None:
    lock = "SELECT v INTO @v FROM w FOR UPDATE; IF @v <> 1 THEN SIGNAL SQLSTATE '45000'; END IF"
    off, commit = "SET AUTOCOMMIT = 0", "COMMIT"
    assert heard(off, f"BEGIN NOT ATOMIC {lock}; END", commit) == [set()] * 3
    block = f"BEGIN NOT ATOMIC {lock}; INSERT INTO t VALUES (1); END"  # noqa: S608 -- not executed
    assert heard(off, block, commit)[1:] == [{"write"}, {"commit"}]
    assert heard(off, "BEGIN NOT ATOMIC DELETE FROM t; COMMIT; END")[1] == {"write", "commit"}
    assert heard(off, "BEGIN NOT ATOMIC IF @v = 1 THEN DELETE FROM t; END IF; END")[1] == {"write"}


def test_without_autocommit_nothing_is_committed_by_itself() -> None:
    off, on = "SET AUTOCOMMIT = 0", "SET autocommit=1"
    write = "INSERT INTO t VALUES (1)"
    assert heard(off, write, "COMMIT", write) == [set(), {"write"}, {"commit"}, {"write"}]
    assert heard(off, on, write)[-1] == {"write", "commit"}


def test_no_more_is_looked_at_than_the_beginning() -> None:
    long = b"SELECT 1 -- " + b"x" * LOOKED_AT + b"\n; DELETE FROM t"
    assert Session().hear(long) == {"statement"}
