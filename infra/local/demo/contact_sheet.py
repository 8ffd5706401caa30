"""Writes what a demo made: the originals, a page to open and one picture of it all."""

import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from statistics import fmean
from string import Template

from PIL import Image, ImageDraw, ImageFont, ImageOps

from infra.local.demo.api import Json
from infra.local.demo.photo import Photo
from infra.local.demo.run import Drawn, Made, Results

_TILE, _GAP, _TITLE, _CAPTION, _NOTE, _COLUMNS = 256, 16, 30, 56, 24, 4
_LINE = 18
_INK, _PAPER = "#222222", "#fafafa"


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of the folder and what is said under it."""

    file: str
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """`line` stands beside the title, `remarks` below it."""

    title: str
    line: str
    pictures: list[Picture]
    remarks: Sequence[str] = ()


def write_contact_sheet(
    out: Path,
    photo: Photo,
    results: Results,
    download: Callable[[str], bytes],
    *,
    note: str,
) -> None:
    """`index.html`, `contact-sheet.png` and every original, in the folder `out`; `note` is said
    of it all."""
    out.mkdir(parents=True, exist_ok=True)
    source = f"source{Path(photo.name).suffix.lower()}"
    (out / source).write_bytes(photo.data)
    passed, *remarks = _checks(results.source["qa"])
    given = Picture(source, ("as given",))
    sections = [Section("Source photo", f"{photo.name}: {passed}", [given], remarks)]
    for number, one in enumerate(results.made, start=1):
        pictures = [
            _save(out, f"{number}-{place}", drawn, download)
            for place, drawn in enumerate(one.pictures, start=1)
        ]
        sections.append(Section(one.title, _summary(one), pictures))
    reviewed = [_save_variant(out, variant, download) for variant in results.variants]
    line = "drawn, exported, edited, taken back as its next version, approved"
    sections.append(Section("A variant under review", line, reviewed))
    (out / "index.html").write_text(_page(sections, note), encoding="utf-8")
    _sheet(out, sections, note).save(out / "contact-sheet.png")


def _save(out: Path, name: str, drawn: Drawn, download: Callable[[str], bytes]) -> Picture:
    image = drawn.image
    file = f"{name}.{image['format'].replace('jpeg', 'jpg')}"
    (out / file).write_bytes(download(image["url"]))
    size = f"{image['width']} x {image['height']}"
    return Picture(file, (drawn.about, f"{size}, {image['model']}", _likeness(image)))


def _save_variant(out: Path, variant: Json, download: Callable[[str], bytes]) -> Picture:
    image = variant["image"]
    file = f"variant-{variant['version']}.{image['format'].replace('jpeg', 'jpg')}"
    (out / file).write_bytes(download(image["url"]))
    role = "the hero of its type" if variant["hero"] else variant["status"]
    origin = (variant["generation_params"] or {}).get("provider") or variant["provenance"]
    made = origin.replace("_", " ")
    return Picture(file, (f"version {variant['version']}, {made}", role, _likeness(image)))


def _checks(qa: Json) -> list[str]:
    """How many passed, and what each of the others says."""
    if not qa["checks"]:
        return ["its faces were not looked at"]
    told = [one["message"] for one in qa["checks"] if one["outcome"] != "passed"]
    return [f"{len(qa['checks']) - len(told)} of {len(qa['checks'])} checks passed", *told]


def _likeness(image: Json) -> str:
    similarity = image["similarity"]
    if similarity["score"] is None:
        return f"likeness: {similarity['reason'] or similarity['status']}".replace("_", " ")
    return f"likeness {similarity['score']:.1f}, {similarity['verdict']}"


def _summary(one: Made) -> str:
    progress, cost = one.job["progress"], one.job["cost"]
    goal = f" ({one.goal})" if one.goal else ""
    return (
        f"{one.job['status']}, {progress['completed']} of {progress['total']} images in "
        f"{one.seconds:.1f} s, ${cost['actual_usd']:.4f}{goal}{_scores(one.scores)}"
    )


def _scores(scores: Sequence[float]) -> str:
    if not scores:
        return ""
    return f", likeness {fmean(scores):.1f}, the worst {min(scores):.1f}"


def _page(sections: list[Section], note: str) -> str:
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    shown = "\n".join(_html(section) for section in sections)
    return template.substitute(note=html.escape(note), sections=shown)


def _html(section: Section) -> str:
    figures = "".join(
        f'<figure><a href="{picture.file}"><img src="{picture.file}" loading="lazy" '
        f'alt="{html.escape(section.title)}"></a>'
        f"<figcaption>{'<br>'.join(map(html.escape, picture.captions))}</figcaption></figure>"
        for picture in section.pictures
    )
    said = "<br>".join(map(html.escape, (section.line, *section.remarks)))
    return (
        f"<section><h2>{html.escape(section.title)}</h2><p>{said}</p>"
        f'<div class="pictures">{figures}</div></section>'
    )


def _sheet(out: Path, sections: list[Section], note: str) -> Image.Image:
    """The pictures in rows of four, as high as their highest, each section under its title."""
    width = _GAP + _COLUMNS * (_TILE + _GAP)
    bands = [_note(width, note)]
    for section in sections:
        bands.append(_heading(width, section))
        bands += [
            _row(width, out, row) for row in batched(section.pictures, _COLUMNS, strict=False)
        ]
    sheet = Image.new("RGB", (width, _GAP + sum(band.height for band in bands)), _PAPER)
    top = _GAP
    for band in bands:
        sheet.paste(band, (0, top))
        top += band.height
    return sheet


def _note(width: int, note: str) -> Image.Image:
    band = Image.new("RGB", (width, _NOTE), _PAPER)
    ImageDraw.Draw(band).text((_GAP, 0), note, _INK, ImageFont.load_default(12))
    return band


def _heading(width: int, section: Section) -> Image.Image:
    band = Image.new("RGB", (width, _TITLE + _LINE * len(section.remarks)), _PAPER)
    draw, title_font = ImageDraw.Draw(band), ImageFont.load_default(18)
    draw.text((_GAP, 0), section.title, _INK, title_font)
    remarks = "\n".join(section.remarks)
    draw.multiline_text((_GAP, _TITLE - 4), remarks, _INK, ImageFont.load_default(12))
    line_left = _GAP + draw.textlength(section.title, title_font) + _GAP
    draw.text((line_left, 5), section.line, _INK, ImageFont.load_default(12))
    return band


def _row(width: int, out: Path, pictures: Sequence[Picture]) -> Image.Image:
    tiles = [_tile(out / picture.file) for picture in pictures]
    lowest = max(tile.height for tile in tiles)
    band = Image.new("RGB", (width, lowest + _CAPTION + _GAP), _PAPER)
    draw, font = ImageDraw.Draw(band), ImageFont.load_default(12)
    for column, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        left = _GAP + column * (_TILE + _GAP)
        band.paste(tile, (left, 0))
        draw.multiline_text((left, lowest + 4), "\n".join(picture.captions), _INK, font)
    return band


def _tile(file: Path) -> Image.Image:
    with Image.open(io.BytesIO(file.read_bytes())) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        return ImageOps.contain(upright, (_TILE, _TILE))
