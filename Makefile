# Two commands do everything on a machine with Python 3.11 or newer, make and git:
#   make demo    install into .venv and predict a shipped Spark run on several cluster sizes
#   make test    install with the test extras and run every check that CI runs
# make agent builds the JVM agent (needs a JDK), make wheel the package with it.
# make integration runs slower checks against real engines; make hibench measures real Spark and predicts it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

# The page of a plan: make demo writes it, docs/report.png shows it.
EXAMPLE_PLAN = $(BIN)/pertract what-if $(OUT)/model.yaml --executors 1..16*2 --executor-cores 1 \
	--data-scale 1,2,4
BROWSER ?= chromium

.PHONY: demo test coverage integration hadoop lint format bench hibench schema picture agent wheel clean

demo: $(VENV)/installed
	@mkdir -p $(OUT)
	$(BIN)/pertract extract examples/randomforest.zstd -o $(OUT)/model.yaml
	@echo
	$(EXAMPLE_PLAN) --report $(OUT)/page.html
	@echo
	@echo "The model is in $(OUT)/model.yaml. Ask it something else, for example:"
	@echo "  $(BIN)/pertract what-if $(OUT)/model.yaml --executors 2..8 --data-scale 1,3 --deadline 1min --advise"
	@echo
	@echo "Curves, timelines and sliders: open $(abspath $(OUT)/page.html) in a browser."

test: lint
	$(BIN)/pytest -n auto

# The same with coverage, which takes a third longer.
coverage: lint
	$(BIN)/pytest -n auto --cov --cov-report=term

# Real engines (Spark with its History Server; needs Java 17 and some hundred MB of packages), pages in a real
# browser (Chromium), and thousands of damaged logs.
integration: hadoop
	$(BIN)/pytest -n auto tests/integration --ignore=tests/integration/test_hadoop.py
	PERTRACT_FUZZ=5000 $(BIN)/pytest -n auto tests/property/test_real_log_damage.py

# A real Hadoop on this machine, one for all tests of it; needs Java 17, and Maven for its jars.
hadoop: $(VENV)/installed-integration
	$(BIN)/pytest tests/integration/test_hadoop.py

lint: $(VENV)/installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/installed-test
	$(BIN)/python benchmarks/speed/simulation.py
	$(BIN)/python benchmarks/speed/sweep.py
	$(BIN)/python -m benchmarks.planner.sweep --one-by-one
	$(BIN)/python -m benchmarks.planner.optimiser --every 8
	$(BIN)/python benchmarks/speed/extraction.py
	$(BIN)/python benchmarks/speed/documents.py
	$(BIN)/python benchmarks/replay/replay.py
	$(BIN)/python benchmarks/fidelity/runs.py
	$(BIN)/python benchmarks/fidelity/polimi.py
	$(BIN)/python benchmarks/fidelity/scheduling.py
	$(BIN)/python benchmarks/pcm/agreement.py
	$(BIN)/python benchmarks/pcm/emf.py
	$(BIN)/python benchmarks/hibench/tables.py
	$(BIN)/python benchmarks/logs/coverage.py
	$(BIN)/python benchmarks/logs/loss.py

# Some minutes of real Spark on this machine: record small HiBench runs, calibrate on the smallest, predict the
# others, and fail when the gate is not met. Recorded runs are kept; delete $(OUT)/hibench to record anew.
HIBENCH := $(BIN)/python -m benchmarks.hibench.run -o $(OUT)/hibench --workloads sort aggregation kmeans
hibench: $(VENV)/installed-integration
	@mkdir -p $(OUT)
	$(HIBENCH) --scales tiny small large --executors 1
	$(HIBENCH) --scales small --executors 2
	$(BIN)/python -m benchmarks.hibench.regression $(OUT)/hibench/runs.csv -o $(OUT)/hibench/regression

# The JVM agent, where the package looks for it. It has no dependencies: without Maven, a JDK makes the same classes.
AGENT := pertract/agent/pertract-agent.jar
MVN := $(shell command -v mvn)
agent: $(AGENT)
$(AGENT): agent/pom.xml agent/MANIFEST.MF $(shell find agent/src/main -name '*.java')
	@mkdir -p $(@D)
ifneq ($(MVN),)
	$(MVN) --quiet --batch-mode -f agent/pom.xml package
	cp agent/target/pertract-agent.jar $@
else
	rm -rf $(@D)/classes
	javac -nowarn --release 8 -d $(@D)/classes $$(find agent/src/main -name '*.java')
	jar cfm $@ agent/MANIFEST.MF -C $(@D)/classes .
	rm -rf $(@D)/classes
endif

wheel: $(VENV)/installed-test agent
	$(BIN)/python -m hatchling build -t wheel

schema: $(VENV)/installed
	$(BIN)/python -c "from pertract.dsl.schema import json_schema; print(json_schema(), end='')" \
		> dsl/schema/pertract-model-1.json
	$(BIN)/python -c "from pertract.dsl.ecore import ecore; print(ecore(), end='')" > dsl/ecore/pertract.ecore

# The picture of a page in README.md; needs Chromium.
picture: demo
	$(BROWSER) --headless --no-sandbox --hide-scrollbars --window-size=1200,1830 --force-color-profile=srgb \
		--virtual-time-budget=3000 --screenshot=$(abspath docs/report.png) file://$(abspath $(OUT)/page.html)

clean:
	rm -rf $(VENV) $(OUT) agent/target $(AGENT) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pertract needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-integration: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,integration]'
	@touch $@
