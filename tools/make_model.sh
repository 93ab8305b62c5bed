#!/bin/sh
# Builds model/freigabe.model from model/lexica, model/recipe.tsv, data/ and the training data (README: where they come from).
# The same data give the same bytes.
set -eu
build=$1
train=${FREIGABE_TRAIN:-../shared/data/train}
out=${2:-model/freigabe.model}
if [ ! -d "$train" ]; then
	echo "make model: no training data at $train (set FREIGABE_TRAIN)" >&2
	exit 2
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
LC_ALL=C
export LC_ALL
"$build"/make-model --lexica "$scratch/lexica" model/lexica/*.tsv
"$build"/make-model model/recipe.tsv data "$train" "$scratch/lexica" "$scratch/model"
mv "$scratch/model" "$out"
