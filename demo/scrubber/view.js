// What the panes show: each draws its picture under the shared zoom and pan.
const GAIN_DOUBLINGS = 3;
const panes = new Map();

function showPane(pane) {
  let known = panes.get(pane.id);
  if (!known) {
    known = makePane(pane);
    panes.set(pane.id, known);
    part('panes').append(known.figure);
  }
  const title = inOwnWords(pane.title);
  Object.assign(known, { title, isLive: pane.live });
  known.figure.classList.toggle('live', pane.live);
  known.figure.querySelector('strong').textContent = title;
  known.canvas.setAttribute('aria-label', title);
  if (pane.image) loadPane(known, pane);
  if (pane.reason) giveUp(known, pane.reason);
  part('panes').dataset.count = panes.size;
  offerPanes();
}

// The live one's pictures come from elsewhere.
const isWaiting = (pane) => !pane.isLive && !pane.source && !pane.reason;

function makePane(pane) {
  const figure = make('figure', 'pane waiting');
  figure.dataset.pane = pane.id;
  const frame = make('div', 'frame');
  const canvas = make('canvas', '');
  canvas.setAttribute('role', 'img');
  frame.append(canvas);
  const caption = make('figcaption', '');
  caption.append(make('strong', ''));
  if (pane.live) caption.append(term('quality', 'quality_help'));
  caption.append(make('span', 'figures'));
  if (pane.live) caption.append(make('p', 'caution', labels.caution));
  figure.append(frame, caption);
  watchPointer(frame);
  const made = { figure, frame, canvas, id: pane.id, source: null, reason: '' };
  figure.picture = () => made.source; // for programs that drive the page
  return made;
}

// Swap only once the picture is decoded, so that nothing flickers; the latest wins.
function loadPane(pane, news) {
  if (pane.wanted === news.image.url) return;
  pane.wanted = news.image.url;
  bitmap(news.image.url).then((picture) => {
    if (pane.wanted !== news.image.url) return;
    pane.source = picture;
    pane.figure.classList.remove('waiting');
    showFigures(pane, news.figures);
    settle();
    redraw();
  }).catch(() => { if (pane.wanted === news.image.url) say(labels.lost, true); });
}

// A method that cannot be shown says why, in its own place.
function giveUp(pane, reason) {
  pane.reason = reason;
  pane.figure.classList.remove('waiting');
  pane.figure.querySelector('.figures').textContent = reason;
  settle();
}

async function bitmap(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(answer.status);
  const options = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };
  return createImageBitmap(await answer.blob(), options);
}

// Names stay in place while values change, so that a focused one keeps its focus.
function showFigures(pane, figures) {
  const list = pane.figure.querySelector('.figures');
  const names = figures.map(({ name }) => name).join(' ');
  if (list.dataset.names !== names) {
    list.dataset.names = names;
    list.replaceChildren(...figures.map(({ name }) => makeFigure(name, pane.isLive)));
  }
  figures.forEach(({ text, reason }, at) => {
    list.children[at].lastChild.textContent = ' ' + text
      + (reason ? ' (' + inOwnWords(reason) + ')' : '');
  });
}

// The same names stand under every crop: the keyboard stops at those of the live one.
function makeFigure(name, isLive) {
  const figure = make('span', 'figure');
  const title = term('', 'tip_' + name, labels['metric_' + name]);
  title.dataset.better = props.higher_is_better.includes(name) ? '↑' : '↓';
  if (!isLive) title.tabIndex = -1;
  figure.append(title, make('span', ''));
  return figure;
}

function clearPanes() {
  panes.forEach((pane) => pane.figure.remove());
  panes.clear();
}

const isExact = () => Boolean(
  state.exact && state.exact.alpha === state.alpha && !brushed() && !brush.stroke,
);
const isLent = () => Boolean(state.live && !isExact() && !brushed() && !brush.stroke);

// What a frame of the curve depends on.
const curveKey = () => [state.revision, curve.alphas.length, state.alpha, brush.changes].join(' ');

// ESRGAN(α): the network's own output where there is one, else the blend.
function liveSource() {
  if (state.held && panes.get('bicubic')) return panes.get('bicubic').source;
  if (isExact()) return state.exact.picture;
  if (isLent()) return state.live.picture;
  return curveReady() ? renderer().draw(curveKey(), state.alpha, windowMap()) : null;
}

