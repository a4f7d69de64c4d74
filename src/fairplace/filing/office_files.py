"""Office files without the names of people and machines in them: Word, Excel and OpenDocument text.

- Document properties are emptied, custom ones and the thumbnail taken out.
- Authors of comments and of tracked changes lose their names; the words stay.
- Pictures inside lose what cameras write into them.
- A file that holds other files, or whose parts cannot be read as XML, is not published.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from lxml import etree

from fairplace.errors import Refused
from fairplace.filing import kinds

MOST_MEMBER = 100_000_000
"""Bytes that one part may unpack to."""

_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
_DROPPED = re.compile(r"docProps/(?:thumbnail\..+|custom\.xml)|Thumbnails/.+|xl/printerSettings/.+|customXml/.+", re.IGNORECASE)  # fmt: skip
_HOLDS_FILES = re.compile(r"(?:^|/)embeddings/|^Object |/oleObject", re.IGNORECASE)
_PROPERTIES = frozenset({"coreProperties", "Properties", "document-meta"})
"""Root elements of parts that say who, when and with what: all below them goes."""
_PEOPLE = frozenset({"author", "initials", "userId", "providerId", "displayName", "lastModifiedBy", "userName"})  # fmt: skip
"""Attributes, in whatever namespace, that name somebody."""
_PERSON_TEXT = frozenset({"author", "creator", "sender-initials", "creator-initials", "initial-creator", "printed-by"})
_PRINTER = frozenset({"PrinterName", "PrinterSetup"})
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
)


def stripped(data: bytes, picture: Callable[[bytes, str], bytes]) -> bytes:
    """The copy to publish. `picture` strips one picture. Raises Refused, with why, for a file that is not published."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        members = given.infolist()
        kinds.check_members(members)
        if holds := [one.filename for one in members if _HOLDS_FILES.search(one.filename)]:
            raise Refused(f"it holds another file inside ({holds[0][:80]}); take that out, or print it to a PDF")
        dropped = frozenset(one.filename for one in members if _DROPPED.fullmatch(one.filename))
        for one in members:
            if one.filename not in dropped and not one.is_dir():
                member = zipfile.ZipInfo(one.filename, _ZIPPED_AT)
                member.compress_type = zipfile.ZIP_STORED if one.filename == "mimetype" else zipfile.ZIP_DEFLATED
                made.writestr(member, _member(given, one.filename, dropped, picture))
    return target.getvalue()


def _member(
    given: zipfile.ZipFile, name: str, dropped: frozenset[str], picture: Callable[[bytes, str], bytes]
) -> bytes:
    data = kinds.small(given, name, MOST_MEMBER)
    lower = name.lower()
    if lower.endswith((".xml", ".rels", ".vml", ".psmdcp")):
        return _xml(data, name, dropped)
    if lower.endswith((".png", ".jpg", ".jpeg")):
        return picture(data, kinds.PNG if lower.endswith(".png") else kinds.JPEG)
    return data


def _xml(data: bytes, name: str, dropped: frozenset[str]) -> bytes:
    if not data.strip():
        return data
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise Refused(f"its part {name[:80]} cannot be read; save it anew, or print it to a PDF") from error
    if root.getroottree().docinfo.doctype:
        raise Refused(f"its part {name[:80]} defines words of its own; save it anew, or print it to a PDF")
    if etree.QName(root).localname in _PROPERTIES:
        for child in list(root):
            root.remove(child)
    for element in list(root.iter(etree.Element)):
        _unname(element)
        above = element.getparent()
        if above is not None and _is_left_out(element, name, dropped):
            above.remove(element)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _unname(element: etree._Element) -> None:
    for attribute in list(element.attrib):
        if etree.QName(attribute).localname in _PEOPLE:
            element.attrib[attribute] = ""
    local = etree.QName(element).localname
    if local in _PERSON_TEXT and not len(element):
        element.text = ""
    if local == "pageSetup":  # its settings of a printer are left out
        for attribute in [one for one in element.attrib if etree.QName(one).localname == "id"]:
            del element.attrib[attribute]
    if local == "Relationship" and str(element.get("Target", "")).lower().startswith(("file:", "\\\\")):
        element.set("Target", "about:blank")  # the name of somebody's own folder
    if local == "config-item" and any(value in _PRINTER for value in element.attrib.values()):
        element.text = ""


def _is_left_out(element: etree._Element, name: str, dropped: frozenset[str]) -> bool:
    """Does it name a part that is left out, or the template on somebody's own machine?"""
    local = etree.QName(element).localname
    if local == "attachedTemplate":
        return True
    if local == "Relationship":
        if str(element.get("Type", "")).endswith("/attachedTemplate"):
            return True
        return element.get("TargetMode") != "External" and _resolved(name, str(element.get("Target", ""))) in dropped
    if local == "Override":
        return str(element.get("PartName", "")).lstrip("/") in dropped
    return local == "file-entry" and any(value in dropped for value in element.attrib.values())


def _resolved(name: str, target: str) -> str:
    """The part that a relation in the file of relations `name` means."""
    if target.startswith("/"):
        return target[1:]
    folder = name.split("_rels/", maxsplit=1)[0].strip("/")
    parts = [part for part in folder.split("/") if part]
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)
