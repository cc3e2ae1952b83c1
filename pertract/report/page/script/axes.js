// Scales, axes and grids.

const AXIS = { left: 48, right: 18, top: 34, bottom: 44 };

function linear(from, to, start, end) {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

// How values of an axis lie on the page: in order where they are no numbers, by doublings where they span many.
// Further numbers, such as those of measured runs, have room as well.
function across(axis, start, end, further = []) {
  const all = axis.numbers;
  if (all === null || all.length < 2) {
    const last = axis.texts.length - 1;
    const pad = Math.min(40, (end - start) / (2 * (last + 1)));
    const place = linear(0, last, start + pad, end - pad);
    return { place: last ? place : () => (start + end) / 2, isOrdinal: true, note: '' };
  }
  const least = Math.min(...all, ...further);
  const most = Math.max(...all, ...further);
  if (least > 0 && most / least >= 8) {
    const place = linear(Math.log2(least), Math.log2(most), start + 12, end - 12);
    return { place: (value) => place(Math.log2(all[value])), of: (n) => place(Math.log2(n)), note: ' (by doublings)' };
  }
  const place = linear(least, most, start + 12, end - 12);
  return { place: (value) => place(all[value]), of: place, note: '' };
}

// A drawing area with a vertical axis from 0 and whatever below it; returns where to draw and how.
function frame({ width, height, title, description, largest, unit, factor, xTitle, xTicks, most }) {
  const root = drawing(width, height, title, description);
  const steps = ticks(largest / factor, height > 220 ? 5 : 3);
  const top = steps[steps.length - 1] * factor;
  const y = linear(0, top, height - AXIS.bottom, AXIS.top);
  const grid = svg('g', { class: 'grid', 'aria-hidden': 'true' });
  for (const step of steps) {
    const at = y(step * factor);
    grid.append(
      svg('line', { x1: AXIS.left, x2: width - AXIS.right, y1: at, y2: at, class: step ? 'rule' : 'axis' }),
      svg('text', { x: AXIS.left - 8, y: at + 4, 'text-anchor': 'end' }, amount(step)),
    );
  }
  grid.append(svg('text', { x: 0, y: 14, class: 'axis-title' }, `${title}, ${unit}`));
  grid.append(svg('text', {
    x: (AXIS.left + width - AXIS.right) / 2, y: height - 6, 'text-anchor': 'middle', class: 'axis-title',
  }, fitted(xTitle, width - AXIS.left)));
  labels(grid, xTicks, height - AXIS.bottom, width, most);
  root.append(grid);
  return { root, y, top };
}

// Texts below a horizontal axis, without those that would touch their neighbours.
function labels(group, texts, base, width, most = 90) {
  let free = -Infinity;
  const last = texts.length - 1;
  const room = (text) => Math.min(textWidth(text), most);
  texts.forEach(({ x, text }, i) => {
    const half = room(text) / 2;
    const crowdsLast = i < last && x + half + 8 > texts[last].x - room(texts[last].text) / 2;
    const hasRoom = x - half >= free && !crowdsLast;
    if (hasRoom || texts.length <= 40) group.append(svg('line', { x1: x, x2: x, y1: base, y2: base + 4, class: 'axis' }));
    if (!hasRoom) return;
    free = x + half + 8;
    const at = Math.min(Math.max(x, half), width - half);
    group.append(svg('text', { x: at, y: base + 18, 'text-anchor': 'middle' }, fitted(text, most)));
  });
}
