// The numbers behind the drawings, as tables and as files.

const tables = new Map();

// Say what a table holds; it is made when somebody opens it.
function setTable(id, make) {
  const place = byId(id);
  const details = place.closest('details');
  if (!tables.has(id)) {
    details.addEventListener('toggle', () => { if (details.open) fillTable(id); });
  }
  tables.set(id, make);
  if (details.open) fillTable(id);
}

function fillTable(id) {
  const { caption, heads, rows, left = [0], act } = tables.get(id)();
  const side = (i) => (left.includes(i) || i === 0 ? 'left' : '');
  const body = html('tbody', {}, ...rows.map((row, number) => html('tr', {}, ...row.map((cell, i) => html('td', { class: side(i) }, act && i === 0 ? act(number, cell) : cell)))));
  const head = html('tr', {}, ...heads.map((text, i) => html('th', { scope: 'col', class: side(i) }, text)));
  const region = html('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption || 'Table' },
    html('table', {}, html('caption', {}, caption), html('thead', {}, head), body));
  byId(id).replaceChildren(region);
}

function drawPoints() {
  setTable('points-table', () => {
    const best = new Set(data.decisions.map((decision) => decision.best));
    const pareto = new Set(data.decisions.flatMap((decision) => decision.pareto));
    const note = (row) => {
      if (!predicted(row)) return columns.error[row];
      if (best.has(columns.point[row])) return 'recommended';
      return pareto.has(columns.point[row]) ? 'Pareto front' : '';
    };
    return {
      caption: `${counted(count, 'configuration')}; the first column shows one above`,
      heads: ['configuration', 'slots', 'response time', '90 % of runs from', 'to', 'CPU', 'cost', 'speed-up', 'efficiency', 'limited by', ''],
      left: [9, 10],
      rows: columns.point.map((_, row) => [
        nameOf(row), String(columns.slots[row] ?? '–'), duration(columns.response_time_s[row]), duration(columns.response_time_s_low[row]),
        duration(columns.response_time_s_high[row]), percent(columns.cpu_utilisation[row]), cost(columns.cost[row]),
        amount(columns.speed_up[row]), percent(columns.efficiency[row]), columns.limit[row] === null ? '' : data.texts[columns.limit[row]], note(row),
      ]),
      act: (row, cell) => {
        const button = html('button', { type: 'button', class: 'link' }, cell);
        button.addEventListener('click', () => { show(row); byId('shown').scrollIntoView(); });
        return button;
      },
    };
  });
}

// A field of a CSV file. Spreadsheets would run a text that begins like a formula.
function field(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(heads, rows) {
  return `${[heads, ...rows].map((row) => row.map(field).join(',')).join('\n')}\n`;
}

function pointsCsv() {
  const spelled = { limit: (number) => (number === null ? null : data.texts[number]), why: spell, warnings: spell };
  const names = Object.keys(columns);
  const own = axes.filter((axis) => !names.includes(axis.name));
  const rows = columns.point.map((_, row) => [
    ...own.map((axis) => axis.texts[places[row][axes.indexOf(axis)]]),
    ...names.map((name) => (spelled[name] || ((value) => value))(columns[name][row])),
  ]);
  return csv([...own.map((axis) => axis.name), ...names], rows);
}

function spell(numbers) {
  return numbers === null ? null : numbers.map((number) => data.texts[number]).join('; ');
}

function stagesCsv() {
  const names = ['tasks', 'start_s', 'end_s', 'critical_s', 'task_mean_s', 'task_p95_s', 'task_max_s'];
  const rows = Object.entries(data.detail).flatMap(([key, detail]) => detail.name.map((of, i) => [
    key === 'calibration' ? null : columns.point[key], key === 'calibration' ? 'calibration run' : nameOf(key),
    data.stages.id[of], data.stages.job[of], data.stages.name[of], ...names.map((name) => detail[name][i]),
  ]));
  return csv(['point', 'configuration', 'stage', 'job', 'name', ...names], rows);
}

function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const stem = data.model.name.replace(/[^\w.-]+/g, '-').slice(0, 60) || 'pertract';
  const link = html('a', { href: url, download: `${stem}-${name}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function setUpFiles() {
  byId('save-points').addEventListener('click', () => save('configurations.csv', 'text/csv', pointsCsv()));
  byId('save-stages').addEventListener('click', () => save('stages.csv', 'text/csv', stagesCsv()));
  byId('save-all').addEventListener('click', () => save('page.json', 'application/json', byId('data').textContent));
}
