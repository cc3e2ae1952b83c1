// CPU, memory and garbage collection of processes over time, with the stages behind them.

const CPU_HEIGHT = 58;
const MEMORY_HEIGHT = 34;
const GC_HEIGHT = 7;
const BAND_HEIGHT = 15;
const MOST_LANES = 6;

function bytes(value) {
  if (value === null || value === undefined) return '–';
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value > 0 ? Math.min(4, Math.floor(Math.log2(value) / 10)) : 0;
  return `${amount(Number((value / 1024 ** power).toPrecision(3)))} ${names[power]}`;
}

// Stages in as many lanes as run at the same time.
function lanesOfBands(bands) {
  const ends = [];
  return bands.map((band) => {
    let lane = ends.findIndex((end) => end <= band.begin_s + 1e-9);
    if (lane < 0) lane = ends.length < MOST_LANES ? ends.length : ends.indexOf(Math.min(...ends));
    ends[lane] = band.end_s;
    return { ...band, lane };
  });
}

function drawUsage() {
  const place = byId('usage');
  const shown = data.processes;
  const width = Math.max(280, place.clientWidth);
  const left = Math.round(Math.min(150, width * 0.28));
  const right = 14;
  const bands = lanesOfBands(data.bands);
  const lanes = bands.length ? Math.max(...bands.map((band) => band.lane)) + 1 : 0;
  const top = 20;
  const first = top + lanes * BAND_HEIGHT + (lanes ? 22 : 8);
  const each = CPU_HEIGHT + 6 + MEMORY_HEIGHT + 4 + GC_HEIGHT + 22;
  const base = first + shown.length * each;
  const height = base + 42;
  const longest = Math.max(data.span_s, ...data.bands.map((band) => band.end_s), 0.001);
  const unit = timeUnit(longest);
  const steps = ticks(longest / unit.seconds, width < 420 ? 4 : 7);
  const x = linear(0, steps[steps.length - 1] * unit.seconds, left, width - right);
  const root = drawing(width, height, 'CPU and memory of processes over time', 'For each process cores in use, memory, and the share of time in garbage collection. Coloured bands are stages. Arrow keys go from mark to mark.');
  const grid = svg('g', { class: 'grid', 'aria-hidden': 'true' });
  for (const step of steps) grid.append(svg('line', { x1: x(step * unit.seconds), x2: x(step * unit.seconds), y1: top, y2: base, class: 'rule' }));
  grid.append(svg('line', { x1: left, x2: width - right, y1: base, y2: base, class: 'axis' }));
  labels(grid, steps.map((step) => ({ x: x(step * unit.seconds), text: amount(step) })), base, width);
  grid.append(svg('text', { x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle', class: 'axis-title' }, `Time after the start, ${unit.name}`));
  root.append(grid);
  const marks = drawBands(root, bands, { x, left, top, bottom: base });
  const mostCores = Math.max(...shown.map((process) => Math.max(0.1, ...process.cores.filter((value) => value !== null))));
  const memory = (process) => Math.max(0, ...process.heap.concat(process.rss).filter((value) => value !== null));
  const mostBytes = Math.max(...shown.map(memory));
  shown.forEach((process, number) => {
    marks.push(drawProcess(root, process, { x, left, right, width, top: first + number * each, mostCores, mostBytes, number }));
  });
  walkable(root, marks);
  place.replaceChildren(root);
}

function drawBands(root, bands, { x, left, top, bottom }) {
  if (!bands.length) return [];
  root.append(svg('text', { x: 0, y: top + 11, class: 'axis-title' }, 'Stages'));
  return bands.map((band, number) => {
    const from = x(band.begin_s);
    const size = Math.max(1.5, x(band.end_s) - from);
    const y = top + band.lane * BAND_HEIGHT;
    root.append(svg('rect', { x: from, y, width: size, height: bottom - y, class: `behind c${number % 6}`, 'aria-hidden': 'true' }));
    const shapes = [svg('rect', { x: from, y, width: size, height: BAND_HEIGHT - 3, rx: 2, class: `stage c${number % 6}` })];
    const mark = told([`${band.label}`, band.name, `${duration(band.begin_s)} to ${duration(band.end_s)}`, band.view === null ? '' : 'press Enter or click for its flame graph'], `band-${number}`, ...shapes);
    if (band.view !== null) {
      mark.setAttribute('role', 'button');
      mark.classList.add('point');
      mark.addEventListener('click', () => chooseView(band.view));
      mark.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); chooseView(band.view); }
      });
    }
    root.append(mark);
    return mark;
  });
}

