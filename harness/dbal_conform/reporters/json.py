"""A run for machines: one document of the form in `schema/meta/report.json`.

`format` names the form and its major version. Members may be added within it; none is removed or
given another meaning.
"""

import json
from typing import TextIO

import msgspec

from dbal_conform.core.ledger import Ledger
from dbal_conform.core.matrix import Cell, Matrix, build
from dbal_conform.core.messages import Json
from dbal_conform.reporters.summary import summary

FORMAT = "dbal-conform/report/1"


def write(ledger: Ledger, out: TextIO) -> None:
    """Write the report, ASCII alone, so that no reader stumbles over what a target sent."""
    json.dump(document(ledger), out, indent=1, allow_nan=False)
    out.write("\n")


def document(ledger: Ledger) -> dict[str, Json]:
    """Return the report as JSON data."""
    told = summary(ledger)
    run = msgspec.to_builtins(ledger.header)
    columns = run.pop("columns", [])
    shared = {name: run.pop(name, {}) for name in ("cases", "requirements", "capabilities")}
    deviations = run.pop("deviations", [])
    judgements = ledger.judgements
    return {
        "format": FORMAT,
        "result": ledger.result.value,
        "exit_status": ledger.exit_status,
        "complete": ledger.footer is not None,
        "problems": [{"result": one.result.value, "text": one.text} for one in ledger.problems],
        "run": {name: value for name, value in run.items() if name != "type"},
        "ended_at": ledger.footer.ended_at if ledger.footer else None,
        "counts": {verdict.value: count for verdict, count in told.counts.items()},
        "trials_in_all": told.trials,
        "flaky": told.flaky,
        "columns": columns,
        **shared,
        "deviations": deviations,
        "matrix": _matrix(build(ledger)),
        "trials": [
            {
                **msgspec.to_builtins(result),
                "verdict": result.verdict.value,
                "judgement": judgements[key].value,
            }
            for key, result in sorted(ledger.results.items())
        ],
    }


def _matrix(table: Matrix) -> dict[str, Json]:
    return {
        kind: [
            {
                "name": row.name,
                "cells": [
                    {
                        "target": column.target,
                        "database": column.database,
                        **_cell(cell),
                    }
                    for column, cell in zip(table.columns, row.cells, strict=True)
                ],
            }
            for row in rows
        ]
        for kind, rows in (("capabilities", table.capabilities), ("groups", table.groups))
    }


def _cell(cell: Cell) -> dict[str, Json]:
    """Return a cell; what it does not know is left out."""
    known: dict[str, Json] = {
        "state": cell.state.value,
        "held": cell.held,
        "counted": cell.counted,
    }
    if cell.possible is not None:
        known["possible"] = cell.possible
    if cell.claimed is not None:
        known["claimed"] = cell.claimed
    if cell.proofs:
        known["requirements"] = {proof.requirement: proof.state.value for proof in cell.proofs}
    if apart := {proof.requirement: proof.apart.value for proof in cell.proofs if proof.apart}:
        known["apart"] = dict(apart)
    if cell.evidence:
        known["trials"] = [one.trial for one in cell.evidence]
    return known
