// Response time and CPU use along one axis, a line for each value of another one.

const MOST_LINES = 6;
const LEAST_GAP = 7;

// The values of the axis `state.lines` that have a line: the shown one and others evenly spread.
function lineValues() {
  const own = places[state.row][state.lines];
  const all = axes[state.lines].texts.map((_, i) => i);
  if (all.length <= MOST_LINES) return all;
  const step = (all.length - 1) / (MOST_LINES - 1);
  const chosen = new Set(Array.from({ length: MOST_LINES }, (_, i) => Math.round(i * step)));
  if (!chosen.has(own)) {
    const nearest = [...chosen].reduce((a, b) => (Math.abs(b - own) < Math.abs(a - own) ? b : a));
    chosen.delete(nearest);
    chosen.add(own);
  }
  return all.filter((value) => chosen.has(value));
}

// Of many points on a line, those that have room for a mark; sliders reach all of them.
function marked(rows, x) {
  let last = -Infinity;
  return rows.filter((row) => {
    if (row !== state.row && x(row) < last + LEAST_GAP) return false;
    last = x(row);
    return true;
  });
}

function lineSeries() {
  if (state.lines === null) {
    return [{ name: '', number: 0, rows: rowsAlong(state.along, state.row).filter(predicted), isShown: true }];
  }
  return lineValues().map((value, number) => {
    const place = [...places[state.row]];
    place[state.lines] = value;
    const rows = axes[state.along].texts.flatMap((_, x) => {
      place[state.along] = x;
      const row = rowAt.get(place.join());
      return row !== undefined && predicted(row) ? [row] : [];
    });
    return { name: axes[state.lines].texts[value], number, rows, isShown: value === places[state.row][state.lines] };
  });
}

// Numbers that calibration runs have on an axis, if they are not far from those that were asked for.
const PLAIN = ['nodes', 'executors', 'executor_cores', 'data_scale', 'copies'];
function measuredNumbers(axis) {
  const { name, numbers } = axes[axis];
  if (!numbers) return [];
  const found = data.measured.map((run) => run.at[axis]).filter((value) => value !== null);
  const near = (value) => PLAIN.includes(name) && value >= Math.min(...numbers) / 8 && value <= Math.max(...numbers) * 8;
  return [...new Set(found.filter((value) => near(value) || numbers.includes(value)))];
}

// Calibration runs at their place on the axis, and whether they differ from the shown line in anything else.
function measuredAlong(axis, scale) {
  if (!scale.of) return [];
  const own = places[state.row];
  const shown = measuredNumbers(axis);
  return data.measured.flatMap((run) => {
    const at = run.at[axis];
    if (!shown.includes(at)) return [];
    const differs = new Set(axes.filter((other, i) => {
      const value = other.numbers === null ? null : other.numbers[own[i]];
      return i !== axis && run.at[i] !== null && value !== null && Math.abs(value - run.at[i]) > 1e-3 * Math.abs(value);
    }).map((other) => (other.name.startsWith('data_') ? 'data' : other.title.toLowerCase())));
    const alike = rowsAlong(axis, state.row).find((row) => Math.abs(axes[axis].numbers[places[row][axis]] - at) < 1e-6);
    const row = alike === undefined ? state.row : alike;
    if (predicted(row) && !axes[axis].is_workload && Math.abs(columns.data_scale[row] / run.data_scale - 1) > 0.01) differs.add('data');
    if (predicted(row) && (columns.copies[row] > 1 || columns.together_with[row])) differs.add('company');
    if (alike !== undefined && predicted(row) && columns.slots[row] !== run.slots) differs.add('slots');
    return [{ run, x: scale.of(at), differs: [...differs] }];
  });
}

