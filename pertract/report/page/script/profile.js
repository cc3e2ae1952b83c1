// The page of a recording: which stacks are shown and how.

const data = JSON.parse(byId('data').textContent);
const state = { view: data.first, zoom: 0, focus: 0, found: null, upwards: false, widths: 'own', absolute: false };

function chooseView(number) {
  state.view = number;
  state.zoom = 0;
  state.focus = 0;
  setUpView();
  drawFlame();
  flameLegend();
  setTable('flame-table', flameTable);
  byId('spoken').textContent = `Flame graph of ${data.views[number].label}`;
  byId('flame-graph').scrollIntoView();
}

function setUpView() {
  const place = byId('flame-choices');
  const options = data.views.map((view, i) => [String(i), `${view.label} (${told_weight(view.total)})`]);
  const choices = [
    choice('Show', String(state.view), options, (value) => chooseView(Number(value))),
    choice('Outermost calls', state.upwards ? 'below' : 'above', [['above', 'above (icicle)'], ['below', 'below (flame)']], (value) => {
      state.upwards = value === 'below';
      drawFlame();
    }),
  ];
  if (data.compared) {
    choices.push(
      choice('Widths from', state.widths, [['own', 'this run'], ['base', 'the other run']], (value) => { state.widths = value; drawFlame(); }),
      choice('Colours compare', state.absolute ? 'weights' : 'shares', [['shares', 'shares of each run'], ['weights', data.unit === 's' ? 'CPU time' : 'samples']], (value) => {
        state.absolute = value === 'weights';
        drawFlame();
      }),
    );
  }
  place.replaceChildren(...choices);
}

function setUpFlame() {
  const field = byId('flame-search');
  field.addEventListener('input', () => search(field.value.trim()));
  byId('flame-reset').addEventListener('click', () => {
    field.value = '';
    state.found = null;
    zoomTo(0);
  });
  byId('flame-out').addEventListener('click', () => zoomTo(Math.max(0, treeOf(state.view).caller[state.zoom])));
  byId('save-frames').addEventListener('click', () => {
    const rows = data.views.flatMap((view) => view.top.map(([name, own, all]) => [view.label, name, own, all]));
    save('frames.csv', 'text/csv', csv(['shown', 'frame', `own_${data.unit}`, `total_${data.unit}`], rows));
  });
}

setUpTheme();
if (data.views.length) {
  setUpView();
  setUpFlame();
  drawFlame();
  flameLegend();
  setTable('flame-table', flameTable);
}
if (data.processes.length) {
  drawUsage();
  usageLegend();
}

let pageWidth = document.documentElement.clientWidth;
window.addEventListener('resize', () => {
  if (document.documentElement.clientWidth === pageWidth) return;
  pageWidth = document.documentElement.clientWidth;
  requestAnimationFrame(() => {
    if (data.views.length) drawFlame();
    if (data.processes.length) drawUsage();
  });
});
