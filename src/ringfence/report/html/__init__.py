"""``--format html``: one page that holds everything, to look at and to pass around.

No network, no fonts from elsewhere, no framework; it reads without scripts too. Texts of the
scanned tree become HTML in :mod:`markup` only. ``context`` is what all parts look up, ``overview``
the first screen, ``drawing``, ``layout`` and ``svg`` the map, ``stories``, ``findings`` and
``tables`` the rest, ``page`` puts them together. Looks are in ``page.css``, behaviour in
``page.js`` (filters, links) and ``map.js``.
"""

from __future__ import annotations

from ringfence.model.finding import ScanResult
from ringfence.report import ReportSettings


class HtmlReporter:
    """``--format html``."""

    name = "html"

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        from ringfence.report.html.page import page

        return page(result, settings)


REPORTER = HtmlReporter()
