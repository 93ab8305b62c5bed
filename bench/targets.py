"""What was promised: floors and goals, by figure."""

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


def told(name, unit):
    """Floor and goal in words; '' for what was promised nothing."""
    if name not in TARGETS:
        return ''
    floor, goal, by_ratio, _ = TARGETS[name]
    unit = '×' if by_ratio else unit
    return f'floor {floor:g} {unit}, goal {goal:g} {unit}'
