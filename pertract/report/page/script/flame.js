// The flame graph: calls as boxes, as wide as the CPU in them, each below or above its caller.

const ROW_HEIGHT = 19;
const LEAST_WIDTH = 0.7;
const MOST_BOXES = 2500;
const LETTER = 6.6;

const trees = new Map();

// The calls of a view with what drawing needs: the caller of each, and where its own calls end.
function treeOf(number) {
  if (trees.has(number)) return trees.get(number);
  const view = data.views[number];
  const count = view.name.length + 1;
  const tree = {
    view, count, name: [-1, ...view.name], depth: [0, ...view.depth.map((depth) => depth + 1)],
    value: [view.total, ...view.value.map((value) => value * view.scale)],
    base: view.base ? [view.base_total, ...view.base.map((value) => value * view.scale)] : null,
    category: [-1, ...view.category], caller: new Array(count).fill(-1), end: new Array(count).fill(count),
  };
  const open = [0];
  for (let call = 1; call < count; call += 1) {
    while (tree.depth[open[open.length - 1]] >= tree.depth[call]) tree.end[open.pop()] = call;
    tree.caller[call] = open[open.length - 1];
    open.push(call);
  }
  trees.set(number, tree);
  return tree;
}

function callName(tree, call) {
  return call === 0 ? 'all' : data.names[tree.name[call]];
}

function told_weight(weight) {
  return data.unit === 's' ? duration(weight) : `${Math.round(weight).toLocaleString('en-US')} samples`;
}

// The weights that are drawn as widths; a call that one run lacks has those of the other.
function widthOf(tree) {
  const [chosen, other] = tree.base && state.widths === 'base' ? [tree.base, tree.value] : [tree.value, tree.base || tree.value];
  return chosen[state.zoom] > 0 ? chosen : other;
}

// Class and method, where the name with its package has no room.
function lettered(name, width) {
  const most = Math.floor((width - 6) / LETTER);
  if (most < 2) return '';
  if (name.length <= most) return name;
  const short = name.replace(/^(?:[a-z_$][\w$]*\.)+(?=[A-Za-z_$])/, (path) => (/\.[A-Z$]/.test(name) ? '' : path));
  return short.length <= most ? short : `${short.slice(0, most - 1)}…`;
}

function flameTip(tree, call) {
  const all = tree.value[0] || 1;
  const lines = [callName(tree, call), `${told_weight(tree.value[call])}, ${percent(tree.value[call] / all, 2)} of all`];
  let own = tree.value[call];
  for (let i = call + 1; i < tree.end[call]; i = tree.end[i]) own -= tree.value[i];
  if (tree.end[call] > call + 1 && own > tree.value[call] * 1e-3) lines.push(`${told_weight(own)} of it in itself, or in calls too narrow to be kept`);
  if (state.zoom) lines.push(`${percent(tree.value[call] / (tree.value[state.zoom] || 1), 1)} of the call that is enlarged`);
  if (tree.base) {
    const share = tree.value[call] / all;
    const other = tree.base[call] / (tree.base[0] || 1);
    lines.push(`other run: ${told_weight(tree.base[call])}, ${percent(other, 2)}; ${share >= other ? '+' : '−'}${percent(Math.abs(share - other), 2)} of all`);
  } else if (call) {
    lines.push(`mostly ${data.categories[tree.category[call]]}`);
  }
  return lines;
}

// How much the share of a call differs from that in the other run, in steps from -4 to 4.
function differenceStep(tree, call) {
  const share = state.absolute ? tree.value[call] : tree.value[call] / (tree.value[0] || 1);
  const other = state.absolute ? tree.base[call] : tree.base[call] / (tree.base[0] || 1);
  const larger = Math.max(share, other);
  const change = larger > 0 ? (share - other) / larger : 0;
  return Math.abs(change) < 0.05 ? 0 : Math.sign(change) * Math.ceil(4 * Math.abs(change));
}

function boxClass(tree, call) {
  if (call === 0) return 'root';
  if (!tree.base) return `k${tree.category[call]}`;
  const step = differenceStep(tree, call);
  return step === 0 ? 'same' : step > 0 ? `more${step}` : `less${-step}`;
}

