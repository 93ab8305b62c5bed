"""The figures as an SVG: one line each, how far they are from their goal, with floor and goal marked. To the right is better."""
import html, math, textwrap

from targets import TARGETS

LEFT, RIGHT, ROW, WIDTH = 250, 300, 26, 1120
LOW, HIGH = 0.1, 4.0  # of the goal


def place(share):
    """Where on the logarithmic axis: 1 is the goal."""
    share = min(max(share, LOW), HIGH)
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(share / LOW) / math.log(HIGH / LOW)


def share_of(value, goal, more):
    return value / goal if more else goal / max(value, 1e-9)


def text(x, y, what, **style):
    extra = ''.join(f' {k.replace("_", "-")}="{v}"' for k, v in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{html.escape(what)}</text>'


def row(y, r):
    floor, goal, by_ratio, more = TARGETS[r['name']]
    value = r['ratio'] if by_ratio else r['value']
    at, least = place(share_of(value, goal, more)), place(share_of(floor, goal, more))
    kept = value >= floor if more else value <= floor
    reached = value >= goal if more else value <= goal
    colour = '#1a7f37' if reached else '#9a6700' if kept else '#cf222e'
    ends = [place(share_of(value * (1 + half), goal, more)) for half in (-r['spread'] / 2, r['spread'] / 2)]
    shown = f'{value:,.2f} ×' if by_ratio else f'{value:,.2f} {r["unit"]}'
    return [text(LEFT - 12, y + 5, r['name'], text_anchor='end'),
            f'<line x1="{LEFT}" x2="{at:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"/>',
            f'<line class="spread" x1="{min(ends):.1f}" x2="{max(ends):.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="9" stroke-opacity="0.4"/>',
            f'<circle cx="{at:.1f}" cy="{y}" r="5" fill="{colour}"/>',
            f'<line x1="{least:.1f}" x2="{least:.1f}" y1="{y - 8}" y2="{y + 8}" stroke="#1f2328" stroke-dasharray="2 2"/>',
            text(WIDTH - RIGHT + 14, y + 5, f'{shown}, spread {r["spread"]:.0%}   (floor {floor:g}, goal {goal:g})', font_size=12)]


def made_with(machine):
    """Where and with what, in lines that fit."""
    about = f'{machine["cpu"]}, {machine["cores"]} cores, load {machine["load"][0]}, Linux {machine["kernel"]}'
    versions = [f'{name} {number}'.replace(' ', '\u00a0') for name, number in machine['versions'].items() if number]
    return [about, *(line.replace('\u00a0', ' ') for line in textwrap.wrap(', '.join(versions), 130))]


def svg(results, machine):
    rows = [r for r in results if r['name'] in TARGETS and (r['ratio'] is not None or not TARGETS[r['name']][2])]
    head = made_with(machine)
    top = 24 + 16 * len(head) + 40
    bottom = top + ROW * len(rows) - 4
    height = bottom + 68
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 40} {height}" font-family="sans-serif" font-size="14" fill="#1f2328">',
           '<title>Figures of make bench against their floors and goals</title>',
           f'<rect width="{WIDTH + 40}" height="{height}" fill="#ffffff"/>',
           *(text(20, 24 + 16 * i, line, font_size=12) for i, line in enumerate(head)),
           text(place(1), top - 18, 'goal', text_anchor='middle', font_size=12),
           f'<line x1="{place(1):.1f}" x2="{place(1):.1f}" y1="{top - 12}" y2="{bottom}" stroke="#1a7f37"/>']
    for i, r in enumerate(rows):
        out += row(top + ROW * i + 8, r)
    for share in (0.1, 0.25, 0.5, 1, 2, 4):
        out.append(text(place(share), bottom + 18, f'{share:g}', text_anchor='middle', font_size=11))
    out += [text(20, bottom + 40, 'Times the goal, right is better; dashed: the floor; green: goal reached, brown: floor kept, red: below.', font_size=12),
            text(20, bottom + 56, 'Pale bar: the spread, the most less the least of the rounds, laid about their median.', font_size=12)]
    return '\n'.join(out) + '\n</svg>\n'
