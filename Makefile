# A thin front to meson and ninja. `make run` and `make test` do everything on a fresh Debian 12.
BUILD ?= build

.PHONY: run test build setup model bench fuzz lint format install clean

run: build
	@tools/run.sh $(BUILD)

build: setup $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

setup:
	@tools/setup.sh

$(BUILD)/build.ninja:
	@meson setup $(BUILD) >/dev/null || { meson setup $(BUILD); exit 1; }

test: setup
	@python3 tools/test.py

# FUZZ_SECONDS for each target
fuzz: setup
	@python3 tools/test.py fuzz

# The model that the library carries, from data/ and ../shared/data: the same data, the same bytes
model: build
	@tools/make_model.sh $(BUILD)
	@ninja -C $(BUILD) --quiet

# ONLY=reading,live for some subjects; QUICK=1 for small databases and seconds
bench: build
	@python3 bench/run.py $(BUILD) --only "$(ONLY)" $(if $(QUICK),--quick)

lint: setup
	@python3 tools/test.py lint

format:
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

install: build
	@meson install -C $(BUILD)

clean:
	rm -rf build build-*
