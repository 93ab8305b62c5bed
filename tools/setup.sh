#!/bin/sh
# Installs what is missing, and says what and why. Debian packages by apt, the rest by npm.
# With `test` also what only tests, benchmarks and packages need: servers among it, which Debian starts when it installs them.
set -eu
cd "$(dirname "$0")/.."

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else echo "Please run as root: $*" >&2; exit 1
	fi
}

there() {
	case $1 in
	# may come from elsewhere than Debian
	nodejs) command -v node >/dev/null && return 0 ;;
	npm) command -v npm >/dev/null && return 0 ;;
	esac
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

lists=tools/packages.txt
[ "${1:-}" != test ] || lists="$lists tools/packages-test.txt"
missing=
while read -r name why; do
	case $name in ''|'#'*) continue ;; esac
	there "$name" || { missing="$missing $name"; printf 'missing: %-22s %s\n' "$name" "$why"; }
done <<EOF
$(cat $lists)
EOF

if [ -n "$missing" ]; then
	echo "Installing by apt:$missing"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi

stamp=web/node_modules/.installed
if [ ! -f "$stamp" ] || [ web/package-lock.json -nt "$stamp" ]; then
	echo "Installing by npm: esbuild and TypeScript (bundle the scripts), Preact (the desk), playwright-core and axe-core (browser tests)"
	(cd web && npm ci --no-audit --no-fund --loglevel=error)
	touch "$stamp"
fi