function curve(id, quantity) {
  const place = byId(id);
  const width = Math.max(280, place.clientWidth);
  const height = width < 480 ? 260 : 320;
  const axis = axes[state.along];
  const further = measuredNumbers(state.along).filter((value) => !axis.numbers.includes(value));
  const scale = across(axis, AXIS.left, width - AXIS.right, further);
  const series = lineSeries();
  const measured = measuredAlong(state.along, scale);
  const [mean, low, high] = [columns[quantity.key], columns[`${quantity.key}_low`], columns[`${quantity.key}_high`]];
  const limit = quantity.limit;
  const values = series.flatMap((line) => line.rows.map((row) => (line.isShown ? high[row] : mean[row])));
  values.push(...measured.map(({ run }) => run[quantity.measured] || 0));
  const largest = Math.max(...values, quantity.least || 0);
  const { unit, factor } = quantity.unit(largest);
  const { root, y } = frame({
    width, height, largest, unit, factor, title: quantity.title, xTitle: axis.title + scale.note,
    description: `${quantity.title} along ${axis.title}. Arrow keys go from point to point, Enter shows one.`,
    xTicks: [...axis.texts.map((text, i) => ({ x: scale.place(i), text })),
      ...further.map((value) => ({ x: scale.of(value), text: amount(value) }))].sort((a, b) => a.x - b.x),
  });
  const plot = svg('g');
  if (limit !== null && limit <= largest * 1.05) {
    plot.append(
      svg('line', { x1: AXIS.left, x2: width - AXIS.right, y1: y(limit), y2: y(limit), class: 'limit' }),
      svg('text', { x: width - AXIS.right, y: y(limit) - 5, 'text-anchor': 'end', class: 'limit-text' }, quantity.limitText),
    );
  }
  const x = (row) => scale.place(places[row][state.along]);
  const ordered = (rows) => [...rows].sort((a, b) => x(a) - x(b));
  const marks = [];
  for (const line of [...series].sort((a, b) => a.isShown - b.isShown)) {
    const rows = ordered(line.rows);
    const path = (of) => rows.map((row) => `${x(row).toFixed(1)} ${y(of[row]).toFixed(1)}`);
    const colour = `c${line.number}`;
    if (line.isShown && !scale.isOrdinal && rows.length > 1) {
      plot.append(svg('path', { d: `M${path(high).join('L')}L${path(low).reverse().join('L')}Z`, class: `band ${colour}` }));
    }
    if (!scale.isOrdinal && rows.length) {
      plot.append(svg('path', { d: `M${path(mean).join('L')}`, class: `line ${colour}${line.isShown ? ' strong' : ''}` }));
      if (line.isShown && quantity.second) {
        plot.append(svg('path', { d: `M${path(columns[quantity.second]).join('L')}`, class: `line second ${colour}` }));
      }
    }
    for (const row of marked(rows, x)) {
      const shown = row === state.row;
      const shapes = [];
      if (line.isShown && (scale.isOrdinal || rows.length === 1)) {
        shapes.push(svg('path', { d: `M${x(row)} ${y(low[row])}V${y(high[row])}m-5 0h10M${x(row) - 5} ${y(low[row])}h10`, class: `whisker ${colour}` }));
      }
      if (shown) shapes.push(svg('circle', { cx: x(row), cy: y(mean[row]), r: 9, class: `ring ${colour}` }));
      shapes.push(shape(line.number, x(row), y(mean[row]), line.isShown ? 5 : 3.5, { class: `dot ${colour}` }));
      shapes.push(target(x(row), y(mean[row])));
      marks.push(pointMark(row, `${id}-${row}`, tipOf(row), shown, ...shapes));
    }
  }
  measured.forEach(({ run, x: at, differs }, number) => {
    const value = run[quantity.measured];
    if (value === null) return;
    const text = [`measured: ${quantity.format(value)}`, run.label, counted(run.slots, 'slot'),
      differs.length ? `differs from the line in ${differs.join(', ')}` : quantity.note];
    marks.push(told(text, `${id}-measured-${number}`, diamond(at, y(value), 7, { class: differs.length ? 'measured other' : 'measured' }), target(at, y(value))));
  });
  plot.append(...marks);
  root.append(plot);
  walkable(root, marks, marks.findIndex((mark) => mark.getAttribute('aria-pressed') === 'true'));
  place.replaceChildren(root);
  setTable(`${id}-table`, () => ({
    caption: `${quantity.title} along ${axis.title}`,
    heads: [...(state.lines === null ? [] : [axes[state.lines].title]), axis.title, 'mean', '90 % of runs from', 'to',
      ...(quantity.second ? ['of tasks alone'] : [])],
    rows: series.flatMap((line) => ordered(line.rows).map((row) => [
      ...(state.lines === null ? [] : [line.name]), axis.texts[places[row][state.along]], quantity.format(mean[row]),
      quantity.format(low[row]), quantity.format(high[row]), ...(quantity.second ? [percent(columns[quantity.second][row])] : []),
    ])).concat(data.measured.filter((run) => run[quantity.measured] !== null).map((run) => [
      ...(state.lines === null ? [] : ['measured']), `${run.label}: ${counted(run.slots, 'slot')}`, quantity.format(run[quantity.measured]), '', '',
      ...(quantity.second ? [percent(run[quantity.measured])] : []),
    ])),
  }));
  return { series, measured };
}

function quantities() {
  const deadline = data.goal.deadline_s;
  return {
    time: {
      key: 'response_time_s', measured: 'response_time_s', title: 'Response time', format: duration, note: '',
      limit: deadline, limitText: deadline === null ? '' : `deadline ${duration(deadline)}`, second: null,
      unit: (largest) => { const unit = timeUnit(largest); return { unit: unit.name, factor: unit.seconds }; },
    },
    cpu: {
      key: 'cpu_utilisation', measured: 'task_cpu_utilisation', title: 'CPU utilisation', format: (share) => percent(share),
      note: 'of tasks alone: Spark does not log the rest', limit: null, limitText: '', second: 'task_cpu_utilisation', least: 1,
      unit: () => ({ unit: '% of worker cores', factor: 0.01 }),
    },
  };
}

