# Two commands: make demo, make test. GNU Make 3.81 is enough.
# The first Python that fits (3.11 to 3.14); set PYTHON=... to choose another.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	2>/dev/null && echo $$p && break; done)
BIN = .venv/bin

.PHONY: demo test test-slow lint clean

demo: .venv/installed
	$(BIN)/credit-graph demo $(ARGS)

# Two processes share the tests, each with engines of its own; a server that NEO4J_URI names is one, so one process.
test: .venv/installed lint
	$(BIN)/pytest -n $(if $(NEO4J_URI),0,2) --dist worksteal $(ARGS)

test-slow: .venv/installed
	JDK_JAVA_OPTIONS= $(BIN)/pytest -m slow $(ARGS)

lint: .venv/installed
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

# The embedded engine has no wheel for every platform: without it the program works with a Neo4j server.
.venv/installed: pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then echo "需要 Python 3.11–3.14 及其 venv 模块，例如：apt install python3-venv (Debian/Ubuntu), brew install python@3.13 (macOS)"; \
	echo "Python 3.11-3.14 with its venv module is needed, e.g. apt install python3-venv (Debian/Ubuntu), brew install python@3.13 (macOS)"; exit 1; fi
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,embedded]' || { \
	echo "此平台没有嵌入式引擎的安装包，改为仅连接服务器。 / No embedded engine for this platform: a server is needed."; \
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'; }
	@touch $@

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
