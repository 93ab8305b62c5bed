"""The figures as an SVG: one line each, how far they are from their goal, with floor and goal marked. To the right is better."""
import html, math

# name: (floor, goal, True if what counts is the ratio to the yardstick, True if more is better)
TARGETS = {
    'thread_html': (0.85, 1.0, True, True), 'thread_html_gzip': (0.85, 1.0, True, True),
    'thread_html_brotli': (0.85, 1.0, True, True), 'thread_json': (0.85, 1.0, True, True),
    'thread_json_gzip': (0.85, 1.0, True, True), 'thread_json_brotli': (0.85, 1.0, True, True),
    'thread_304': (0.85, 1.0, True, True),
    'accept_sqlite': (2, 6, True, True), 'accept_postgres': (0.7, 0.9, True, True), 'decide_batch': (5000, 20000, False, True),
    'live_memory_per_connection': (12, 4, False, False), 'live_publish_p99': (500, 100, False, False),
    'growth_read': (1.5, 1.1, False, False), 'growth_post': (1.5, 1.1, False, False), 'growth_queue': (1.5, 1.1, False, False),
    'big_thread_first_page': (5, 1, False, False), 'cold_start': (300, 50, False, False), 'cold_start_memory': (80, 40, False, False),
}
LEFT, RIGHT, ROW, TOP, WIDTH = 250, 190, 26, 64, 980
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
    shown = f'{value:,.2f} ×' if by_ratio else f'{value:,.2f} {r["unit"]}'
    return [text(LEFT - 12, y + 5, r['name'], text_anchor='end'),
            f'<line x1="{LEFT}" x2="{at:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"/>',
            f'<circle cx="{at:.1f}" cy="{y}" r="5" fill="{colour}"/>',
            f'<line x1="{least:.1f}" x2="{least:.1f}" y1="{y - 8}" y2="{y + 8}" stroke="#1f2328" stroke-dasharray="2 2"/>',
            text(WIDTH - RIGHT + 14, y + 5, f'{shown}   (floor {floor:g}, goal {goal:g})', font_size=12)]


def svg(results, machine):
    rows = [r for r in results if r['name'] in TARGETS and (r['ratio'] is not None or not TARGETS[r['name']][2])]
    height = TOP + ROW * len(rows) + 46
    bottom = TOP + ROW * len(rows) - 4
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 40} {height}" font-family="sans-serif" font-size="14" fill="#1f2328">',
           '<title>Figures of make bench against their floors and goals</title>',
           f'<rect width="{WIDTH + 40}" height="{height}" fill="#ffffff"/>',
           text(LEFT, 24, f'{machine["cpu"]}, {machine["cores"]} cores, load {machine["load"][0]}', font_size=12),
           text(place(1), TOP - 18, 'goal', text_anchor='middle', font_size=12),
           f'<line x1="{place(1):.1f}" x2="{place(1):.1f}" y1="{TOP - 12}" y2="{bottom}" stroke="#1a7f37"/>']
    for i, r in enumerate(rows):
        out += row(TOP + ROW * i + 8, r)
    for share in (0.1, 0.25, 0.5, 1, 2, 4):
        out.append(text(place(share), bottom + 18, f'{share:g}', text_anchor='middle', font_size=11))
    out.append(text(LEFT, bottom + 38, 'times the goal, right is better; dashed: the floor; green: goal reached, brown: floor kept, red: below',
                    font_size=12))
    return '\n'.join(out) + '\n</svg>\n'
