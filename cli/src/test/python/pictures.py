"""Writes src/test/resources/pictures: pictures, and in expected.txt what Pillow reads from them.

Made with Debian 12's Pillow 9.4.0 and numpy 1.24.2: python3 src/test/python/pictures.py
"""
import struct
import zlib
from pathlib import Path

import numpy
from PIL import Image, ImageCms

HERE = Path(__file__).parent.parent / "resources" / "pictures"
rng = numpy.random.RandomState(7)
grey = rng.randint(0, 256, (5, 7), dtype=numpy.uint8)
colour = rng.randint(0, 256, (4, 6, 3), dtype=numpy.uint8)
y, x = numpy.mgrid[0:12, 0:16]
smooth = numpy.stack([x * 15, y * 20, 255 - x * 5 - y * 10], -1).astype(numpy.uint8)
expected = []


def expect(name, image):
    array = numpy.array(image)
    array = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
    shape = "x".join(map(str, array.shape))
    expected.append(f"{name} {shape} {' '.join(map(str, array.ravel()))}")


def save(name, image, mode=None, **options):
    image.save(HERE / name, **options)
    if mode:
        expect(name, Image.open(HERE / name).convert(mode))


def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def few_bits(name, bits, colour_type, samples, *chunks):
    """A PNG file with fewer than 8 bits a sample, which Pillow cannot write."""
    rows = b""
    for row in samples:
        text = "".join(format(value, f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        rows += b"\0" + int(text, 2).to_bytes(len(text) // 8, "big")
    height, width = samples.shape
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks)
    (HERE / name).write_bytes(data + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


g, c, s = Image.fromarray(grey), Image.fromarray(colour), Image.fromarray(smooth)
save("grey.png", g, "L")
save("rgb.png", c, "RGB")
save("palette.png", c.quantize(16), "RGB")
for bits in 1, 2, 4:
    codes = grey >> (8 - bits)
    few_bits(f"grey{bits}.png", bits, 0, codes)
    expect(f"grey{bits}.png", Image.fromarray(codes * (255 // (2**bits - 1))))
opaque = Image.fromarray(numpy.full((4, 6), 255, numpy.uint8))
save("opaque.png", Image.merge("RGBA", (*c.split(), opaque)), "RGB")
save("grey-opaque.png", Image.merge("LA", (g, Image.fromarray(grey * 0 + 255))), "L")
save("gamma.png", g, "L")
data = (HERE / "grey.png").read_bytes()
(HERE / "gamma.png").write_bytes(data[:33] + chunk(b"gAMA", struct.pack(">I", 100000)) + data[33:])
expected[-1] = expected[0].replace("grey.png", "gamma.png")

rotated = c.copy()
exif = Image.Exif()
exif[0x0112] = 6
save("turned.png", rotated, exif=exif)
expect("turned.png", c.transpose(Image.Transpose.ROTATE_270))

alpha = opaque.copy()
alpha.putpixel((3, 2), 254)
save("transparent.png", Image.merge("RGBA", (*c.split(), alpha)))
save("transparent-palette.png", c.quantize(16), transparency=0)
save("transparent-colour.png", c, transparency=tuple(map(int, colour[0, 0])))
save("sixteen-bits.png", Image.fromarray(grey.astype(numpy.uint16) * 257))

save("rgb.jpg", s, "RGB", quality=90, subsampling=0)
save("subsampled.jpg", s, "RGB", quality=90, subsampling=2)
save("progressive.jpg", s, "RGB", quality=90, progressive=True)
save("grey.jpg", s.convert("L"), "L", quality=90)
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# Red and blue exchanged: whoever applies it gets other pixels.
swapped = profile.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")
save("profile.jpg", s, "RGB", quality=90, icc_profile=swapped)
save("cmyk.jpg", s.convert("CMYK"), quality=50)
turns = {
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_270],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_90],
}
for orientation, (turn,) in turns.items():
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"turned{orientation}.jpg"
    save(name, s, quality=90, subsampling=0, exif=exif)
    expect(name, Image.open(HERE / name).transpose(turn))

for name, size, box in [
    ("stretch", (4, 3), None),
    ("stretch", (9, 8), None),
    ("stretch", (7, 2), None),
    ("crop", (3, 3), (1, 0, 6, 5)),
    ("crop", (2, 4), (2.25, 0, 4.75, 5)),
    ("crop", (6, 10), (2, 0, 5, 5)),
]:
    expect(name, g.resize(size, Image.Resampling.BILINEAR, box=box))
(HERE / "expected.txt").write_text("\n".join(expected) + "\n")
