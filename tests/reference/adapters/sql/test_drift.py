"""What is told of tables that are not as they were left."""

from dbal_reference.adapters.sql.drift import ColumnForm, problems

TEXT, NUMBER = ColumnForm("TEXT", required=False), ColumnForm("INTEGER", required=True)
OLD = {"a": TEXT}
NEW = {"a": TEXT, "b": NUMBER}


def test_a_table_may_be_missing_only_where_one_schema_has_none() -> None:
    assert list(problems(None, [OLD])) == ["it is missing"]
    assert list(problems(None, [OLD, None])) == []


def test_columns_are_told_by_name_and_form() -> None:
    assert list(problems(OLD, [OLD])) == []
    assert list(problems({}, [OLD])) == ["column a is missing"]
    assert list(problems({"a": NUMBER}, [OLD])) == [
        "column a is INTEGER NOT NULL, and should be TEXT"
    ]
    assert list(problems(NEW, [OLD])) == ["column b is not of the schema"]


def test_a_change_that_broke_off_may_have_made_any_part_of_it() -> None:
    assert list(problems(OLD, [OLD, NEW])) == []
    assert list(problems(NEW, [OLD, NEW])) == []
    assert list(problems({"a": NUMBER, "b": NUMBER}, [OLD, NEW])) == [
        "column a is INTEGER NOT NULL, and should be TEXT"
    ]
    assert list(problems({"b": NUMBER}, [OLD, None])) == ["column b is not of the schema"]
    assert list(problems({}, [NEW, None])) == []
