// What runs when: stages, slots, and how busy the cores are, one below the other on one scale of time.

const MOST_BARS = 28;
const LEVELS = 35;

function drawTimelines() {
  const own = detailOf(state.row);
  const calibration = data.detail.calibration || null;
  const name = predicted(state.row) ? nameOf(state.row) : '';
  byId('predicted-title').replaceChildren(`Predicted: ${name}`);
  byId('predicted-note').replaceChildren(`Takes ${duration(columns.response_time_s[state.row])}`);
  const run = data.measured[0];
  if (calibration && run) {
    const error = data.calibration.response_time_s[0] / run.response_time_s - 1;
    byId('calibration-title').replaceChildren(`Measured: ${counted(run.slots, 'slot')}`);
    byId('calibration-note').replaceChildren(
      `Took ${duration(run.response_time_s)}; drawn as the model repeats it, in `
      + `${duration(data.calibration.response_time_s[0])} (${error < 0 ? '−' : '+'}${Math.abs(100 * error).toFixed(1)} %)`,
    );
  } else if (calibration) {
    byId('calibration-title').replaceChildren('As the model has it');
    byId('calibration-note').replaceChildren(`Takes ${duration(data.calibration.response_time_s[0])}; no measured run is known`);
  }
  byId('calibration-side').hidden = !calibration;
  const ends = [endOf(own, columns.response_time_s[state.row])];
  if (calibration) ends.push(Math.max(endOf(calibration, data.calibration.response_time_s[0]), run ? run.response_time_s : 0));
  const longest = Math.max(...ends);
  timelineLegend(own || calibration);
  timeline('predicted-timeline', own, state.sameScale ? longest : ends[0], null);
  if (calibration) timeline('calibration-timeline', calibration, state.sameScale ? longest : ends[1], run ? run.response_time_s : null);
}

function timelineLegend(detail) {
  const swatch = (kind) => svg('rect', { x: 2, y: 1, width: 22, height: 12, rx: 2, class: kind });
  const byStage = detail && detail.timeline && detail.timeline.tasks;
  byId('timeline-legend').replaceChildren(
    legendItem([swatch('stage c0')], byStage ? 'on the critical path; colours tell stages apart' : 'on the critical path'),
    legendItem([swatch('stage beside')], 'beside it'),
    legendItem([swatch('use')], 'CPU of the cores'),
    legendItem([svg('path', { d: 'M1 7H25', class: 'slots-busy' })], 'busy slots'),
    legendItem([svg('path', { d: 'M13 0V14', class: 'measured-end' })], 'measured end'),
  );
}

function endOf(detail, mean) {
  if (!detail) return mean || 0;
  return Math.max(mean || 0, detail.timeline ? detail.timeline.response_time_s : 0, ...detail.end_s);
}

