"""Makes any decoded picture upright, 8 bits deep and sRGB, as screens and models expect it."""

from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

from shared.adapters.imaging_decode import orientation

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright_srgb(image: Image.Image) -> Image.Image:
    """RGB, or RGBA where there is transparency, and without metadata.

    A picture that is all of it already is stripped in place: 40 million pixels are not copied.
    """
    turn = _UPRIGHT.get(orientation(image))
    result = _to_srgb(_to_eight_bits(image))
    if turn is not None:
        result = result.transpose(turn)
    result.info.clear()
    return result


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scales 16-bit grey, which conversion would clip: all above 255 would be white."""
    if not image.mode.startswith("I"):
        return image
    grey = image.convert("I").point(lambda value: value / 257 + 0.5).convert("L")
    grey.info.pop("transparency", None)  # a 16-bit shade that no longer exists
    return grey


def _to_srgb(image: Image.Image) -> Image.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    flat = image if image.mode == mode else image.convert(mode)
    profile = image.info.get("icc_profile")
    if not profile:
        return flat
    # The colour engine knows these two by themselves; the profile speaks of their own values.
    source = image if image.mode in {"L", "CMYK"} else flat
    try:
        embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(embedded):
            return flat
        converted = ImageCms.profileToProfile(source, embedded, _srgb(), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return flat  # a profile that is damaged, or meant for another kind of picture
    return flat if converted is None else converted


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
