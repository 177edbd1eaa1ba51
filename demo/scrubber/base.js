// Shared by all parts: the elements, the state, and one drawing a frame.
const part = (name) => element.querySelector('[data-part="' + name + '"]');
const root = element.querySelector('.scrubber');
// The browser's first language where the page has it, as Gradio chooses for its own components.
const firstPart = (tag) => tag.split('-')[0].toLowerCase();
const language = Object.keys(props.words).find(
  (tag) => firstPart(tag) === firstPart(navigator.language),
) || 'en';
const { told } = props.words[language];
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
const labels = Object.fromEntries(Object.entries(props.words[language].labels).map(
  ([key, words]) => [key, fill(words, props.facts)],
));
const inOwnWords = (english) => told[english] || english;
// null is that of a painted picture.
const nameOfAlpha = (alpha) => (alpha === null ? labels.brush.toLowerCase() : alpha.toFixed(2));
const slider = part('alpha');
// That of the page's address, which a link may have set; it is arbitrary.
function firstAlpha() {
  const linked = new URLSearchParams(window.location.search).get('alpha');
  const isAlpha = /^(0(\.\d+)?|1(\.0+)?)$/.test(linked || '');
  return Number(isAlpha ? linked : props.first_alpha);
}
const state = {
  revision: 0, place: null, mode: 'compare', chosen: 'enlarge', alpha: firstAlpha(),
  zoom: 1, centre: [0.5, 0.5], show: 'side', held: false,
  exact: null, live: null, traces: [], p99: null, grown: false, settled: false, token: '', whole: '',
  rests: true,
};
const LIVE_PANE = 'esrgan';

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function nameAll() {
  document.documentElement.lang = language;
  document.title = labels.title;
  element.querySelectorAll('[data-say]').forEach((node) => {
    node.textContent = labels[node.dataset.say];
  });
  element.querySelectorAll('[data-name]').forEach((node) => {
    node.setAttribute('aria-label', labels[node.dataset.name]);
  });
}
nameAll();

function make(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// As many buttons as there are items: one that is there already stays, and keeps its focus.
function fitButtons(group, count, makeButton) {
  while (group.children.length > count) group.lastChild.remove();
  while (group.children.length < count) group.append(makeButton(group.children.length));
  return Array.from(group.children);
}

function say(text, isError) {
  part('status').textContent = text || '';
  part('status').classList.toggle('error', Boolean(isError));
}

// At most one drawing is ever waiting, however many events there were.
let frameAsked = 0;
function redraw() {
  if (!frameAsked) frameAsked = requestAnimationFrame(drawFrame);
}
function drawFrame() {
  frameAsked = 0;
  drawAll();
  root.dataset.quality = isExact() ? 'exact' : 'curve';
  if (state.settled) root.dataset.state = 'ready';
  root.dataset.alpha = state.alpha.toFixed(2);
  root.dataset.frames = Number(root.dataset.frames || 0) + 1;
}
function countBlend() {
  root.dataset.blends = Number(root.dataset.blends || 0) + 1;
}
