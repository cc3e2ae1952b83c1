// Cost against time: the front of those that nothing beats in both.

function drawCost() {
  const place = byId('cost-chart');
  if (!place) return;
  const rows = columns.point.map((_, row) => row)
    .filter((row) => predicted(row) && columns.cost[row] !== null && sameWorkload(row, state.row));
  const decision = decisionOf(state.row);
  const front = decision ? decision.pareto.map((number) => rowOf.get(number)) : [];
  if (!rows.length) {
    place.replaceChildren(html('p', { class: 'muted' }, 'No configuration with this data has a price.'));
    return;
  }
  const width = Math.max(280, place.clientWidth);
  const height = width < 480 ? 280 : 360;
  const times = columns.response_time_s;
  const costs = columns.cost;
  const largest = Math.max(...rows.map((row) => times[row]));
  const unit = timeUnit(largest);
  const steps = ticks(Math.max(...rows.map((row) => costs[row])), width < 480 ? 4 : 7);
  const x = linear(0, steps[steps.length - 1], AXIS.left, width - AXIS.right - 12);
  const named = data.tariff.unit ? `Cost of a run, ${data.tariff.unit}` : 'Cost of a run';
  const { root, y } = frame({
    width, height, largest, unit: unit.name, factor: unit.seconds, title: 'Response time', xTitle: named,
    description: 'Each point is a configuration. A line joins those that no other beats in both cost and time.',
    xTicks: steps.map((step) => ({ x: x(step), text: amount(step) })),
  });
  const { deadline_s: deadline, budget } = data.goal;
  if (deadline !== null && deadline <= largest * 1.05) {
    root.append(svg('line', { x1: AXIS.left, x2: width - AXIS.right, y1: y(deadline), y2: y(deadline), class: 'limit' }),
      svg('text', { x: width - AXIS.right, y: y(deadline) - 5, 'text-anchor': 'end', class: 'limit-text' }, `deadline ${duration(deadline)}`));
  }
  if (budget !== null && budget <= steps[steps.length - 1]) {
    root.append(svg('line', { x1: x(budget), x2: x(budget), y1: AXIS.top, y2: height - AXIS.bottom, class: 'limit' }),
      svg('text', { x: x(budget) + 5, y: AXIS.top + 12, class: 'limit-text' }, `budget ${cost(budget)}`));
  }
  if (front.length) root.append(svg('path', { d: `M${front.map((row) => `${x(costs[row])} ${y(times[row])}`).join('L')}`, class: 'front' }));
  const isFront = new Set(front);
  const byCost = [...rows].sort((a, b) => costs[a] - costs[b] || times[a] - times[b]);
  const late = [...byCost].sort((a, b) => isFront.has(a) - isFront.has(b) || (a === state.row) - (b === state.row));
  const made = new Map(late.map((row) => {
    const [at, up] = [x(costs[row]), y(times[row])];
    const kind = isFront.has(row) ? 'dot c0' : 'dot beaten';
    const shapes = [shape(0, at, up, isFront.has(row) ? 5.5 : 4, { class: kind })];
    if (row === state.row) shapes.unshift(svg('circle', { cx: at, cy: up, r: 10, class: 'ring c0' }));
    if (decision && rowOf.get(decision.best) === row) {
      shapes.unshift(svg('circle', { cx: at, cy: up, r: 14, class: 'ring best' }));
    }
    return [row, pointMark(row, `cost-${row}`, tipOf(row), row === state.row, ...shapes, target(at, up))];
  }));
  root.append(...made.values());
  root.append(frontLabels(front, rows, x, y, width));
  walkable(root, byCost.map((row) => made.get(row)), byCost.indexOf(state.row));
  place.replaceChildren(root);
  byId('cost-legend').replaceChildren(
    legendItem([svg('path', { d: 'M1 7H25', class: 'front' }), shape(0, 13, 7, 4.5, { class: 'dot c0' })], 'no other is both cheaper and faster'),
    legendItem([shape(0, 13, 7, 4, { class: 'dot beaten' })], 'another is'),
    legendItem([svg('circle', { cx: 13, cy: 7, r: 6, class: 'ring best' })], 'recommended'),
  );
  setTable('cost-chart-table', () => ({
    caption: 'Cost and response time, the cheapest first',
    heads: ['configuration', 'cost', 'response time', 'Pareto front'],
    rows: byCost.map((row) => [nameOf(row), cost(costs[row]), duration(times[row]), isFront.has(row) ? 'yes' : '']),
  }));
}

// Names beside the points of the front, where there is room for them; the recommended one comes first.
function frontLabels(front, rows, x, y, width) {
  const group = svg('g', { 'aria-hidden': 'true', class: 'front-labels' });
  const taken = rows.map((row) => {
    const [at, up] = [x(columns.cost[row]), y(columns.response_time_s[row])];
    return { left: at - 6, right: at + 6, top: up - 6, bottom: up + 6 };
  });
  front.slice(1).forEach((row, i) => { // no text across the line
    const [from, to] = [front[i], row].map((end) => [x(columns.cost[end]), y(columns.response_time_s[end])]);
    for (let part = 0; part <= 1; part += 0.1) {
      const [at, up] = [0, 1].map((axis) => from[axis] + part * (to[axis] - from[axis]));
      taken.push({ left: at - 2, right: at + 2, top: up - 2, bottom: up + 2 });
    }
  });
  const best = rowOf.get(decisionOf(state.row)?.best);
  for (const row of [...front].sort((a, b) => (b === best) - (a === best))) {
    const text = clusterName(row);
    const size = textWidth(text);
    const [at, up] = [x(columns.cost[row]), y(columns.response_time_s[row])];
    const boxes = [[at + 12, up - 22], [at + 12, up + 8], [at - 12 - size, up + 8], [at - 12 - size, up - 22]]
      .map(([left, top]) => ({ left, right: left + size, top, bottom: top + 14 }));
    const free = boxes.find((box) => box.left > AXIS.left && box.right < width
      && !taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top));
    if (!free) continue;
    taken.push(free);
    group.append(svg('text', { x: free.left, y: free.top + 11 }, text));
  }
  return group;
}

// What a cluster is called, without the data: the beginning of the reason why it is named.
function clusterName(row) {
  const found = decisionOf(row)?.reasons.find(([number]) => number === columns.point[row]);
  return found ? found[1].split(': ')[0] : nameOf(row);
}
