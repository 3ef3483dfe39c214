import pytest

from dbal_reference.adapters.mongo.url import parse

SECRET = "Gehe1m"


def test_a_url_is_taken_apart() -> None:
    url = parse("mongodb://u:p%40ss@h:27018,i/app?replicaSet=rs&pool_size=3&authSource=admin")
    assert (url.database, url.pool_size) == ("app", 3)
    assert url.place == "mongodb://u:p%40ss@h:27018,i/app?replicaSet=rs&authSource=admin"
    assert "p%40ss" not in repr(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mongodb://h", "names no database"),
        ("mongodb://h/", "names no database"),
        ("mongodb://h/a.b", "names no database"),
        ("mongodb://h/app?pool_size=0", "pool_size is a number"),
        ("mongodb://h/app?pool_size=x", "pool_size is a number"),
        ("mongodb://h/app?tlsAllowInvalidCertificates=true", "not tlsAllowInvalidCertificates"),
        ("mongodb://h/app?serverSelectionTimeoutMS=1", "not serverSelectionTimeoutMS"),
        ("mongodb://h/app?x", "not a database URL"),
        (f"mongodb://u:{SECRET}@h@i/app", "not a database URL"),
        (f"mongodb://u:{SECRET}/x@h/app", "not a database URL"),
        (f"mongodb://u:{SECRET}@h:port/app", "not a database URL"),
        (f"mongodb://u:{SECRET}@h/app?authMechanism=x", "not a database URL"),
    ],
)
def test_an_odd_url_is_refused_without_its_password(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        parse(url)
    told: BaseException | None = caught.value
    while told is not None:
        assert SECRET not in str(told)
        told = None if told.__suppress_context__ else told.__context__
