# A thin front to meson and ninja. `make run` and `make test` do everything on a fresh Debian 12.
BUILD ?= build

.PHONY: run test test-long build setup test-setup deb model bench baseline fuzz lint format install clean

run: build
	@tools/run.sh $(BUILD)

build: setup $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet program

setup:
	@tools/setup.sh

test-setup:
	@tools/setup.sh test

$(BUILD)/build.ninja:
	@meson setup $(BUILD) >/dev/null || { meson setup $(BUILD); exit 1; }

test: test-setup
	@python3 tools/test.py

# What takes its time: a hundred kills, lost machines, millions of rows
test-long: test-setup
	@python3 tools/test.py long

# FUZZ_SECONDS for each target
fuzz: test-setup
	@python3 tools/test.py fuzz

# The model that the library carries, from data/ and ../shared/data: the same data, the same bytes
model: build
	@tools/make_model.sh $(BUILD)
	@ninja -C $(BUILD) --quiet program

# ONLY=reading,live for some subjects; QUICK=1 for small databases and seconds
bench: test-setup build
	@python3 bench/run.py $(BUILD) --only "$(ONLY)" $(if $(QUICK),--quick)

# What requests cost in instructions and allocations, written anew: commit it with the change that explains it
baseline: test-setup build
	@python3 bench/baseline.py $(BUILD) --renew

lint: test-setup
	@python3 tools/test.py lint

format:
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

# Debian packages in build/deb
deb: test-setup
	@tools/make_deb.sh $(BUILD)/deb

install: build
	@meson install -C $(BUILD)

clean:
	rm -rf build build-*