function timeline(id, detail, longest, measured) {
  const place = byId(id);
  if (!detail) {
    const why = predicted(state.row)
      ? 'This page has no room for the timeline of every configuration; that of this one is left out. Compare fewer, or make a page of this one alone with pertract predict --report.'
      : columns.error[state.row];
    place.replaceChildren(html('p', { class: 'muted' }, why));
    setTable(`${id}-table`, () => ({ caption: '', heads: [], rows: [] }));
    return;
  }
  const width = Math.max(280, place.clientWidth);
  const left = Math.round(Math.min(170, width * 0.3));
  const right = 12;
  const bars = barsOf(detail);
  const rowHeight = bars.length > 18 ? 15 : 19;
  const lanes = lanesOf(detail);
  const laneHeight = Math.max(4, Math.min(15, 170 / Math.max(lanes.length, 1)));
  const tops = { stages: 22 };
  tops.slots = tops.stages + bars.length * rowHeight + 36;
  tops.use = tops.slots + (lanes.length ? lanes.length * laneHeight + 36 : 0);
  const useHeight = 84;
  const base = tops.use + useHeight;
  const height = base + 42;
  const root = drawing(width, height, 'Stages, slots and utilisation over time', 'Bars are stages from their submission to their end. Below, which slots ran tasks, and how busy cores and slots were. Arrow keys go from bar to bar.');
  const unit = timeUnit(longest);
  const steps = ticks(longest / unit.seconds, width < 420 ? 4 : 6);
  const x = linear(0, steps[steps.length - 1] * unit.seconds, left, width - right);
  const grid = svg('g', { class: 'grid', 'aria-hidden': 'true' });
  for (const step of steps) {
    const at = x(step * unit.seconds);
    grid.append(svg('line', { x1: at, x2: at, y1: tops.stages, y2: base, class: 'rule' }));
  }
  grid.append(svg('line', { x1: left, x2: width - right, y1: base, y2: base, class: 'axis' }));
  labels(grid, steps.map((step) => ({ x: x(step * unit.seconds), text: amount(step) })), base, width);
  grid.append(svg('text', { x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle', class: 'axis-title' }, `Time after the start, ${unit.name}`));
  root.append(grid);
  const marks = [
    ...drawStages(root, bars, detail, { x, left, top: tops.stages, rowHeight }),
    ...drawSlots(root, lanes, detail, { x, left, top: tops.slots, laneHeight }),
  ];
  drawUse(root, detail, { x, left, top: tops.use, height: useHeight, width, right });
  if (measured !== null) {
    root.append(svg('line', { x1: x(measured), x2: x(measured), y1: tops.stages, y2: base, class: 'measured-end' }));
  }
  walkable(root, marks);
  place.replaceChildren(root);
  setTable(`${id}-table`, () => stageTable(detail));
}

// The stages that matter, in the order in which they begin; the rest as one.
function barsOf(detail) {
  const all = detail.start_s.map((_, i) => i);
  const weight = (i) => detail.critical_s[i] * 1e6 + detail.end_s[i] - detail.start_s[i];
  const chosen = [...all].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_BARS);
  const rest = all.filter((i) => !chosen.includes(i));
  const bars = chosen.sort((a, b) => detail.start_s[a] - detail.start_s[b] || a - b).map((stage) => ({ stage }));
  const more = rest.length + detail.others.stages;
  if (more) {
    const spans = [...rest.map((i) => [detail.start_s[i], detail.end_s[i]]), ...detail.others.spans_s];
    bars.push({ stage: null, spans, stages: more });
  }
  return bars;
}

function stageName(detail, stage) {
  const number = detail.name[stage];
  return { id: data.stages.id[number].replace(/^stage-/, ''), name: data.stages.name[number], job: data.stages.job[number] };
}

function drawStages(root, bars, detail, { x, left, top, rowHeight }) {
  root.append(svg('text', { x: 0, y: top - 8, class: 'axis-title' }, 'Stages'));
  const coloured = detail.timeline && detail.timeline.tasks;
  return bars.map((bar, number) => {
    const y = top + number * rowHeight;
    const inner = rowHeight - 4;
    const rect = (from, to, kind) => svg('rect', { x: x(from), y: y + 2, width: Math.max(1.5, x(to) - x(from)), height: inner, rx: 2, class: kind });
    const caption = (text) => svg('text', { x: 0, y: y + rowHeight - 5, 'aria-hidden': 'true' }, fitted(text, left - 8));
    let mark;
    if (bar.stage === null) {
      mark = told([`${counted(bar.stages, 'more stage')}`], `rest-${number}`, caption(`${bar.stages} more`), ...bar.spans.map(([from, to]) => rect(from, to, 'stage beside')));
    } else {
      const i = bar.stage;
      const { id, name, job } = stageName(detail, i);
      const critical = detail.critical_s[i] > 0;
      const kind = `stage ${critical ? 'critical' : 'beside'} ${coloured ? `c${i % 6}` : 'c0'}`;
      mark = told([
        `Stage ${id}, ${job}: ${name}`, `${counted(detail.tasks[i], 'task')}, ${duration(detail.start_s[i])} to ${duration(detail.end_s[i])}`,
        `tasks take ${duration(detail.task_mean_s[i])} in the mean, ${duration(detail.task_max_s[i])} at most`,
        critical ? `${duration(detail.critical_s[i])} on the critical path` : 'not on the critical path',
      ], `stage-${i}`, caption(`${id} ${name}`), rect(detail.start_s[i], detail.end_s[i], kind));
    }
    root.append(mark);
    return mark;
  });
}

// Rows of the drawing of slots: one for each slot where tasks are known, one for each group of executors else.
function lanesOf(detail) {
  const line = detail.timeline;
  if (!line) return [];
  const groups = line.rows.map(([first, last, slots], row) => ({
    name: first === last ? `executor ${first + 1}` : `executors ${first + 1}–${last + 1}`, slots, row,
  }));
  if (!line.tasks) return groups;
  return groups.flatMap((group) => Array.from({ length: group.slots }, (_, slot) => ({ ...group, slot })));
}

function drawSlots(root, lanes, detail, { x, left, top, laneHeight }) {
  if (!lanes.length) return [];
  const line = detail.timeline;
  const title = line.tasks ? 'Slots, with every task' : 'Slots: the darker, the more of them run tasks';
  root.append(svg('text', { x: 0, y: top - 8, class: 'axis-title' }, title));
  const step = line.response_time_s / line.busy[0].length;
  let labelled = -Infinity;
  const marks = lanes.map((lane, number) => {
    const y = top + number * laneHeight;
    const busy = [...line.busy[lane.row]].map((level) => parseInt(level, 36) / LEVELS);
    const share = busy.reduce((sum, value) => sum + value, 0) / busy.length;
    const shapes = [svg('rect', { x: x(0), y, width: x(line.response_time_s) - x(0), height: laneHeight - 1, class: 'slot' })];
    if (!lane.slot && y - labelled >= 13) {
      labelled = y;
      shapes.push(svg('text', { x: 0, y: y + Math.max(10, laneHeight - 3), 'aria-hidden': 'true' }, fitted(lane.name, left - 8)));
    }
    if (!line.tasks) shapes.push(...heat(busy, step, x, y, laneHeight));
    const mark = told([lane.slots === 1 || !line.tasks ? lane.name : `${lane.name}, slot ${lane.slot + 1}`, `${counted(lane.slots, 'slot')}, ${percent(share)} of the time busy`], `lane-${number}`, ...shapes);
    root.append(mark);
    return mark;
  });
  if (line.tasks) {
    const { stage, lane, start_s: start, end_s: end } = line.tasks;
    stage.forEach((of, i) => root.append(svg('rect', {
      x: x(start[i]), y: top + lane[i] * laneHeight, width: Math.max(1, x(end[i]) - x(start[i]) - 0.5), height: laneHeight - 1,
      class: `task c${of % 6}`, 'data-tip': `Task of stage ${stageName(detail, of).id}\n${duration(end[i] - start[i])}, from ${duration(start[i])}`,
    })));
  }
  return marks;
}

// Neighbours that are equally busy become one rectangle; five shades are as many as eyes tell apart.
function heat(busy, step, x, y, height) {
  const shade = (value) => Math.ceil(value * 5 - 1e-9);
  const found = [];
  let from = 0;
  for (let i = 1; i <= busy.length; i += 1) {
    if (i < busy.length && shade(busy[i]) === shade(busy[from])) continue;
    if (shade(busy[from])) {
      found.push(svg('rect', { x: x(from * step), y, width: x(i * step) - x(from * step), height: height - 1, class: `heat h${shade(busy[from])}` }));
    }
    from = i;
  }
  return found;
}

function drawUse(root, detail, { x, left, top, height, width, right }) {
  const { step_s: step, shares } = detail.cpu;
  const largest = Math.max(1, ...shares);
  const y = linear(0, largest, top + height, top);
  root.append(svg('text', { x: 0, y: top - 8, class: 'axis-title' }, 'CPU of the cores, and busy slots'));
  for (const share of ticks(largest, 2).filter((step) => step <= largest)) {
    root.append(svg('line', { x1: left, x2: width - right, y1: y(share), y2: y(share), class: share ? 'rule' : 'axis' }),
      svg('text', { x: left - 8, y: y(share) + 4, 'text-anchor': 'end', 'aria-hidden': 'true' }, percent(share)));
  }
  if (shares.length) {
    const path = shares.map((share, i) => `L${x(i * step)} ${y(share)}L${x((i + 1) * step)} ${y(share)}`).join('');
    root.append(svg('path', { d: `M${x(0)} ${y(0)}${path}L${x(shares.length * step)} ${y(0)}Z`, class: 'use' }));
  }
  const busy = busyOf(detail);
  if (busy) root.append(svg('path', { d: `M${busy.map(({ time, share }) => `${x(time)} ${y(share)}`).join('L')}`, class: 'slots-busy' }));
}

// Share of all slots that run tasks, over time.
function busyOf(detail) {
  const line = detail.timeline;
  if (!line || !line.rows.length) return null;
  const total = line.rows.reduce((sum, [, , slots]) => sum + slots, 0);
  const step = line.response_time_s / line.busy[0].length;
  return [...line.busy[0]].map((_, i) => ({
    time: (i + 0.5) * step,
    share: line.rows.reduce((sum, [, , slots], row) => sum + (slots * parseInt(line.busy[row][i], 36)) / LEVELS, 0) / total,
  }));
}

function stageTable(detail) {
  const rows = detail.start_s.map((_, i) => {
    const { id, name, job } = stageName(detail, i);
    return [id, name, job, String(detail.tasks[i]), duration(detail.start_s[i]), duration(detail.end_s[i] - detail.start_s[i]),
      duration(detail.task_mean_s[i]), duration(detail.task_p95_s[i]), duration(detail.task_max_s[i]), duration(detail.critical_s[i])];
  });
  if (detail.others.stages) rows.push(['', counted(detail.others.stages, 'more stage'), '', String(detail.others.tasks), '', '', '', '', '', '']);
  return {
    caption: 'Stages; means over replications', left: [1, 2],
    heads: ['stage', 'name', 'job', 'tasks', 'starts at', 'takes', 'task mean', '95 % of tasks', 'longest task', 'on the critical path'], rows,
  };
}
