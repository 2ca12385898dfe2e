"""Pages of decisions that comments cite exist."""

import re

from small_runs import SHIPPED

ROOT = SHIPPED.parent
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
SOURCES = [p for folder in ("pinn_metakan", "problems") for p in (ROOT / folder).rglob("*.py")]
CITED = re.compile(r"docs/decisions/(\d{4}-[\w-]+\.md)")


def test_pages_that_are_cited_exist() -> None:
    cited = {name for path in SOURCES for name in CITED.findall(path.read_text())}
    assert len(cited) > 5
    assert cited <= {page.name for page in PAGES}
