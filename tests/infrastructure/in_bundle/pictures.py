"""Runs inside a bundle: every picture operation the functions rely on."""

import io

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")  # what opens as JPEG may turn out to be MPO

upright = Image.Exif()
upright[0x0112] = 6
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
for format_ in (*FORMATS, "MPO"):
    file = io.BytesIO()
    drawn = Image.effect_noise((64, 32), 50).convert("RGB")
    more = {"save_all": True, "append_images": [drawn]} if format_ == "MPO" else {}
    drawn.save(file, format_, exif=upright, icc_profile=profile, **more)
    picture = Image.open(file, formats=FORMATS)
    picture.load()
    assert picture.format == format_
    assert ImageOps.exif_transpose(picture).size == (32, 64), format_
    assert picture.info["icc_profile"] == profile
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))

for refused in (b"GIF89a", b"%PDF-1.7", b"II*\0", b"\0\0\0\x1cftypavif", b"words"):
    try:
        Image.open(io.BytesIO(refused + b"\0" * 64), formats=FORMATS)
    except UnidentifiedImageError:
        continue
    raise AssertionError(refused)
try:
    Image.open(io.BytesIO(b"words"))  # tries every format there is, and finds some missing
except UnidentifiedImageError:
    print("complete")
