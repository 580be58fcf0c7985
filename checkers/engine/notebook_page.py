"""A notebook as one page to keep, with its outputs: nothing is loaded from anywhere.

``python -m checkers.engine.notebook_page NOTEBOOK [TITLE]`` writes the page to the
standard output, a program of its own: what turns notebooks into pages is large. The
page runs no script, so widgets stay away and formulas stay as they were typed.

Errors: a sentence on the standard error and code 1.
"""

from __future__ import annotations

import logging
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from checkers.engine.strings import _, language

MOST = 50 * 2**20
"""Bytes of a notebook."""
_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; font-src data:; "
    "style-src 'unsafe-inline'"
)
_GONE = (
    *("script", "iframe", "frame", "object", "embed", "applet", "link", "base"),
    *("form", "template", "noscript", "meta"),
)
_LOADS = ("src", "srcset", "poster", "background", "data", "xlink:href", "longdesc")
"""Attributes that load something as soon as the page is shown."""
_REMOTE_STYLE = re.compile(
    r"@import\b[^;]*;?|url\(\s*['\"]?(?!data:)[^)]*\)|expression\s*\(", re.IGNORECASE
)
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)


class PageError(Exception):
    """A notebook that cannot be shown; a sentence for its person."""


def notebook_page(path: Path, title: str = "") -> str:
    """Return a notebook as a page.

    Raises:
        PageError: there is none, it is too large, or it is no notebook.
    """
    import nbformat

    try:
        size = path.stat().st_size
        if size > MOST:
            raise PageError(
                _(
                    "{name} has {size} MB, {most} MB is the most: clear its large "
                    "outputs, save it and try again."
                ).format(name=path.name, size=size // 2**20, most=MOST // 2**20)
            )
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise PageError(_("There is no {name} here.").format(name=path.name)) from None
    except OSError as error:
        raise PageError(str(error.strerror)) from None
    except (ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError):
        raise PageError(
            _("{name} is no notebook that can be read.").format(name=path.name)
        ) from None
    return self_contained(_converted(notebook, path), title or path.stem)


def _converted(notebook: Any, path: Path) -> str:
    """Return what nbconvert makes of a notebook."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="lab",
        embed_images=True,
        exclude_anchor_links=True,
        language_code=language(),
    )
    # Where a cell shows both, the picture or table rather than the widget.
    priority = exporter.config.NbConvertBase.get("display_data_priority") or []
    kept = [
        kind for kind in priority if "widget" not in kind and "javascript" not in kind
    ]
    exporter.config.NbConvertBase.display_data_priority = kept
    notebook.metadata.pop("widgets", None)
    resources = {"metadata": {"path": str(path.parent), "name": path.stem}}
    text: str = exporter.from_notebook_node(notebook, resources)[0]
    return text


def self_contained(page: str, title: str) -> str:
    """Return a page without anything that would be run or loaded from elsewhere."""
    from bs4 import BeautifulSoup, Comment

    soup = BeautifulSoup(page, "html.parser")
    for remark in soup.find_all(string=lambda text: isinstance(text, Comment)):
        remark.extract()
    for tag in soup.find_all(_GONE):
        tag.decompose()
    for tag in soup.find_all(True):
        if not tag.decomposed:
            _clean(soup, tag)
    head = soup.head or soup.new_tag("head")
    if soup.head is None:
        soup.insert(0, head)
    if head.title is None:
        head.insert(0, soup.new_tag("title"))
    assert head.title is not None
    head.title.string = title
    policy = {"http-equiv": "Content-Security-Policy", "content": _POLICY}
    width = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    for attributes in (width, policy, {"charset": "utf-8"}):
        head.insert(0, soup.new_tag("meta", attrs=attributes))
    return str(soup)


def _clean(soup: Any, tag: Any) -> None:
    """Take from one element what would run or load."""
    if tag.name == "style":
        tag.string = _REMOTE_STYLE.sub("", _REMARK.sub("", tag.string or ""))
        return
    if tag.get("style"):
        tag["style"] = _REMOTE_STYLE.sub("", str(tag["style"]))
    if not _is_link_to_keep(tag):
        del tag["href"]
    for name in [name for name in tag.attrs if name.lower().startswith("on")]:
        del tag[name]
    _load_nothing(soup, tag)


def _load_nothing(soup: Any, tag: Any) -> None:
    """Take away what an element loads; a picture that is elsewhere becomes a link."""
    for name in _LOADS:
        value = str(tag.get(name, "")).strip()
        if value and not value.lower().startswith(("data:", "#")):
            del tag[name]
            if name == "src" and tag.name == "img":
                _say_where(soup, tag, value)
    if tag.name == "img" and not tag.get("src"):
        tag.decompose()


def _is_link_to_keep(tag: Any) -> bool:
    """Tell whether an element's link waits for a click and runs nothing."""
    address = re.sub(r"[\s\x00-\x1f]", "", str(tag.get("href", ""))).lower()
    if tag.name == "a":
        return not address.startswith(("javascript:", "vbscript:"))
    return not address or address.startswith(("#", "data:"))


def _say_where(soup: Any, tag: Any, address: str) -> None:
    """Put the address of a picture that is elsewhere in its place."""
    if address.startswith(("http://", "https://")):
        link = soup.new_tag("a", href=address)
        link.string = _("Picture: {address}").format(address=address)
        tag.insert_before(link)


def main(words: list[str]) -> int:
    """Write the page of a notebook to the standard output."""
    logging.disable()  # nbconvert's remarks are for authors of notebooks
    warnings.simplefilter("ignore")
    try:
        page = notebook_page(Path(words[0]), *words[1:2])
    except PageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(page.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