function drawCurves() {
  if (!byId('time-curve')) return;
  const { time, cpu } = quantities();
  if (!varying.length) {
    drawPair('time-curve', time);
    drawPair('cpu-curve', cpu);
    return;
  }
  const { series, measured } = curve('time-curve', time);
  curve('cpu-curve', cpu);
  const legend = series.length > 1 ? [html('span', { class: 'key' }, `${axes[state.lines].title}:`), ...series.map((line) => legendItem([
    svg('path', { d: 'M1 7H25', class: `line c${line.number}${line.isShown ? ' strong' : ''}` }),
    shape(line.number, 13, 7, 4, { class: `dot c${line.number}` }),
  ], line.name))] : [];
  const own = series.find((line) => line.isShown);
  const colour = `c${own ? own.number : 0}`;
  legend.push(legendItem([svg('rect', { x: 1, y: 1, width: 24, height: 12, class: `band ${colour}` })], '90 % of runs'));
  legend.push(legendItem([svg('path', { d: 'M1 7H25', class: `line second ${colour}` })], 'CPU of tasks alone'));
  if (measured.some(({ differs }) => !differs.length)) legend.push(legendItem([diamond(13, 7, 6, { class: 'measured' })], 'measured'));
  if (measured.some(({ differs }) => differs.length)) {
    legend.push(legendItem([diamond(13, 7, 6, { class: 'measured other' })], `measured with other ${[...new Set(measured.flatMap(({ differs }) => differs))].join(', ')}`));
  }
  byId('curve-legend').replaceChildren(...legend);
}

// One prediction beside what was measured.
function drawPair(id, quantity) {
  const place = byId(id);
  const width = Math.max(280, place.clientWidth);
  const height = 260;
  const runs = data.measured.slice(0, 4).filter((run) => run[quantity.measured] !== null);
  const names = [...runs.map((run) => `measured, ${counted(run.slots, 'slot')}`), `predicted, ${counted(columns.slots[0], 'slot')}`];
  const scale = across({ numbers: null, texts: names }, AXIS.left, width - AXIS.right);
  const high = columns[`${quantity.key}_high`][0];
  const low = columns[`${quantity.key}_low`][0];
  const mean = columns[quantity.key][0];
  const largest = Math.max(high, quantity.least || 0, ...runs.map((run) => run[quantity.measured]));
  const { unit, factor } = quantity.unit(largest);
  const { root, y } = frame({
    width, height, largest, unit, factor, title: quantity.title, xTitle: '',
    description: `${quantity.title}, measured and predicted.`,
    xTicks: names.map((text, i) => ({ x: scale.place(i), text })), most: (width - AXIS.left) / names.length - 10,
  });
  const marks = runs.map((run, i) => told(
    [`measured: ${quantity.format(run[quantity.measured])}`, run.label, quantity.note], `${id}-measured-${i}`,
    diamond(scale.place(i), y(run[quantity.measured]), 7, { class: 'measured' }), target(scale.place(i), y(run[quantity.measured])),
  ));
  const x = scale.place(names.length - 1);
  marks.push(told(tipOf(0), `${id}-0`,
    svg('path', { d: `M${x} ${y(low)}V${y(high)}M${x - 6} ${y(high)}h12M${x - 6} ${y(low)}h12`, class: 'whisker c0' }),
    shape(0, x, y(mean), 6, { class: 'dot c0' }), target(x, y(mean))));
  if (quantity.second) {
    const tasks = columns[quantity.second][0];
    marks.push(told([`of tasks alone: ${percent(tasks)}`], `${id}-tasks`, svg('path', { d: `M${x - 10} ${y(tasks)}h20`, class: 'line second c0' }), target(x, y(tasks))));
  }
  root.append(...marks);
  walkable(root, marks);
  place.replaceChildren(root);
  byId('curve-legend').replaceChildren(
    legendItem([diamond(13, 7, 6, { class: 'measured' })], 'measured'),
    legendItem([svg('path', { d: 'M13 1V13M8 1h10M8 13h10', class: 'whisker c0' }), shape(0, 13, 7, 3.5, { class: 'dot c0' })], 'predicted, with 90 % of runs'),
    legendItem([svg('path', { d: 'M1 7H25', class: 'line second c0' })], 'CPU of tasks alone'),
  );
  setTable(`${id}-table`, () => ({
    caption: quantity.title, heads: ['', 'mean', '90 % of runs from', 'to'],
    rows: [...runs.map((run, i) => [names[i], quantity.format(run[quantity.measured]), '', '']),
      [names[names.length - 1], quantity.format(mean), quantity.format(low), quantity.format(high)]],
  }));
}
