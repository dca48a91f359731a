// Elements by a function each; text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: attributes, then children (elements, text, or nothing). */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same within a drawing. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** How wide a drawing's own units run, so that its letters stay readable on a phone. */
export function drawingWidth() {
  return window.innerWidth < 760 ? 330 : 720;
}

/** Change an element's text only where it differs, so that nothing is read aloud twice. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
