// Sliders, choices, and the figures of the shown configuration.

function setUpSliders() {
  const place = byId('sliders');
  place.replaceChildren(...varying.map((axis) => {
    const { title, texts } = axes[axis];
    const id = `slider-${axis}`;
    const input = html('input', { type: 'range', id, min: 0, max: texts.length - 1, step: 1 });
    input.addEventListener('input', () => {
      const wanted = [...places[state.row]];
      wanted[axis] = Number(input.value);
      show(rowNear(wanted, axis));
    });
    return html('div', { class: 'slider' },
      html('label', { for: id }, title), html('output', { for: id, id: `${id}-value` }), input);
  }));
  byId('bar').hidden = !varying.length;
  byId('bar').classList.toggle('tall', varying.length > 3);
}

function setSliders() {
  for (const axis of varying) {
    const value = places[state.row][axis];
    const input = byId(`slider-${axis}`);
    input.value = value;
    input.setAttribute('aria-valuetext', axes[axis].texts[value]);
    byId(`slider-${axis}-value`).textContent = axes[axis].texts[value];
  }
}

function badge(text, kind) {
  return html('span', { class: `badge ${kind}` }, text);
}

function badges(row) {
  const found = [];
  const decision = decisionOf(row);
  const number = columns.point[row];
  if (decision && count > 1) {
    if (decision.best === number) found.push(badge('recommended', 'good'));
    if (decision.cheapest === number) found.push(badge('cheapest', ''));
    if (decision.fastest === number) found.push(badge('fastest', ''));
    if (decision.pareto.includes(number)) found.push(badge('Pareto front', ''));
  }
  if (columns.meets[row] === true) found.push(badge('keeps what was asked', 'good'));
  if (columns.meets[row] === false) found.push(badge('misses what was asked', 'bad'));
  return found;
}

function reasonOf(row) {
  const found = decisionOf(row)?.reasons.find(([number]) => number === columns.point[row]);
  return found && row !== firstRow() ? found[1].replace(/^[^:]*: /, '') : null;
}

function figure(name, value, note) {
  return html('div', { class: 'figure' }, html('dt', {}, name), html('dd', {}, html('b', {}, value), note ? html('small', {}, note) : null));
}

function drawShown() {
  const row = state.row;
  const title = html('h3', {}, count > 1 ? nameOf(row) : 'Predicted', ' ', ...badges(row));
  if (!predicted(row)) {
    byId('shown').replaceChildren(title, html('p', { class: 'error' }, `Cannot be simulated: ${columns.error[row]}`));
    byId('brief').textContent = 'cannot be simulated';
    byId('spoken').textContent = `${nameOf(row)}: cannot be simulated`;
    return;
  }
  const figures = [
    figure('Response time', duration(columns.response_time_s[row]), `90 % of runs ${duration(columns.response_time_s_low[row])} to ${duration(columns.response_time_s_high[row])}`),
    figure('CPU utilisation', percent(columns.cpu_utilisation[row]), `of ${counted(columns.worker_cores[row], 'worker core')}`),
  ];
  if (columns.cost[row] !== null) figures.push(figure('Cost', amount(columns.cost[row]), data.tariff.unit || 'for a run'));
  if (columns.speed_up[row] !== null) figures.push(figure('Speed-up', `${amount(columns.speed_up[row])} ×`, `efficiency ${percent(columns.efficiency[row])}`));
  figures.push(figure('Slots', columns.slots[row].toLocaleString('en-US'), counted(columns.executors[row], 'executor')));
  const notes = [];
  const reason = reasonOf(row);
  if (reason) notes.push(html('p', {}, html('b', {}, 'Why: '), reason));
  if (columns.limit[row] !== null) notes.push(html('p', {}, html('b', {}, 'Limited by: '), data.texts[columns.limit[row]]));
  notes.push(html('p', {}, html('b', {}, `${columns.support[row]}: `), spell(columns.why[row])));
  byId('shown').replaceChildren(title, html('dl', { class: 'figures' }, ...figures), ...notes);
  const brief = [duration(columns.response_time_s[row]), `${percent(columns.cpu_utilisation[row])} CPU`];
  if (columns.cost[row] !== null) brief.push(cost(columns.cost[row]));
  byId('brief').replaceChildren(html('b', {}, brief[0]), ` · ${brief.slice(1).join(' · ')}`);
  byId('spoken').textContent = `${nameOf(row)}: ${tipOf(row).slice(1).join('. ')}`;
}

function choice(label, value, options, change) {
  const select = html('select', {}, ...options.map(([key, text]) => html('option', { value: key, selected: key === value }, text)));
  select.addEventListener('change', () => change(select.value));
  return html('label', {}, `${label} `, select);
}

// Which axis runs across the curves, and which one has the lines.
function setUpChoices() {
  const place = byId('curve-choices');
  if (!place) return;
  const named = varying.map((axis) => [String(axis), axes[axis].title]);
  const draw = () => {
    place.replaceChildren(
      choice('Along', String(state.along), named, (value) => {
        state.along = Number(value);
        if (state.lines === state.along) state.lines = varying.find((axis) => axis !== state.along) ?? null;
        draw();
        redraw();
      }),
      choice('Lines for', state.lines === null ? '' : String(state.lines),
        [['', 'nothing else'], ...named.filter(([axis]) => Number(axis) !== state.along)], (value) => {
          state.lines = value === '' ? null : Number(value);
          redraw();
        }),
    );
  };
  if (varying.length > 1) draw(); else place.hidden = true;
}

function setUpTheme() {
  const select = byId('theme');
  select.addEventListener('change', () => {
    if (select.value) document.documentElement.dataset.theme = select.value;
    else delete document.documentElement.dataset.theme;
  });
}

function setUpSwitches() {
  byId('same-scale').addEventListener('change', (event) => { state.sameScale = event.target.checked; redraw(); });
  byId('as-share').addEventListener('change', (event) => { state.asShare = event.target.checked; redraw(); });
}
