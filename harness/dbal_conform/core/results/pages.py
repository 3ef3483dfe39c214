"""The form of a page, and whether its members add up (QRY-PAGE)."""

from typing import Final

from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Report
from dbal_conform.core.results.rows import RowForm, RowForms
from dbal_conform.core.results.shapes import whole

MEMBERS: Final = ("data", "total", "page", "limit", "hasMore", "nextCursor")


class PageForm:
    """The form of the pages of one entity; search has no cursors and an order of its own."""

    def __init__(self, row: RowForm, forms: RowForms, *, search: bool) -> None:
        self._row = row
        self._forms = forms
        self._search = search

    def check(self, page: Json, path: str, report: Report) -> Json:
        """Check one page, and return it with its rows decoded."""
        if not isinstance(page, dict) or page.keys() != set(MEMBERS):
            self._refuse(page, path, report)
            return page
        args = report.asked.args
        rows = self._rows(page["data"], path, report)
        if isinstance(rows, list):
            report.pages += 1
            self._add_up(page, rows, args, path, report)
        return {**page, "data": rows}

    def _refuse(self, page: Json, path: str, report: Report) -> None:
        if not isinstance(page, dict):
            report.differ(path, "QRY-PAGE-001", f"is {kind_of(page)}, not a page", actual=page)
            return
        for name in MEMBERS:
            if name not in page:
                report.differ(f"{path}/{name}", "QRY-PAGE-001", "is missing")
        for name in page.keys() - set(MEMBERS):
            why = "is no member of a page"
            report.differ(f"{path}/{name}", "QRY-PAGE-001", why, actual=page[name])
        self._rows(page.get("data"), path, report)

    def _rows(self, data: Json, path: str, report: Report) -> Json:
        if not isinstance(data, list):
            why = f"is {kind_of(data)}, not a list of rows"
            report.differ(f"{path}/data", "QRY-PAGE-001", why, actual=data)
            return data
        args = report.asked.args
        select = selected(args, self._row.primary)
        include = self._forms.included(self._row.entity.name, args.get("include"))
        return [
            self._row.check(
                row, f"{path}/data/{at}", report, self._forms, select=select, include=include
            )
            for at, row in enumerate(data)
        ]

    def _add_up(
        self,
        page: dict[str, Json],
        rows: list[Json],
        args: dict[str, Json],
        path: str,
        report: Report,
    ) -> None:
        limit = self._limit(page["limit"], args, path, report)
        more, total = page["hasMore"], page["total"]
        if not isinstance(more, bool):
            why = f"is {kind_of(more)}, not boolean"
            report.differ(f"{path}/hasMore", "QRY-PAGE-006", why, actual=more)
        if len(rows) > limit:
            why = f"has {len(rows)} rows, more than the limit {limit}"
            report.differ(f"{path}/data", "QRY-PAGE-002", why)
        self._cursor(page["nextCursor"], more, path, report)
        self._order(rows, args, path, report)
        if args.get("cursor") is not None:
            for name in ("page", "total"):
                if page[name] is not None:
                    why = "is not null, though paged by cursor"
                    report.differ(f"{path}/{name}", "QRY-PAGE-008", why, None, page[name])
            return
        number = args.get("page")
        number = number if isinstance(number, int) else 1
        if page["page"] != number:
            report.differ(f"{path}/page", "QRY-PAGE-004", "differs", number, page["page"])
        if whole(total, f"{path}/total", "QRY-PAGE-005", report) and report.asked.alone:
            self._total(int(total), number, limit, rows, more, path, report)  # type: ignore[arg-type]  # whole says so

    def _total(
        self,
        total: int,
        number: int,
        limit: int,
        rows: list[Json],
        more: Json,
        path: str,
        report: Report,
    ) -> None:
        before = (number - 1) * limit
        due = min(limit, max(0, total - before))
        if len(rows) != due:
            why = f"has {len(rows)} rows, where page {number} of {total} has {due}"
            report.differ(f"{path}/data", "QRY-PAGE-005", why)
        follows = before + limit < total
        if more is not follows:
            why = f"page {number} by {limit} of {total} rows"
            report.differ(f"{path}/hasMore", "QRY-PAGE-006", why, follows, more)

    def _limit(self, limit: Json, args: dict[str, Json], path: str, report: Report) -> int:
        wanted = args.get("limit")
        due = wanted if isinstance(wanted, int) else self._row.entity.default_limit
        if limit != due or isinstance(limit, bool):
            report.differ(f"{path}/limit", "QRY-PAGE-002", "differs", due, limit)
        return due

    def _cursor(self, cursor: Json, more: Json, path: str, report: Report) -> None:
        due = more is True and not self._search
        if due is not isinstance(cursor, str) or (not due and cursor is not None):
            why = "must be a string where more rows follow" if due else "must be null"
            report.differ(f"{path}/nextCursor", "QRY-PAGE-007", why, actual=cursor)

    def _order(self, rows: list[Json], args: dict[str, Json], path: str, report: Report) -> None:
        """Without `sort` rows come by key ascending, and no row comes twice in any order."""
        primary = self._row.primary
        keys = [row.get(primary) for row in rows if isinstance(row, dict)]
        texts = [key for key in keys if isinstance(key, str)]
        if len(set(texts)) != len(texts):
            report.differ(f"{path}/data", "QRY-SORT-002", "holds one row twice", actual=keys)
        elif not args.get("sort") and not self._search and texts != sorted(texts):
            why = "is not by key ascending, though no sort was given"
            report.differ(f"{path}/data", "QRY-SORT-003", why, [*sorted(texts)], keys)


def selected(args: dict[str, Json], primary: str) -> frozenset[str] | None:
    """Return the fields that a `select` argument names, and the key; None without one."""
    select = args.get("select")
    if not isinstance(select, list):
        return None
    return frozenset([primary, *(name for name in select if isinstance(name, str))])
