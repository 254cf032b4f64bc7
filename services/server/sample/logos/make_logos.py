#!/usr/bin/env python3
"""Draws the sample's logos as PNG files next to this script: `pip install pillow`, then run it.

Each logo is a mark and a name on transparency. The colours are mid-tones, with a contrast of 3:1 or more on white and
on near-black (checked below), so that one file serves light and dark mail clients. Two have a brighter file for dark
grounds alone. The font is DejaVu Sans Bold. Names after the script draw these only.
"""

import math
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FONTS = [Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/dejavu"), HERE]
SCALE = 4  # drawn large, then shrunk: smooth edges
HEIGHT = 120
DARK = (0x14, 0x16, 0x1A)


def font(size, name="DejaVuSans-Bold.ttf"):
    for folder in FONTS:
        if (folder / name).exists():
            return ImageFont.truetype(str(folder / name), size * SCALE)
    sys.exit(f"{name} is missing: install the DejaVu fonts or put the file next to this script")


def luminance(color):
    parts = [c / 255 for c in color]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def readable(color, grounds=((255, 255, 255), DARK)):
    for ground in grounds:
        a, b = sorted((luminance(color), luminance(ground)))
        ratio = (b + 0.05) / (a + 0.05)
        if ratio < 3:
            sys.exit(f"{color} has a contrast of {ratio:.2f} on {ground}; 3 at least")
    return color


def rgb(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


class Mark:
    """A square of 96 units, drawn at `SCALE`."""

    def __init__(self, draw, left, top):
        self.draw, self.left, self.top = draw, left, top

    def at(self, *points):
        return [((self.left + x) * SCALE, (self.top + y) * SCALE) for x, y in points]

    def polygon(self, color, *points):
        self.draw.polygon(self.at(*points), fill=color)

    def circle(self, color, x, y, r):
        self.draw.ellipse(self.at((x - r, y - r), (x + r, y + r)), fill=color)

    def box(self, color, x, y, w, h, r=0):
        self.draw.rounded_rectangle(self.at((x, y), (x + w, y + h)), r * SCALE, fill=color)

    def line(self, color, width, *points):
        self.draw.line(self.at(*points), fill=color, width=width * SCALE, joint="curve")
        for x, y in (points[0], points[-1]):
            self.circle(color, x, y, width / 2)

    def arc(self, color, width, x, y, r, start, end):
        self.draw.arc(self.at((x - r, y - r), (x + r, y + r)), start, end, fill=color, width=width * SCALE)


CLEAR = (0, 0, 0, 0)


def halvard(m, a, b):
    """A vault's round door with an H cut out."""
    m.circle(a, 48, 48, 46)
    m.box(CLEAR, 27, 22, 11, 52, 2)
    m.box(CLEAR, 58, 22, 11, 52, 2)
    m.box(CLEAR, 36, 42.5, 24, 11)


def nordlicht(m, a, b):
    """Northern lights over the horizon."""
    for i, (height, color) in enumerate([(30, b), (52, a), (74, b), (58, a), (36, b)]):
        m.box(color, 6 + i * 18, 78 - height, 12, height, 6)
    m.box(a, 4, 84, 88, 8, 4)


def lonestar(m, a, b):
    """A star with a core cut out."""
    points = []
    for i in range(10):
        r = 48 if i % 2 == 0 else 20
        angle = math.radians(-90 + 36 * i)
        points.append((48 + r * math.cos(angle), 51 + r * math.sin(angle)))
    m.polygon(a, *points)
    m.circle(CLEAR, 48, 51, 10)


def donauwerk(m, a, b):
    """Two waves under a gear's half."""
    for i in range(7):
        angle = math.radians(180 + 30 * i)
        x, y = 48 + 38 * math.cos(angle), 52 + 38 * math.sin(angle)
        m.circle(a, x, y, 7)
    m.draw.pieslice(m.at((14, 18), (82, 86)), 180, 360, fill=a)
    m.draw.pieslice(m.at((32, 36), (64, 68)), 180, 360, fill=CLEAR)
    for y in (66, 82):
        wave = [(x, y + 5 * math.sin(x / 96 * 4 * math.pi)) for x in range(8, 90, 2)]
        m.line(b, 8, *wave)


def seewerk(m, a, b):
    """A mountain and its reflection in the lake."""
    m.polygon(a, (4, 52), (36, 8), (54, 32), (64, 20), (92, 52))
    m.polygon(b, (16, 60), (80, 60), (64, 80), (54, 70), (36, 90))


def rackandroll(m, a, b):
    """Server slots as an equaliser in a disc."""
    m.circle(a, 48, 48, 46)
    for y, width in ((24, 34), (38, 54), (52, 44), (66, 26)):
        m.box(CLEAR, 48 - width / 2, y, width, 8, 4)


def harbourside(m, a, b):
    """A boat under two sails."""
    m.polygon(a, (44, 6), (44, 62), (8, 62))
    m.polygon(b, (52, 20), (52, 62), (84, 62))
    m.polygon(a, (4, 70), (92, 70), (78, 90), (18, 90))


LOGOS = {
    "halvard": (halvard, "#16808f", "#16808f", ["halvard"], 54),
    "nordlicht": (nordlicht, "#2b7fc4", "#1d9a7b", ["Nordlicht", "IT"], 40),
    "lonestar": (lonestar, "#d1542c", "#d1542c", ["Lone Star", "Data"], 40),
    "donauwerk": (donauwerk, "#c24a5c", "#4878b8", ["donauwerk"], 44),
    "seewerk": (seewerk, "#5a7896", "#2f8fa8", ["Seewerk", "Software"], 38),
    "rackandroll": (rackandroll, "#b3509b", "#b3509b", ["Rack &", "Roll"], 42),
    "harbourside": (harbourside, "#3d7a9e", "#c9762b", ["Harbourside", "Supply"], 36),
}

# For dark grounds: the logo that it is of, and its colours there.
DARK_LOGOS = {
    "halvard-dark": ("halvard", "#5fd0de", "#5fd0de"),
    "nordlicht-dark": ("nordlicht", "#86c3f5", "#63dcb8"),
}


def draw(slug):
    if slug in DARK_LOGOS:
        of, first, second = DARK_LOGOS[slug]
        mark, _, _, lines, size = LOGOS[of]
        first, second = readable(rgb(first), (DARK,)), readable(rgb(second), (DARK,))
    else:
        mark, first, second, lines, size = LOGOS[slug]
        first, second = readable(rgb(first)), readable(rgb(second))
    face = font(size)
    text_width = max(face.getlength(line) for line in lines) / SCALE
    width = math.ceil(12 + 96 + 22 + text_width + 12)
    image = Image.new("RGBA", (width * SCALE, HEIGHT * SCALE), CLEAR)
    pen = ImageDraw.Draw(image)
    mark(Mark(pen, 12, 12), first, second)
    step = size * 1.14
    top = HEIGHT / 2 - step * (len(lines) - 1) / 2
    for i, line in enumerate(lines):
        pen.text((130 * SCALE, (top + i * step) * SCALE), line, font=face, fill=first if i == 0 else second, anchor="lm")
    image = image.resize((width, HEIGHT), Image.LANCZOS)
    image.save(HERE / f"{slug}.png", optimize=True)


if __name__ == "__main__":
    for slug in sys.argv[1:] or [*LOGOS, *DARK_LOGOS]:
        draw(slug)
