"""Cases written as an author writes them, read by the loader itself."""

import json
from typing import Any

import yaml

from dbal_conform.core.suite import Case
from dbal_conform.corpus.load import read_suite
from dbal_conform.corpus.source import Source

BECAUSE = {"twin": "none", "because": "of the test"}


def written(*steps: dict[str, Any], **members: Any) -> Case:  # noqa: ANN401 -- members of many types
    """One case with these steps; what is not said is what a test of the play does not care for."""
    case = {"id": "case", "title": "A case", "covers": ["GEN-READ-001"], **members}
    case["steps"] = [json.loads(json.dumps(step)) for step in steps]  # YAML has no aliases here
    suite = {"suite": "self", "contract": "1.0", "as": "system", "cases": [case]}
    text = yaml.safe_dump(suite, sort_keys=False, allow_unicode=True, width=10_000)
    (read,) = read_suite(Source("written.yaml", text), "written.yaml").cases
    return read


def call(method: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- members of many types
    return {"call": method, **members}


def refused(name: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- members of many types
    return {"error": {"name": name, **members}, **BECAUSE}