// The same with the opacity that the picture has.
function withOpacity(source) {
  const mask = panes.get('bicubic');
  const isBlend = source instanceof HTMLCanvasElement;
  if (!isBlend || !state.place.translucent || !mask || !mask.source) return source;
  const copy = document.createElement('canvas');
  Object.assign(copy, { width: curve.width, height: curve.height });
  const context = copy.getContext('2d');
  context.drawImage(source, 0, 0);
  context.globalCompositeOperation = 'destination-in';
  context.drawImage(mask.source, 0, 0);
  return copy;
}

function drawAll() {
  if (!state.place) return;
  const live = withOpacity(liveSource());
  panes.forEach((pane) => {
    if (pane.isLive) pane.source = live;
  });
  root.dataset.drawn = live && renderer().drawn() === curveKey() ? state.alpha.toFixed(2) : '';
  if (state.show === 'split') drawSplit();
  else panes.forEach((pane) => drawPane(pane, live));
}

function prepared(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.parentElement.clientWidth * scale));
  const height = Math.max(1, Math.round((width * curve.height) / curve.width));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  context.globalCompositeOperation = 'source-over';
  context.clearRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.imageSmoothingEnabled = (width * state.zoom) / curve.width < 1;
  return context;
}

// Left, top, width and height of what is visible, in pixels of the window.
function visible() {
  const [width, height] = [curve.width / state.zoom, curve.height / state.zoom];
  return [
    clamp(state.centre[0] * curve.width - width / 2, 0, curve.width - width),
    clamp(state.centre[1] * curve.height - height / 2, 0, curve.height - height),
    width, height,
  ];
}

function drawPane(pane, live) {
  const context = prepared(pane.canvas);
  if (!pane.source) return;
  const isCompared = state.show === 'difference' && !pane.isLive && live;
  const source = isCompared ? difference(pane.source, live) : pane.source;
  context.drawImage(source, ...visible(), 0, 0, pane.canvas.width, pane.canvas.height);
}

// |one − other|, amplified: at full size, so that both are met at the same pixels.
function difference(one, other) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: curve.width, height: curve.height });
  const context = canvas.getContext('2d');
  context.drawImage(one, 0, 0);
  context.globalCompositeOperation = 'difference';
  context.drawImage(other, 0, 0);
  context.globalCompositeOperation = 'lighter';
  for (let i = 0; i < GAIN_DOUBLINGS; i += 1) context.drawImage(canvas, 0, 0);
  return canvas;
}

function drawSplit() {
  const canvas = part('split-canvas');
  const context = prepared(canvas);
  const share = Number(part('split-at').value);
  [['split-left', 0, share], ['split-right', share, 1]].forEach(([name, from, to]) => {
    const pane = panes.get(part(name).value);
    if (!pane || !pane.source) return;
    context.save();
    context.beginPath();
    context.rect(from * canvas.width, 0, (to - from) * canvas.width, canvas.height);
    context.clip();
    context.drawImage(pane.source, ...visible(), 0, 0, canvas.width, canvas.height);
    context.restore();
  });
  part('split-line').style.left = 100 * share + '%';
}

const isAddable = (name) => state.place.methods.includes(name) && !panes.has(name);

function offerPanes() {
  [['split-left', 'bicubic'], ['split-right', LIVE_PANE]].forEach(([name, usual]) => {
    const select = part(name);
    const chosen = select.value || usual;
    select.replaceChildren(...Array.from(panes.values(), (pane) => {
      const option = make('option', '', pane.title);
      option.value = pane.id;
      return option;
    }));
    select.value = panes.has(chosen) ? chosen : usual;
  });
  element.querySelectorAll('[data-add]').forEach((button) => {
    button.hidden = !isAddable(button.dataset.add);
  });
  part('adds').hidden = !state.place.methods.some(isAddable);
}

function showZoom() {
  part('fit').textContent = state.zoom === 1 ? labels.fit : state.zoom.toFixed(1) + '×';
  root.dataset.zoom = state.zoom.toFixed(2);
  root.classList.toggle('zoomed', state.zoom > 1);
  redraw();
}

element.querySelectorAll('button[data-show]').forEach((button) => {
  button.addEventListener('click', () => {
    state.show = button.dataset.show;
    root.dataset.show = state.show;
    element.querySelectorAll('button[data-show]').forEach((other) => {
      other.setAttribute('aria-checked', String(other === button));
    });
    redraw();
  });
});
['split-left', 'split-right', 'split-at'].forEach((name) => {
  part(name).addEventListener('input', redraw);
});
watchPointer(part('split-frame'));
// For programs that drive the page: the renderer, and any α, which the slider's steps may not meet.
Object.assign(part('panes'), { renderer, scrub: (alpha) => setAlpha(alpha) });
new ResizeObserver(redraw).observe(part('panes').parentElement);