// A line over buckets of time; it is broken where nothing is known.
function steppedPath(values, x, y, process, closed) {
  const step = process.step_s;
  let path = '';
  let open = false;
  values.forEach((value, i) => {
    if (value === null) {
      if (open && closed) path += `L${x(process.begin_s + i * step)} ${y(0)}Z`;
      open = false;
      return;
    }
    const from = x(process.begin_s + i * step);
    const to = x(process.begin_s + (i + 1) * step);
    if (!open) path += closed ? `M${from} ${y(0)}L${from} ${y(value)}` : `M${from} ${y(value)}`;
    else path += `L${from} ${y(value)}`;
    path += `L${to} ${y(value)}`;
    open = true;
  });
  if (open && closed) path += `L${x(process.begin_s + values.length * step)} ${y(0)}Z`;
  return path;
}

function drawProcess(root, process, { x, left, right, width, top, mostCores, mostBytes, number }) {
  const cpu = linear(0, mostCores, top + CPU_HEIGHT, top);
  const under = top + CPU_HEIGHT + 6;
  const mem = linear(0, mostBytes || 1, under + MEMORY_HEIGHT, under);
  const axis = (at, text) => svg('text', { x: left - 7, y: at, 'text-anchor': 'end', 'aria-hidden': 'true' }, text);
  const shapes = [
    svg('rect', { x: left, y: top, width: width - right - left, height: CPU_HEIGHT + 6 + MEMORY_HEIGHT, class: 'panel' }),
    svg('text', { x: 0, y: top + 12, class: 'own', 'aria-hidden': 'true' }, fitted(process.name, left - 42)),
    axis(top + 10, amount(Number(mostCores.toPrecision(2)))), axis(top + CPU_HEIGHT, '0'),
    svg('path', { d: steppedPath(process.cores, x, cpu, process, true), class: 'use' }),
  ];
  const known = [];
  if (mostBytes) {
    shapes.push(axis(under + 10, bytes(mostBytes)));
    for (const [kind, values] of [['heap', process.heap], ['rss', process.rss]]) {
      if (values.some((value) => value !== null)) {
        shapes.push(svg('path', { d: steppedPath(values, x, mem, process, false), class: `memory ${kind}` }));
        known.push(`${kind === 'heap' ? 'heap' : 'resident memory'} up to ${bytes(Math.max(...values.filter((value) => value !== null)))}`);
      }
    }
  }
  process.gc.forEach((share, i) => {
    if (share === null || share < 0.005) return;
    const from = x(process.begin_s + i * process.step_s);
    shapes.push(svg('rect', {
      x: from, y: under + MEMORY_HEIGHT + 4, width: Math.max(0.8, x(process.begin_s + (i + 1) * process.step_s) - from), height: GC_HEIGHT,
      class: `collecting h${Math.min(5, Math.ceil(share * 5))}`,
    }));
  });
  const mark = told([
    process.name, `${duration(process.core_s)} of CPU, ${amount(process.cores_mean)} cores in the mean`,
    process.gc_ratio === null ? '' : `${percent(process.gc_ratio, 1)} of the time in garbage collection`, ...known,
  ], `process-${number}`, ...shapes);
  root.append(mark);
  return mark;
}

function usageLegend() {
  byId('usage-legend').replaceChildren(
    legendItem([svg('rect', { x: 2, y: 1, width: 22, height: 12, rx: 2, class: 'use' })], 'cores in use'),
    legendItem([svg('path', { d: 'M1 7H25', class: 'memory heap' })], 'Java heap'),
    legendItem([svg('path', { d: 'M1 7H25', class: 'memory rss' })], 'resident memory'),
    legendItem([svg('rect', { x: 2, y: 3, width: 22, height: 8, class: 'collecting h3' })], 'garbage collection: the darker, the larger its share'),
  );
}
