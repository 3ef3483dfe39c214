"""The form of a page, and whether its members add up (QRY-PAGE)."""

from typing import Final

from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Report
from dbal_conform.core.results.rows import RowForm
from dbal_conform.core.results.shapes import whole

MEMBERS: Final = frozenset({"data", "total", "page", "limit", "hasMore", "nextCursor"})
Members = dict[str, Json]


class PageForm:
    """The form of the pages of one entity; search has no cursors and an order of its own."""

    def __init__(self, row: RowForm, *, search: bool) -> None:
        self._row = row
        self._search = search

    def check(self, page: Json, _path: str, report: Report) -> Json:
        """Check one page, which is a whole result, and return it with its rows decoded."""
        if not isinstance(page, dict):
            report.differ("", "QRY-PAGE-001", f"is {kind_of(page)}, not a page", actual=page)
            return page
        for name in sorted(MEMBERS - page.keys()):
            report.differ(f"/{name}", "QRY-PAGE-001", "is missing")
        for name in sorted(page.keys() - MEMBERS):
            why = "is no member of a page"
            report.differ(f"/{name}", "QRY-PAGE-001", why, actual=page[name])
        data = page.get("data")
        if not isinstance(data, list):
            why = f"is {kind_of(data)}, not a list of rows"
            report.differ("/data", "QRY-PAGE-001", why, actual=data)
            return page
        extent = self._row.extent(report.asked.args)
        rows = [self._row.check(row, f"/data/{at}", report, extent) for at, row in enumerate(data)]
        if page.keys() == MEMBERS:
            report.pages += 1
            self._add_up(page, rows, report)
        return {**page, "data": rows}

    def _add_up(self, page: Members, rows: list[Json], report: Report) -> None:
        args = report.asked.args
        limit = self._limit(page["limit"], report)
        if len(rows) > limit:
            why = f"has {len(rows)} rows, more than the limit {limit}"
            report.differ("/data", "QRY-PAGE-002", why)
        if not isinstance(page["hasMore"], bool):
            why = f"is {kind_of(page['hasMore'])}, not boolean"
            report.differ("/hasMore", "QRY-PAGE-006", why, actual=page["hasMore"])
        self._cursor(page, report)
        self._order(rows, report)
        if args.get("cursor") is None:
            self._by_number(page, len(rows), limit, report)
            return
        for name in ("page", "total"):
            if page[name] is not None:
                why = "is not null, though paged by cursor"
                report.differ(f"/{name}", "QRY-PAGE-008", why, None, page[name])

    def _by_number(self, page: Members, rows: int, limit: int, report: Report) -> None:
        number = report.asked.args.get("page")
        number = number if isinstance(number, int) else 1
        if page["page"] != number:
            report.differ("/page", "QRY-PAGE-004", "differs", number, page["page"])
        total = whole(page["total"], "/total", "QRY-PAGE-005", report)
        if total is None or not report.asked.alone:
            return
        before = (number - 1) * limit
        due = min(limit, max(0, total - before))
        if rows != due:
            why = f"has {rows} rows, where page {number} of {total} has {due}"
            report.differ("/data", "QRY-PAGE-005", why)
        follows = before + limit < total
        if page["hasMore"] is not follows:
            why = f"is page {number} by {limit} of {total} rows"
            report.differ("/hasMore", "QRY-PAGE-006", why, follows, page["hasMore"])

    def _limit(self, limit: Json, report: Report) -> int:
        wanted = report.asked.args.get("limit")
        due = wanted if isinstance(wanted, int) else self._row.entity.default_limit
        if limit != due or isinstance(limit, bool):
            report.differ("/limit", "QRY-PAGE-002", "differs", due, limit)
        return due

    def _cursor(self, page: Members, report: Report) -> None:
        cursor = page["nextCursor"]
        due = page["hasMore"] is True and not self._search
        if not (isinstance(cursor, str) if due else cursor is None):
            why = "must be a string where more rows follow" if due else "must be null"
            report.differ("/nextCursor", "QRY-PAGE-007", why, actual=cursor)

    def _order(self, rows: list[Json], report: Report) -> None:
        """Without `sort` rows come by key ascending, and no row comes twice in any order."""
        keys = [row.get(self._row.primary) for row in rows if isinstance(row, dict)]
        texts = [key for key in keys if isinstance(key, str)]
        if len(set(texts)) != len(texts):
            report.differ("/data", "QRY-SORT-002", "holds one row twice", actual=keys)
        elif not report.asked.args.get("sort") and not self._search and texts != sorted(texts):
            why = "is not by key ascending, though no sort was given"
            report.differ("/data", "QRY-SORT-003", why, [*sorted(texts)], keys)
