// α: the slider, play, what is shown at rest, and the live frames of a GPU.
const PLAY_MS = 4000;
const CALM_STEP_MS = 1000;
const MOST_IN_FLIGHT = 4;
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
const play = { started: 0, frame: 0 };
const lent = { inFlight: 0, asked: 0, shown: 0 };
let resting = null;

function setAlpha(alpha) {
  state.alpha = alpha;
  if (Number(slider.value) !== alpha) slider.value = alpha;
  part('value').textContent = alpha.toFixed(2);
  askLive();
  showMarker();
  showCaution();
  showQuality();
  redraw();
}

// Near the GAN end, or where a brush may have painted it.
function showCaution() {
  root.classList.toggle('cautious', state.alpha >= props.caution_alpha || brushed());
}

function quality() {
  if (isExact()) return labels.exact;
  if (isLent()) return labels.lent;
  if (!curveReady()) return notice.kind === 'trouble' ? labels.nothing : labels.waiting;
  return state.p99 === null ? labels.growing : fill(labels.bound, { p99: state.p99.toFixed(1) });
}

function showQuality() {
  slider.setAttribute('aria-valuetext', 'α ' + state.alpha.toFixed(2) + ', ' + quality());
  movePlaneMarker();
  const live = panes.get(LIVE_PANE);
  if (!live) return;
  const name = nameOfAlpha(brushed() ? null : state.alpha);
  live.figure.querySelector('.quality').textContent = 'α ' + name + ' · ' + quality();
  if (isExact()) showFigures(live, state.exact.figures);
  else showFigures(live, brushed() ? [] : figuresAt(state.alpha));
}

// What floats above the slider on a phone stands on it.
new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty('--slider-height', target.offsetHeight + 'px');
}).observe(slider.closest('.slider'));

slider.addEventListener('input', () => {
  stopPlaying();
  setAlpha(Number(slider.value));
});
slider.addEventListener('change', () => {
  setAlpha(Number(slider.value));
  if (!connection.lost) clearNotice();
  settle();
});

// ---- exact at rest: one request at a time, the latest wins --------------------------------

function settle() {
  const isLoaded = state.place && !Array.from(panes.values()).some(isWaiting);
  const isDone = isExact() || brushed() || !state.rests;
  state.settled = Boolean(isLoaded && state.p99 !== null && isDone && state.grown);
  if (state.place && !state.settled) root.dataset.state = 'working';
  redraw();
  if (!state.place || play.started || isDone || resting !== null || !curveReady()) return;
  if (notice.kind || awaited === state.alpha) return;
  resting = state.alpha;
  ask('rest', { revision: state.revision, alpha: state.alpha });
}

let taking = Promise.resolve();
let awaited = null;
document.addEventListener('scrubber-rested', async () => {
  await taking;
  resting = null;
  show();
  settle();
});

async function takeExact(exact) {
  const revision = state.revision;
  if (state.exact && state.exact.url === exact.image.url) return;
  awaited = exact.alpha;
  const picture = await bitmap(exact.image.url).finally(() => { awaited = null; });
  if (revision !== state.revision) return;
  state.exact = { alpha: exact.alpha, url: exact.image.url, picture, figures: exact.figures };
  state.live = null;
  showQuality();
  settle();
  redraw();
}

// ---- live frames, where a GPU is there for this page: the latest asked for wins -----------

async function askLive() {
  if (!state.token || connection.lost || brushed() || lent.inFlight >= MOST_IN_FLIGHT) return;
  const [ticket, alpha, token] = [(lent.asked += 1), state.alpha, state.token];
  lent.inFlight += 1;
  try {
    const url = await server.frame(token, alpha);
    const picture = url ? await bitmap(url) : null;
    if (picture && token === state.token && ticket > lent.shown) {
      lent.shown = ticket;
      state.live = { alpha, picture };
      showQuality();
      redraw();
    }
  } catch (error) {
    state.token = '';
  }
  lent.inFlight -= 1;
  if (state.live && state.live.alpha !== state.alpha && !lent.inFlight) askLive();
}

// ---- play ----------------------------------------------------------------------------------

function stopPlaying() {
  if (!play.started) return;
  cancelAnimationFrame(play.frame);
  play.started = 0;
  showPlaying();
}

function showPlaying() {
  part('play').textContent = play.started ? labels.pause : labels.play;
  part('play').setAttribute('aria-pressed', String(Boolean(play.started)));
}

function step(now) {
  const elapsed = calm.matches
    ? Math.floor((now - play.started) / CALM_STEP_MS) * CALM_STEP_MS * 0.5 : now - play.started;
  const phase = (elapsed / PLAY_MS) % 2;
  const alpha = Math.round(100 * (phase < 1 ? phase : 2 - phase)) / 100;
  if (alpha !== state.alpha) setAlpha(alpha);
  play.frame = requestAnimationFrame(step);
}

part('play').addEventListener('click', () => {
  if (play.started) {
    stopPlaying();
    settle();
    return;
  }
  play.started = performance.now() - state.alpha * PLAY_MS * (calm.matches ? 2 : 1);
  showPlaying();
  play.frame = requestAnimationFrame(step);
});

['pointerdown', 'keydown'].forEach((name) => part('hold').addEventListener(name, (event) => {
  if (event.type === 'keydown' && ![' ', 'Enter'].includes(event.key)) return;
  if (!state.held) hold(true);
}));
['pointerup', 'pointercancel', 'pointerleave', 'keyup', 'blur'].forEach((name) => {
  part('hold').addEventListener(name, () => { if (state.held) hold(false); });
});

let viewBefore = null;
function hold(isHeld) {
  state.held = isHeld;
  if (isHeld) viewBefore = { zoom: state.zoom, centre: state.centre };
  Object.assign(state, isHeld ? { zoom: 1 } : viewBefore);
  keepInside();
}