// What is wide enough to be seen, callers of the enlarged call first.
function visible(tree, width) {
  const sizes = widthOf(tree);
  const whole = sizes[state.zoom] || 1;
  const boxes = [];
  for (let call = tree.caller[state.zoom]; call >= 0; call = tree.caller[call]) boxes.unshift({ call, x: 0, width, outer: true });
  const next = new Map();
  let call = state.zoom;
  while (call < tree.end[state.zoom]) {
    const caller = tree.caller[call];
    const x = call === state.zoom ? 0 : next.get(caller);
    const size = (width * sizes[call]) / whole;
    if (call !== state.zoom) next.set(caller, x + size);
    if (size < LEAST_WIDTH) { call = tree.end[call]; continue; }
    boxes.push({ call, x, width: size, outer: false });
    next.set(call, x);
    call += 1;
  }
  if (boxes.length <= MOST_BOXES) return boxes;
  const least = boxes.map((box) => box.width).sort((a, b) => b - a)[MOST_BOXES];
  return boxes.filter((box) => box.outer || box.width > least);
}

function drawFlame() {
  const tree = treeOf(state.view);
  const place = byId('flame');
  const width = Math.max(280, place.clientWidth - 2);
  const boxes = visible(tree, width);
  const deepest = Math.max(0, ...boxes.map(({ call }) => tree.depth[call]));
  const height = (deepest + 1) * ROW_HEIGHT + 2;
  const rowOf = (depth) => (state.upwards ? height - (depth + 1) * ROW_HEIGHT - 1 : depth * ROW_HEIGHT + 1);
  const root = drawing(width, height, `Flame graph: ${tree.view.label}`, 'Boxes are calls, as wide as the CPU time in them. Arrow keys go to callers, calls and neighbours; Enter enlarges a call, Escape goes back.');
  const marks = new Map();
  for (const { call, x, width: size, outer } of boxes) {
    const name = callName(tree, call);
    const lines = flameTip(tree, call);
    const y = rowOf(tree.depth[call]);
    const found = state.found && call && state.found.test(name);
    const shapes = [svg('rect', { x, y, width: Math.max(0.5, size - 0.6), height: ROW_HEIGHT - 1.2, rx: 1.5, class: 'box' })];
    const text = lettered(name, size);
    if (text) shapes.push(svg('text', { x: x + 4, y: y + 13.5, 'aria-hidden': 'true' }, text));
    const mark = told(lines, `call-${call}`, ...shapes);
    mark.setAttribute('role', 'button');
    mark.setAttribute('class', `mark call ${boxClass(tree, call)}${outer ? ' outer' : ''}${found ? ' found' : ''}${state.found && !found ? ' unfound' : ''}`);
    marks.set(call, mark);
    root.append(mark);
  }
  root.addEventListener('click', (event) => {
    const mark = event.target.closest('.call');
    if (mark) zoomTo(Number(mark.getAttribute('data-name').slice(5)));
  });
  const focus = marks.has(state.focus) ? state.focus : state.zoom;
  marks.get(focus)?.setAttribute('tabindex', 0);
  walkCalls(root, tree, marks, focus);
  const had = place.contains(document.activeElement);
  place.replaceChildren(root);
  if (had) marks.get(focus)?.focus({ preventScroll: true });
  if (state.upwards) place.scrollTop = place.scrollHeight;
  tellFlame(tree, boxes);
}

function tellFlame(tree, boxes) {
  const told = [];
  if (state.zoom) told.push(`Enlarged: ${callName(tree, state.zoom)}, ${percent(tree.value[state.zoom] / (tree.value[0] || 1), 1)} of all.`);
  const hidden = tree.end[state.zoom] - state.zoom - boxes.filter((box) => !box.outer).length;
  if (hidden > 0) told.push(`${counted(hidden, 'call')} too narrow to draw here; enlarge a call to see what is in it.`);
  if (tree.view.left_out) told.push(`${counted(tree.view.left_out, 'call')} with less than ${percent(tree.view.least_share, 3)} of the CPU are not in this page.`);
  byId('flame-note').textContent = told.join(' ');
  byId('flame-reset').disabled = state.zoom === 0 && !state.found;
  byId('flame-out').disabled = state.zoom === 0;
  tellFound(tree);
}

