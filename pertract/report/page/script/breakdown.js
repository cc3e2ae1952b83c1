// Where the response time goes: a bar for each configuration along the chosen axis.

const MOST_ROWS = 40;

function breakdownOf(source, row) {
  return data.parts.map(([part]) => source[`breakdown_${part}_s`][row]);
}

function breakdownRows() {
  const along = varying.length ? rowsAlong(state.along, state.row).filter(predicted) : [0];
  let rows = along;
  if (along.length > MOST_ROWS) {
    const step = Math.ceil(along.length / MOST_ROWS);
    rows = along.filter((row, i) => i % step === 0 || row === state.row);
  }
  return rows;
}

function drawBreakdown() {
  const place = byId('breakdown-chart');
  const width = Math.max(280, place.clientWidth);
  const bars = [];
  if (data.calibration) bars.push({ row: null, name: data.measured.length ? 'calibration run' : 'as in the model', parts: breakdownOf(data.calibration, 0) });
  for (const row of breakdownRows()) {
    const name = varying.length ? `${axes[state.along].texts[places[row][state.along]]}` : nameOf(row);
    bars.push({ row, name, parts: breakdownOf(columns, row) });
  }
  for (const bar of bars) bar.total = bar.parts.reduce((sum, part) => sum + part, 0) || 1e-9;
  const heading = varying.length ? axes[state.along].title : '';
  const left = Math.min(150, width * 0.3, Math.max(...bars.map((bar) => textWidth(bar.name)), textWidth(heading)) + 14);
  const right = state.asShare ? 16 : 78;
  const [rowHeight, top] = [26, 26];
  const height = top + bars.length * rowHeight + 44;
  const base = top + bars.length * rowHeight;
  const longest = Math.max(...bars.map((bar) => bar.total));
  const unit = state.asShare ? { name: '% of the response time', seconds: 0.01 } : timeUnit(longest);
  const steps = ticks((state.asShare ? 1 : longest) / unit.seconds, width < 480 ? 4 : 8)
    .filter((step) => step * unit.seconds <= (state.asShare ? 1 : longest) * 1.0001);
  const x = linear(0, state.asShare ? 1 : longest, left, width - right);
  const root = drawing(width, height, 'Parts of the response time', 'A bar for each configuration, made of the parts along the critical path. Arrow keys go from bar to bar, Enter shows a configuration.');
  const grid = svg('g', { class: 'grid', 'aria-hidden': 'true' }, svg('text', { x: 0, y: 14, class: 'axis-title' }, heading));
  for (const step of steps) {
    const at = x(step * unit.seconds);
    grid.append(svg('line', { x1: at, x2: at, y1: top, y2: base, class: step ? 'rule' : 'axis' }));
  }
  labels(grid, steps.map((step) => ({ x: x(step * unit.seconds), text: amount(step) })), base, width);
  grid.append(svg('text', { x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle', class: 'axis-title' }, state.asShare ? unit.name : `Time along the critical path, ${unit.name}`));
  root.append(grid);
  const used = data.parts.map((_, i) => bars.some((bar) => bar.parts[i] / bar.total >= 0.002));
  const marks = bars.map((bar, number) => {
    const y = top + number * rowHeight;
    const scale = state.asShare ? 1 / bar.total : 1;
    let from = 0;
    const shapes = [svg('text', { x: 0, y: y + 17, class: bar.row === state.row ? 'own' : '', 'aria-hidden': 'true' }, fitted(bar.name, left - 10))];
    if (bar.row !== null && bar.row === state.row) shapes.push(svg('rect', { x: left - 4, y: y + 1, width: 3, height: rowHeight - 2, class: 'pointer' }));
    bar.parts.forEach((part, i) => {
      const size = x(part * scale) - x(0);
      if (size > 0.3) {
        const cell = svg('rect', { x: x(from * scale), y: y + 4, width: Math.max(0.5, size - 1), height: rowHeight - 8, class: `part p-${data.parts[i][0]}` });
        cell.setAttribute('data-tip', `${data.parts[i][1]}\n${duration(part)}, ${percent(part / bar.total)} of ${duration(bar.total)}`);
        shapes.push(cell);
      }
      from += part;
    });
    if (!state.asShare) shapes.push(svg('text', { x: x(bar.total) + 6, y: y + 17, class: 'total', 'aria-hidden': 'true' }, duration(bar.total)));
    const text = [bar.row === null ? 'Calibration run' : nameOf(bar.row), ...data.parts.map(([, name], i) => [name, bar.parts[i]])
      .filter(([, part]) => part / bar.total >= 0.005).map(([name, part]) => `${name}: ${duration(part)}`)];
    shapes.unshift(svg('rect', { x: 0, y, width, height: rowHeight, class: 'target' }));
    return bar.row === null ? told(text, 'bar-calibration', ...shapes) : pointMark(bar.row, `bar-${bar.row}`, text, bar.row === state.row, ...shapes);
  });
  root.append(...marks);
  walkable(root, marks, bars.findIndex((bar) => bar.row === state.row));
  place.replaceChildren(root);
  byId('breakdown-legend').replaceChildren(...data.parts.flatMap(([part, name], i) => (used[i]
    ? [legendItem([svg('rect', { x: 4, y: 0, width: 18, height: 14, rx: 2, class: `part p-${part}` })], name)] : [])));
  setTable('breakdown-chart-table', () => ({
    caption: 'Parts of the response time', heads: [heading || 'configuration', ...data.parts.map(([, name]) => name), 'all'],
    rows: bars.map((bar) => [bar.name, ...bar.parts.map(duration), duration(bar.total)]),
  }));
}
