"""Pictures as bytes, through Pillow."""

import io
from typing import TYPE_CHECKING, Any, Final

from penstock.errors import InvalidParameter, Unsupported

if TYPE_CHECKING:
    from PIL.Image import Image

# The longer side of the small twin of an image, in pixels.
_SMALL: Final = 256


def png_of(image: Any, suffix: str) -> bytes:
    """The image in the format that ``suffix`` names (``.png`` if none).

    Raises:
        InvalidParameter: it is no image, or Pillow does not know the format.
        Unsupported: Pillow is not installed.
    """
    picture = _picture(image)
    buffer = io.BytesIO()
    from PIL import Image as Pillow

    Pillow.init()
    kind = Pillow.EXTENSION.get(suffix.lower() or ".png")
    if kind is None:
        raise InvalidParameter(f"'{suffix}' is no format for images: use .png or .jpg.")
    if kind == "JPEG" and picture.mode not in {"L", "RGB", "CMYK"}:
        picture = picture.convert("RGB")
    picture.save(buffer, format=kind)
    return buffer.getvalue()


def webp_of(image: Any) -> bytes:
    """A small version of the image, as WebP.

    Raises:
        InvalidParameter: it is no image.
        Unsupported: Pillow is not installed.
    """
    picture = _picture(image).copy()
    picture.thumbnail((_SMALL, _SMALL))
    buffer = io.BytesIO()
    picture.convert("RGBA" if "A" in picture.getbands() else "RGB").save(buffer, format="WEBP", quality=80)
    return buffer.getvalue()


def _picture(image: Any) -> "Image":
    try:
        from PIL import Image as Pillow
    except ImportError:
        raise Unsupported("Logging images needs Pillow: pip install 'penstock[images]'.") from None
    if isinstance(image, Pillow.Image):
        return image
    try:
        return Pillow.fromarray(_pixels(image))
    except (TypeError, ValueError) as error:
        raise InvalidParameter(f"This {type(image).__name__} is no image: {error}.") from None


def _pixels(image: Any) -> Any:
    """The array as bytes of 0-255, without a last axis of one."""
    try:
        import numpy as np
    except ImportError:
        raise Unsupported("Logging an array as an image needs NumPy: pip install numpy.") from None
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim not in {2, 3} or (pixels.ndim == 3 and pixels.shape[2] not in {3, 4}):
        raise InvalidParameter(
            f"An image has the shape (height, width) or (height, width, 1, 3 or 4), not {pixels.shape}."
        )
    if pixels.dtype == bool:
        return pixels.astype(np.uint8) * 255
    if pixels.dtype.kind == "f":
        _check_range(pixels, 0, 1)
        return (pixels * 255).round().astype(np.uint8)
    if pixels.dtype.kind in "iu":
        _check_range(pixels, 0, 255)
        return pixels.astype(np.uint8)
    raise InvalidParameter(f"The pixels of an image are numbers, not {pixels.dtype}.")


def _check_range(pixels: Any, least: int, most: int) -> None:
    if pixels.size and not (pixels.min() >= least and pixels.max() <= most):
        raise InvalidParameter(f"Pixels of type {pixels.dtype} must lie between {least} and {most}.")
