#!/usr/bin/env python3
"""The systemd unit leaves little open: systemd's own reckoning must stay at 2.0 or less."""
import pathlib, re, subprocess, sys

UNIT = pathlib.Path(__file__).resolve().parents[2] / 'deploy/systemd/freigabe.service'
MOST = 2.0

out = subprocess.run(['systemd-analyze', 'security', '--offline=yes', '--no-pager', sys.argv[1] if len(sys.argv) > 1 else UNIT],
                     capture_output=True, text=True)
found = re.search(r'Overall exposure level for \S+: ([\d.]+)', out.stdout)
if not found:
    sys.exit(f'systemd-analyze said nothing of it:\n{out.stdout}{out.stderr}')
print(f'exposure {found[1]}, at most {MOST}')
sys.exit(0 if float(found[1]) <= MOST else 1)
