// What is shown, and drawing it anew when that changes.

const CLUSTER = ['nodes', 'executors', 'executor_cores', 'node_cores'];

function firstRow() {
  const [decision] = data.decisions;
  if (decision && decision.best !== null) return rowOf.get(decision.best);
  if (decision && decision.nearest !== null) return rowOf.get(decision.nearest);
  const usable = columns.point.findIndex((_, row) => predicted(row));
  return Math.max(0, usable);
}

function firstAxis() {
  const cluster = CLUSTER.flatMap((name) => varying.filter((axis) => axes[axis].name === name));
  return [...cluster, ...varying.filter((axis) => axes[axis].numbers), ...varying][0] ?? null;
}

const state = { row: firstRow(), along: firstAxis(), lines: null, sameScale: true, asShare: false };
state.lines = varying.find((axis) => axis !== state.along) ?? null;

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const focused = document.activeElement?.getAttribute('data-name');
    setSliders();
    drawShown();
    drawCurves();
    drawCost();
    drawTimelines();
    drawBreakdown();
    if (focused) document.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  });
}

function show(row) {
  state.row = row;
  redraw();
}

setUpTheme();
setUpSliders();
setUpChoices();
setUpSwitches();
setUpFiles();
drawPoints();
redraw();

let width = document.documentElement.clientWidth;
window.addEventListener('resize', () => {
  if (document.documentElement.clientWidth !== width) {
    width = document.documentElement.clientWidth;
    redraw();
  }
});
