"""The book at its published address: a Sphinx extension, which two variables turn on.

SITE_URL is where the book is published, such as https://example.org/batchnorm.  With it, pages
name their canonical address and have a card for social media, and there are a sitemap, a page for
addresses that do not exist, and what GitHub Pages needs.  REPOSITORY_URL, such as
https://github.com/owner/course, gives each page the button "suggest an edit".  In a clone neither
is set, and all links are relative.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from sphinx.application import Sphinx
from sphinx.config import Config

NOT_FOUND = """
<h1>There is no such page</h1>
<p>It may have moved: the contents are beside this text, and the search is above them.</p>
"""


def site_url() -> str:
    """Where the book is published, without a slash at the end; empty if it is not."""
    return os.environ.get("SITE_URL", "").rstrip("/")


def repository() -> str:
    """Where the course's repository is, without a slash at the end; empty if it is nowhere."""
    return os.environ.get("REPOSITORY_URL", "").rstrip("/")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.connect("config-inited", _suggest_edits)
    if site := site_url():
        app.setup_extension("notfound.extension")
        app.setup_extension("sphinx.ext.githubpages")
        app.setup_extension("sphinxext.opengraph")
        app.connect("config-inited", _publish)
        app.connect("build-finished", _write_sitemap)
        if urlsplit(site).scheme not in {"http", "https"} or not urlsplit(site).netloc:
            raise ValueError(f"SITE_URL is {site}: it must be an address with http:// or https://")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _suggest_edits(app: Sphinx, config: Config) -> None:
    """Give the theme the repository, if there is one."""
    if address := repository():
        config.html_theme_options |= {
            "repository_url": address,
            "repository_branch": "main",
            "use_edit_page_button": True,
        }


def _publish(app: Sphinx, config: Config) -> None:
    """Configure what needs the address."""
    site = site_url()
    config.html_baseurl = config.ogp_site_url = f"{site}/"
    config.ogp_social_cards = {"font": "DejaVu Sans", "line_color": "#0072B2"}
    config.notfound_urls_prefix = f"{urlsplit(site).path}/"
    config.notfound_context = {"title": "No such page", "body": NOT_FOUND}


def _write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """Write sitemap.xml, with all pages of the contents, and robots.txt, which names it."""
    if error is not None:
        return
    pages = "".join(
        f"<url><loc>{escape(f'{site_url()}/{page}.html')}</loc></url>\n"
        for page in sorted(app.env.found_docs)
    )
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}</urlset>\n',
        "utf-8",
    )
    robots = f"User-agent: *\nSitemap: {site_url()}/sitemap.xml\n"
    Path(app.outdir, "robots.txt").write_text(robots, "utf-8")
