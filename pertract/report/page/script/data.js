// The data of the page (docs/json.md, pertract/page/1) and questions to it.

const data = JSON.parse(byId('data').textContent);
const columns = data.columns;
const count = columns.point.length;
const axes = data.axes;
const varying = axes.map((_, i) => i).filter((i) => axes[i].texts.length > 1);

// For each point, which value it has on each axis.
const { places } = data;
const rowOf = new Map(columns.point.map((number, row) => [number, row]));
const rowAt = new Map(places.map((place, row) => [place.join(), row]));

function predicted(row) {
  return columns.error[row] === null;
}

// The row at a place; where a search left none, the nearest one with the same value on the axis that moved.
function rowNear(place, moved) {
  const exact = rowAt.get(place.join());
  if (exact !== undefined) return exact;
  let best = 0;
  let least = Infinity;
  places.forEach((other, row) => {
    const far = other.reduce((sum, value, axis) => {
      const weight = axis === moved ? 1000 : 1;
      return sum + (weight * Math.abs(value - place[axis])) / axes[axis].texts.length;
    }, 0);
    if (far < least) [best, least] = [row, far];
  });
  return best;
}

// Rows that differ from one on a single axis only, in the order of its values.
function rowsAlong(axis, row) {
  const place = [...places[row]];
  return axes[axis].texts.flatMap((_, value) => {
    place[axis] = value;
    const found = rowAt.get(place.join());
    return found === undefined ? [] : [found];
  });
}

function sameWorkload(row, other) {
  return axes.every((axis, i) => !axis.is_workload || places[row][i] === places[other][i]);
}

// The decision for the data and the parameters of a row.
function decisionOf(row) {
  return data.decisions.find((decision) => {
    const named = [decision.best, decision.cheapest, decision.fastest, decision.nearest, ...decision.pareto].find((n) => n !== null);
    return named !== undefined && sameWorkload(rowOf.get(named), row);
  });
}

function detailOf(row) {
  return data.detail[row] || null;
}

function nameOf(row) {
  return columns.label[row];
}

// What a drawing tells of a point when asked, line by line.
function tipOf(row) {
  if (!predicted(row)) return [nameOf(row), columns.error[row]];
  const lines = [
    nameOf(row),
    `${duration(columns.response_time_s[row])}, 90 % of runs ${duration(columns.response_time_s_low[row])} to `
      + `${duration(columns.response_time_s_high[row])}`,
    `CPU ${percent(columns.cpu_utilisation[row])} of ${counted(columns.worker_cores[row], 'core')}`,
  ];
  if (columns.cost[row] !== null) lines.push(`cost ${cost(columns.cost[row])}`);
  if (columns.limit[row] !== null) lines.push(data.texts[columns.limit[row]]);
  return lines;
}
