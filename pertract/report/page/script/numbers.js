// Numbers as people read them.

// The same as pertract/units.py format_duration.
function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (Math.round(seconds * 1000) < 1000) return `${Math.round(seconds * 1000)} ms`;
  if (Math.round(seconds * 10) < 600) return `${seconds.toFixed(1)} s`;
  if (Math.round(seconds) < 3600) {
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function percent(share, digits = 0) {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(digits)} %`;
}

// Three digits that count, without an exponent where people would not write one.
function amount(value) {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return size < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

function cost(value) {
  return value === null || value === undefined ? '–' : `${amount(value)} ${data.tariff.unit}`.trim();
}

function counted(number, noun) {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

// The unit in which times up to a longest one are told.
function timeUnit(longest) {
  if (longest < 1) return { name: 'ms', seconds: 0.001 };
  if (longest <= 180) return { name: 's', seconds: 1 };
  return longest <= 10800 ? { name: 'min', seconds: 60 } : { name: 'h', seconds: 3600 };
}

// Round numbers from 0 to at least the largest value.
function ticks(largest, about) {
  if (!(largest > 0)) return [0, 1];
  const rough = largest / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  const count = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
