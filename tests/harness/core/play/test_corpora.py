import re

import pytest
from tests.harness.core.play.scripted import play
from tests.harness.core.play.vector_file import FOLDER, VectorFile, names

from dbal_conform.core.verdict import Verdict


@pytest.mark.parametrize("name", names("valid_pass"))
def test_what_is_right_is_judged_right(name: str) -> None:
    file = VectorFile(FOLDER / "valid_pass" / f"{name}.yaml")
    for case in file.cases:
        result = play(case, file.target(), **file.options)
        wanted = file.expect.get("verdict", "pass")
        assert (result.verdict, result.mismatches) == (Verdict(wanted), ()), result


@pytest.mark.parametrize("name", names("valid_fail"))
def test_what_is_wrong_is_judged_wrong_for_the_stated_reason(name: str) -> None:
    file = VectorFile(FOLDER / "valid_fail" / f"{name}.yaml")
    (case,) = file.cases
    target = file.target()
    result = play(case, target, **file.options)
    assert result.verdict == Verdict(file.expect["verdict"]), result
    found = [(miss.path, miss.requirement) for miss in result.mismatches]
    wanted = file.expect.get("mismatches", [])
    assert found == [(miss["path"], miss["requirement"]) for miss in wanted], result.mismatches
    for miss, expected in zip(result.mismatches, wanted, strict=True):
        assert re.search(expected["why"], miss.why), miss
        assert expected.get("step", miss.step) == miss.step
    if "reason" in file.expect:
        assert re.search(file.expect["reason"], result.reason)
    if "broken" in file.expect:
        assert list(result.broken) == file.expect["broken"]
    assert target.replies == [], "the script was not played to its end"


def test_both_corpora_are_as_large_as_they_must_be() -> None:
    assert len(names("valid_pass")) >= 40
    assert len(names("valid_fail")) >= 40