// The share of CPU in calls that match; what a matching call calls is part of it and not counted again.
function tellFound(tree) {
  const place = byId('flame-found');
  if (!state.found) { place.textContent = ''; return; }
  let sum = 0;
  let calls = 0;
  for (let call = 1; call < tree.count;) {
    if (state.found.test(callName(tree, call))) {
      sum += tree.value[call];
      calls += 1;
      call = tree.end[call];
    } else call += 1;
  }
  place.textContent = calls
    ? `${percent(sum / (tree.value[0] || 1), 1)} of the CPU (${told_weight(sum)}) is in calls that match`
    : 'No call matches';
}

function zoomTo(call) {
  state.zoom = call;
  state.focus = call;
  drawFlame();
}

function search(text) {
  state.found = null;
  if (text) {
    try {
      state.found = new RegExp(text, 'i');
    } catch {
      state.found = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
    }
  }
  drawFlame();
}

// Arrows go to the caller, the widest call, and neighbours; only one call is a stop of the Tab key.
function walkCalls(root, tree, marks, start) {
  let current = start;
  const go = (call) => {
    if (call === undefined || !marks.has(call)) return;
    marks.get(current)?.setAttribute('tabindex', -1);
    current = call;
    state.focus = call;
    marks.get(call).setAttribute('tabindex', 0);
    marks.get(call).focus();
  };
  const callsOf = (caller) => [...marks.keys()].filter((call) => tree.caller[call] === caller);
  root.addEventListener('focusin', (event) => {
    const mark = event.target.closest('.call');
    if (mark) { current = Number(mark.getAttribute('data-name').slice(5)); state.focus = current; }
  });
  root.addEventListener('keydown', (event) => {
    const inwards = state.upwards ? 'ArrowUp' : 'ArrowDown';
    const outwards = state.upwards ? 'ArrowDown' : 'ArrowUp';
    const beside = callsOf(tree.caller[current]);
    const at = beside.indexOf(current);
    const moves = {
      [inwards]: () => go(callsOf(current).sort((a, b) => widthOf(tree)[b] - widthOf(tree)[a])[0]),
      [outwards]: () => go(tree.caller[current]),
      ArrowRight: () => go(beside[at + 1]),
      ArrowLeft: () => go(beside[at - 1]),
      Home: () => go(0),
      Enter: () => zoomTo(current),
      ' ': () => zoomTo(current),
      Escape: () => { hideTip(); zoomTo(Math.max(0, tree.caller[state.zoom])); },
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
}

function flameLegend() {
  const swatch = (kind) => svg('g', { class: `call ${kind}` }, svg('rect', { x: 2, y: 1, width: 22, height: 12, rx: 2, class: 'box' }));
  const tree = treeOf(state.view);
  const items = tree.base
    ? [['more4', 'much more than in the other run'], ['more2', 'more'], ['same', 'the same'], ['less2', 'less'], ['less4', 'much less']]
    : [...new Set(tree.category.slice(1))].sort((a, b) => a - b).map((category) => [`k${category}`, data.categories[category]]);
  byId('flame-legend').replaceChildren(...items.map(([kind, text]) => legendItem([swatch(kind)], text)));
}

function flameTable() {
  const { top, label, total } = data.views[state.view];
  return {
    caption: `Frames of ${label} with most CPU of their own`, heads: ['frame', 'own', 'share', 'with what it calls', 'share'],
    rows: top.map(([name, own, all]) => [name, told_weight(own), percent(own / (total || 1), 1), told_weight(all), percent(all / (total || 1), 1)]),
    act: (row, cell) => {
      const button = html('button', { type: 'button', class: 'link' }, cell);
      button.addEventListener('click', () => {
        byId('flame-search').value = `^${cell.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
        search(byId('flame-search').value);
        byId('flame').scrollIntoView({ block: 'center' });
      });
      return button;
    },
  };
}
