// Elements of the page. All text becomes text nodes, so that no name in a log can become markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function byId(id) {
  return document.getElementById(id);
}

// Width of text in the drawings, in pixels.
const measuring = document.createElement('canvas').getContext('2d');
function textWidth(text, size = 12) {
  measuring.font = `${size}px system-ui, sans-serif`;
  return measuring.measureText(text).width;
}

// Text that fits into a width; what is cut off is in the tip and in the table.
function fitted(text, width, size = 12) {
  if (textWidth(text, size) <= width) return text;
  let cut = text.length;
  while (cut > 1 && textWidth(`${text.slice(0, cut)}…`, size) > width) cut -= 1;
  return `${text.slice(0, cut)}…`;
}

// A drawing with a title and a description for those who do not see it.
let described = 0;
function drawing(width, height, title, description) {
  described += 1;
  const name = `drawing-${described}`;
  return svg('svg', {
    width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-labelledby': `${name}-t`, 'aria-describedby': `${name}-d`,
  }, svg('title', { id: `${name}-t` }, title), svg('desc', { id: `${name}-d` }, description));
}
