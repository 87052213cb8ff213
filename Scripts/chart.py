"""Draws plots as SVG, for the pages in Docs: plain Python, no packages."""
import math

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 72, 190, 36, 52
COLOURS = ["#0b6e99", "#c4532d", "#4d7d2c", "#7a4fa3"]
RATES = [0.1, 1, 10, 100, 1_000, 10_000]


class Chart:
    """Lines over a logarithmic axis, payments a second unless it is named; both are logarithmic, if not said otherwise."""

    def __init__(self, title, label, ticks, is_log=True, over="payments a second", over_ticks=RATES, over_max=20_000, is_over_log=True):
        self.title, self.label, self.ticks, self.is_log = title, label, ticks, is_log
        self.over, self.over_ticks, self.over_max = over, over_ticks, over_max
        self.is_over_log = is_over_log
        self.lines = []

    def add(self, name, points, is_dashed=False):
        self.lines.append((name, [(x, y) for x, y in points if y > 0 or not self.is_log], is_dashed))

    def x(self, rate):
        scale = math.log10 if self.is_over_log else float
        low, high = scale(self.over_ticks[0]), scale(self.over_max)
        return LEFT + (scale(rate) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        scale = math.log10 if self.is_log else float
        low, high = scale(self.ticks[0]), scale(self.ticks[-1])
        part = (scale(min(max(value, self.ticks[0]), self.ticks[-1])) - low) / (high - low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def svg(self):
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{self.title}</text>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">{self.over}</text>',
            f'<text x="16" y="{(TOP + HEIGHT - BOTTOM) / 2:.0f}" text-anchor="middle" '
            f'transform="rotate(-90 16 {(TOP + HEIGHT - BOTTOM) / 2:.0f})">{self.label}</text>',
        ]
        for rate in self.over_ticks:
            out.append(self.rule(self.x(rate), TOP, self.x(rate), HEIGHT - BOTTOM))
            out.append(self.tick(self.x(rate), HEIGHT - BOTTOM + 18, "middle", rate))
        for value in self.ticks:
            out.append(self.rule(LEFT, self.y(value), WIDTH - RIGHT, self.y(value)))
            out.append(self.tick(LEFT - 6, self.y(value) + 4, "end", value))
        for index, (name, points, is_dashed) in enumerate(self.lines):
            colour = COLOURS[index % len(COLOURS)]
            path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
            dash = ' stroke-dasharray="6 4"' if is_dashed else ""
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
            for x, y in points:
                out.append(f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="2.5" fill="{colour}"/>')
            y = TOP + 14 + 20 * index
            out.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{y - 9}" width="12" height="10" fill="{colour}"/>')
            out.append(f'<text x="{WIDTH - RIGHT + 32}" y="{y}">{name}</text>')
        return "\n".join(out + ["</svg>", ""])

    @staticmethod
    def rule(x1, y1, x2, y2):
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'

    @staticmethod
    def tick(x, y, anchor, value):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{value:,}</text>'


class Bars:
    """Bars that lie on one another's ends: the parts of a sum, one bar for each row."""

    def __init__(self, title, label, names):
        self.title, self.label, self.names, self.rows = title, label, names, []

    def add(self, name, values):
        self.rows.append((name, values))

    def svg(self):
        largest = max(sum(values) for _, values in self.rows) or 1
        step = 10 ** math.floor(math.log10(largest))
        ticks = [step * i for i in range(int(largest / step) + 2)]
        height = TOP + 70 * len(self.rows) + BOTTOM + 30
        scale = (WIDTH - LEFT - RIGHT) / ticks[-1]
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{self.title}</text>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{height - 12}" text-anchor="middle">{self.label}</text>',
        ]
        for value in ticks:
            x = LEFT + value * scale
            out.append(Chart.rule(x, TOP, x, height - BOTTOM))
            out.append(Chart.tick(x, height - BOTTOM + 18, "middle", round(value, 6)))
        for index, (name, values) in enumerate(self.rows):
            x, y = LEFT, TOP + 20 + 70 * index
            out.append(f'<text x="{x}" y="{y}">{name}: {sum(values):.1f}</text>')
            for value, colour in zip(values, COLOURS):
                out.append(f'<rect x="{x:.1f}" y="{y + 6}" width="{value * scale:.1f}" height="28" fill="{colour}"/>')
                x += value * scale
        for index, name in enumerate(self.names):
            y = TOP + 14 + 20 * index
            out.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{y - 9}" width="12" height="10" fill="{COLOURS[index]}"/>')
            out.append(f'<text x="{WIDTH - RIGHT + 32}" y="{y}">{name}</text>')
        return "\n".join(out + ["</svg>", ""])
