#!/bin/sh
# Builds the Debian packages of what is committed or lies in the tree, beside it in build/deb: nothing is written elsewhere.
# A second argument is a version to give them, for trying an upgrade.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/deb} version=${2:-}
work=$out/source
rm -rf "$out"
mkdir -p "$work"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create --file=- | tar --extract --file=- --directory="$work"
# npm's packages are there already: the build asks no network
cp -a web/node_modules "$work/web/node_modules"
if [ -n "$version" ]; then
	sed -i "1s/(.*)/($version)/" "$work/debian/changelog"
fi
(cd "$work" && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps)
rm -rf "$work"
ls "$out"/*.deb
