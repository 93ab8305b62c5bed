#!/bin/sh
# Builds model/freigabe.LANG.model from model/lexica/LANG, model/recipe.LANG.tsv, data/ and the training data
# (model/README.md: where they come from). The same data give the same bytes.
#   make_model.sh BUILD [LANG…]     into OUT, if that is set
set -eu
build=$1
shift
train=${FREIGABE_TRAIN:-../shared/data/train}
if [ ! -d "$train" ]; then
	echo "make model: no training data at $train (set FREIGABE_TRAIN)" >&2
	exit 2
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
LC_ALL=C
export LC_ALL
for lang in ${@:-de en}; do
	set -- model/lexica/"$lang"/*.tsv
	[ -e "$1" ] || set --
	"$build"/make-model --lexica "$lang" "$scratch/lexica" "$@"
	"$build"/make-model "$lang" "model/recipe.$lang.tsv" data "$train" "$scratch/lexica" "$scratch/model"
	mv "$scratch/model" "${OUT:-model}/freigabe.$lang.model"
done
