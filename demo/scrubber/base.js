// Shared by all parts: the elements, the state, and one drawing a frame.
const part = (name) => element.querySelector('[data-part="' + name + '"]');
const root = element.querySelector('.scrubber');
const labels = props.labels;
const slider = part('alpha');
const state = {
  revision: 0, place: null, mode: 'compare', alpha: Number(props.first_alpha),
  zoom: 1, centre: [0.5, 0.5], show: 'side', held: false,
  exact: null, live: null, traces: [], bound: '', grown: false, settled: false, token: '', rests: true,
};
const LIVE_PANE = 'esrgan';

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function make(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
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
