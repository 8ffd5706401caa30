"""Writes what a demo made: the originals, a page to open and one picture of it all."""

import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from PIL import Image, ImageDraw, ImageFont, ImageOps

from infra.local.demo.api import Json
from infra.local.demo.photo import Photo
from infra.local.demo.run import Made

_TILE, _GAP, _TITLE, _CAPTION, _COLUMNS = 256, 16, 30, 40, 4
_INK, _PAPER = "#222222", "#fafafa"


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of the folder and what is said under it."""

    file: str
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    line: str
    pictures: list[Picture]


def write_contact_sheet(
    out: Path, photo: Photo, made: list[Made], download: Callable[[str], bytes]
) -> None:
    """`index.html`, `contact-sheet.png` and every original, in the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    source = f"source{Path(photo.name).suffix.lower()}"
    (out / source).write_bytes(photo.data)
    sections = [Section("Source photo", photo.name, [Picture(source, ("as given",))])]
    for number, one in enumerate(made, start=1):
        pictures = [
            _save(out, number, item, download)
            for item in one.generation["items"]
            if item["image"] is not None
        ]
        sections.append(Section(one.title, _summary(one), pictures))
    (out / "index.html").write_text(_page(sections), encoding="utf-8")
    _sheet(out, sections).save(out / "contact-sheet.png")


def _save(out: Path, number: int, item: Json, download: Callable[[str], bytes]) -> Picture:
    image = item["image"]
    extension = "jpg" if image["format"] == "jpeg" else image["format"]
    file = f"{number}-{item['index'] + 1}.{extension}"
    (out / file).write_bytes(download(image["url"]))
    size = f"{image['width']} x {image['height']}"
    return Picture(file, (f"{size}, seed {item['seed']}", item["model"]))


def _summary(one: Made) -> str:
    progress, cost = one.generation["progress"], one.generation["cost"]
    return (
        f"{one.generation['id']}: {one.generation['status']}, "
        f"{progress['completed']} of {progress['total']} images in {one.seconds:.1f} s, "
        f"${cost['actual_usd']:.4f} (estimated ${cost['estimated_usd']:.4f})"
    )


def _page(sections: list[Section]) -> str:
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    return template.substitute(sections="\n".join(_html(section) for section in sections))


def _html(section: Section) -> str:
    figures = "".join(
        f'<figure><a href="{picture.file}"><img src="{picture.file}" loading="lazy" '
        f'alt="{html.escape(section.title)}"></a>'
        f"<figcaption>{'<br>'.join(map(html.escape, picture.captions))}</figcaption></figure>"
        for picture in section.pictures
    )
    return (
        f"<section><h2>{html.escape(section.title)}</h2><p>{html.escape(section.line)}</p>"
        f'<div class="pictures">{figures}</div></section>'
    )


def _sheet(out: Path, sections: list[Section]) -> Image.Image:
    """The pictures in rows of four, each section under its title."""
    rows = sum(-(-len(section.pictures) // _COLUMNS) for section in sections)
    width = _GAP + _COLUMNS * (_TILE + _GAP)
    height = _GAP + rows * (_TILE + _CAPTION + _GAP) + len(sections) * _TITLE
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    title_font, caption_font = ImageFont.load_default(18), ImageFont.load_default(12)
    top = _GAP
    for section in sections:
        draw.text((_GAP, top), section.title, _INK, title_font)
        line_left = _GAP + draw.textlength(section.title, title_font) + _GAP
        draw.text((line_left, top + 5), section.line, _INK, caption_font)
        top += _TITLE
        for index, picture in enumerate(section.pictures):
            row, column = divmod(index, _COLUMNS)
            left, upper = _GAP + column * (_TILE + _GAP), top + row * (_TILE + _CAPTION + _GAP)
            sheet.paste(_tile(out / picture.file), (left, upper))
            draw.multiline_text(
                (left, upper + _TILE + 4), "\n".join(picture.captions), _INK, caption_font
            )
        top += -(-len(section.pictures) // _COLUMNS) * (_TILE + _CAPTION + _GAP)
    return sheet


def _tile(file: Path) -> Image.Image:
    with Image.open(io.BytesIO(file.read_bytes())) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        return ImageOps.contain(upright, (_TILE, _TILE))
