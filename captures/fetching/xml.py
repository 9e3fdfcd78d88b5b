"""XML and the head of HTML as a stream of elements. The one door to lxml.

A document is read strictly up to its first mistake, and loosely from there (``loose``). No entity is
resolved beyond XML's own five, no DTD is read, nothing is loaded; an element is gone from memory once
it was handed out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from captures.fetching.loose import Child, Element, read_loosely

_MAX_HEAD_BYTES = 512 * 1024


def read_elements(data: bytes, names: tuple[str, ...], url: str) -> Iterator[Element]:
    """Yield the elements of these local names, also behind a mistake."""
    tags = [tag for name in names for tag in (name, f"{{*}}{name}")]
    stream = etree.iterparse(
        io.BytesIO(data.lstrip()),
        events=("end",),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    count = 0
    try:
        for _, element in stream:
            count += 1
            children = [_to_child(child, url) for child in element if isinstance(child.tag, str)]
            yield Element(_local(element.tag), _attributes(element), children)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:  # what stood before it has been handed out
        yield from islice(read_loosely(data, names), count, None)


def read_root(data: bytes) -> str | None:
    """Return the local name of the first element."""
    parser = etree.iterparse(
        io.BytesIO(data.lstrip()[:65536]),
        events=("start",),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
    )
    try:
        for _, element in parser:
            return _local(element.tag)
    except etree.XMLSyntaxError:
        return None
    return None


def read_links(html: bytes) -> Iterator[dict[str, str]]:
    """Yield the attributes of the ``base`` and ``link`` elements of a page, names in lower case."""
    stream = etree.iterparse(
        io.BytesIO(html[:_MAX_HEAD_BYTES]), events=("start",), tag=("link", "base"), html=True, recover=True
    )
    try:
        for _, element in stream:
            yield {"element": element.tag, **_attributes(element)}
    except etree.XMLSyntaxError:
        return


def _to_child(element: Any, url: str) -> Child:
    text = "".join(element.itertext()).strip()
    return Child(_local(element.tag), text, _attributes(element), element.base or url)


def _attributes(element: Any) -> dict[str, str]:
    return {_local(name).lower(): value.strip() for name, value in element.attrib.items()}


def _local(name: str) -> str:
    return str(name).rpartition("}")[2]
