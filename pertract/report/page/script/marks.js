// Marks that can be pointed at, reached by keyboard, and that tell what they stand for.

const tip = byId('tip');

function showTip(target) {
  const lines = target.getAttribute('data-tip').split('\n');
  tip.replaceChildren(html('strong', {}, lines[0]), ...lines.slice(1).map((line) => html('span', {}, line)));
  tip.hidden = false;
  const box = target.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), room - own.width - 8);
  const above = box.top - own.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 4 ? above : box.bottom + 8}px`;
}

function hideTip() {
  tip.hidden = true;
}

function tipTarget(event) {
  return event.target instanceof Element ? event.target.closest('[data-tip]') : null;
}

for (const kind of ['pointerover', 'focusin']) {
  document.addEventListener(kind, (event) => {
    const target = tipTarget(event);
    if (target) showTip(target); else hideTip();
  });
}
document.addEventListener('focusout', hideTip);
document.addEventListener('scroll', () => {
  const focused = document.activeElement;
  if (!tip.hidden && focused.matches('[data-tip]:focus-visible')) showTip(focused); else hideTip();
}, { passive: true });
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hideTip(); });

// A mark that shows a point when it is clicked; `name` tells it from others in its drawing.
function pointMark(row, name, lines, chosen, ...shapes) {
  const mark = told(lines, name, ...shapes);
  mark.setAttribute('role', 'button');
  mark.setAttribute('aria-pressed', chosen ? 'true' : 'false');
  mark.classList.add('point');
  mark.addEventListener('click', () => show(row));
  mark.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      show(row);
    }
  });
  return mark;
}

// A mark that only tells.
function told(lines, name, ...shapes) {
  const tells = lines.filter(Boolean);
  return svg('g', {
    class: 'mark', role: 'img', tabindex: -1, 'aria-label': tells.join('. '), 'data-tip': tells.join('\n'),
    'data-name': name,
  }, ...shapes);
}

// One stop of the Tab key for a drawing; arrows go on to the other marks.
function walkable(root, marks, start = 0) {
  if (!marks.length) return;
  let current = Math.max(0, start);
  marks[current].setAttribute('tabindex', 0);
  root.addEventListener('keydown', (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    const from = marks.indexOf(event.target.closest('.mark'));
    if (step === undefined || from < 0) return;
    event.preventDefault();
    marks[current].setAttribute('tabindex', -1);
    current = Math.min(Math.max(from + step, 0), marks.length - 1);
    marks[current].setAttribute('tabindex', 0);
    marks[current].focus();
  });
}

// Shapes tell series apart without colour.
const SHAPES = [
  (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`,
  (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  (x, y, r) => `M${x} ${y - 1.2 * r}l${1.2 * r} ${2.1 * r}h${-2.4 * r}z`,
  (x, y, r) => `M${x} ${y + 1.2 * r}l${1.2 * r} ${-2.1 * r}h${-2.4 * r}z`,
  (x, y, r) => `M${x - r} ${y - r / 3}h${2 * r / 3}v${-2 * r / 3}h${2 * r / 3}v${2 * r / 3}h${2 * r / 3}v${2 * r / 3}`
    + `h${-2 * r / 3}v${2 * r / 3}h${-2 * r / 3}v${-2 * r / 3}h${-2 * r / 3}z`,
  (x, y, r) => `M${x - r} ${y}l${r / 2} ${-r}h${r}l${r / 2} ${r}l${-r / 2} ${r}h${-r}z`,
];

function shape(number, x, y, radius, attributes) {
  return svg('path', { d: SHAPES[number % SHAPES.length](x, y, radius), ...attributes });
}

function diamond(x, y, radius, attributes) {
  return svg('path', { d: `M${x} ${y - radius}l${radius} ${radius}l${-radius} ${radius}l${-radius} ${-radius}z`, ...attributes });
}

function target(x, y, radius = 13) {
  return svg('circle', { cx: x, cy: y, r: radius, class: 'target' });
}

function legendItem(swatch, text) {
  return html('span', { class: 'key' }, svg('svg', { width: 26, height: 14, 'aria-hidden': 'true' }, ...swatch), text);
}
