"""The page that a lawyer reads: one self-contained HTML file, no script, no outside resource.

write_page(report, path)
"""

from mintage.disclosure.page.build import render_page, write_page

__all__ = ["render_page", "write_page"]
