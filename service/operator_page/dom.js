// Building elements. Whatever comes from outside enters as text or as a property, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, event handlers (`onclick`) and children; null and false children are left out. */
export function element(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function drawing(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** The element with that id, which index.html promises. */
export function part(id) {
  return document.getElementById(id);
}

/** Sets text only where it differs: at four updates a second a node is better left alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute only where it differs; null or false takes it away, true makes it empty. */
export function setAttribute(node, name, value) {
  if (value === null || value === false || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else setAttribute(node, name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}
