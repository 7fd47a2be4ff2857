"""Opening pages one after the other, on a machine that may be slow."""

from helpers.browser import Browser


def visit(browser: Browser, address: str) -> None:
    """Open a page, and wait until it is this one that is there, whichever was announced."""
    browser.evaluate("window.left = true")
    browser.open(address)
    while browser.evaluate("window.left === true || document.readyState != 'complete'"):
        pass
