// What every module of the panel shares: html, marks, faces.

import { h, render } from "./vendor/preact.mjs";
import htm from "./vendor/htm.mjs";

export { useEffect, useLayoutEffect, useRef, useState } from "./vendor/hooks.mjs";
export { render };
export const html = htm.bind(h);

// A text in which `backticks` set code apart; text nodes only.
export function Said({ text }) {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));
}

// The shapes of look/marks.svg, on a grid of 20; a test compares them. A page of
// JupyterLab cannot reach that file, which is the hub's.
const MARKS = {
  passed: () => html`<circle cx="10" cy="10" r="8" fill="var(--passed)" />
    <path d="M6 10.4l2.7 2.6L14 7.4" fill="none" stroke="var(--passed-ink)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />`,
  verified: () => html`<circle cx="10" cy="10" r="9" fill="none" stroke="var(--passed)" stroke-width="1.4" />
    <circle cx="10" cy="10" r="6.6" fill="var(--passed)" />
    <path d="M6.9 10.3l2.1 2.1 4.1-4.3" fill="none" stroke="var(--passed-ink)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />`,
  trying: () => html`<circle cx="10" cy="10" r="7" fill="none" stroke="var(--trying)" stroke-width="2.4" />
    <path d="M10 3a7 7 0 0 1 0 14z" fill="var(--trying)" />`,
  stuck: () => html`<path d="M10 2.2l8.4 15H1.6z" fill="var(--stuck)" stroke="var(--stuck)" stroke-width="1.4" stroke-linejoin="round" />
    <path d="M10 8v4.4M10 14.6v.2" stroke="var(--stuck-ink)" stroke-width="2" stroke-linecap="round" />`,
  gate: () => html`<circle cx="10" cy="10" r="8" fill="var(--ask)" />
    <path d="M8 6.8v6.4M12 6.8v6.4" stroke="var(--ask-ink)" stroke-width="2" stroke-linecap="round" />`,
  none: () => html`<circle cx="10" cy="10" r="2.2" fill="var(--idle)" />`,
};

// A state's mark; its word always stands beside it, so no reader needs this one.
export function mark(name) {
  return html`<svg class="mark" viewBox="0 0 20 20" aria-hidden="true">${MARKS[name]()}</svg>`;
}

const FACES = {
  clear: "M6.6 12c1.7 2.4 5.1 2.4 6.8 0M7.3 8v.2M12.7 8v.2",
  confusing: "M6.6 13.4c1.1-1.3 2.3.9 3.4 0s2.3-1.3 3.4 0M7.3 8v.2M12.7 7.2v.2",
  broken: "M6.8 13.6c1.7-1.7 4.7-1.7 6.4 0M6.4 6.9l1.8 1.8M8.2 6.9L6.4 8.7M11.8 6.9l1.8 1.8M13.6 6.9l-1.8 1.8",
  "too-slow": "M7.2 13h5.6M6.3 8.2h2M11.7 8.2h2",
  loved: "M6.2 11.4c.9 4 6.7 4 7.6 0zM6.6 8.2c.5-1 1.3-1 1.8 0M11.6 8.2c.5-1 1.3-1 1.8 0",
};

// A face to the word beside it.
export function face(name) {
  return html`<svg class="mark" viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor"
    stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
    <circle cx="10" cy="10" r="8" /><path d=${FACES[name]} /></svg>`;
}
