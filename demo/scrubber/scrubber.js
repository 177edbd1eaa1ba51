const part = (name) => element.querySelector('[data-part="' + name + '"]');
const root = element.querySelector('.scrubber');
const labels = props.labels;
const slider = part('alpha');
const PATIENCE_MS = 30000;
const state = { view: null, mode: 'compare', zoom: 1, pan: [0.5, 0.5], sent: -PATIENCE_MS, next: null };

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const alpha = () => Number(slider.value);

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

// ---- one request at a time, the latest wins -------------------------------------------------

function send(name, data) {
  root.dataset.state = 'working';
  if (performance.now() - state.sent < PATIENCE_MS) {
    if (name !== 'scrub' || !state.next) state.next = [name, data];
    return;
  }
  state.sent = performance.now();
  trigger(name, data);
}

function answered() {
  const next = state.next;
  state.sent = -PATIENCE_MS;
  state.next = null;
  if (next) send(next[0], { ...next[1], alpha: alpha() });
  else if (state.view && Math.abs(state.view.alpha - alpha()) > 0.001) scrub();
  else root.dataset.state = 'ready';
}

// ---- what the server sends ------------------------------------------------------------------

function show() {
  const view = props.value;
  if (!view || !view.panes || (state.view && view.revision < state.view.revision)) return;
  const isNew = !state.view || view.revision !== state.view.revision;
  state.view = view;
  state.mode = view.mode;
  if (isNew) state.pan = [0.5, 0.5];
  showSource(view);
  view.panes.forEach(showPane);
  part('panes').dataset.count = view.panes.length;
  const known = view.panes.map((pane) => pane.id);
  part('panes').querySelectorAll('figure').forEach((figure) => {
    if (!known.includes(figure.dataset.pane)) figure.remove();
  });
  root.dataset.alpha = view.alpha.toFixed(2);
  root.dataset.revision = view.revision;
  if (view.panes.every((pane) => pane.image)) {
    say(view.notes.join(' '));
    answered();
  }
  transform();
}

function showSource(view) {
  setImage(part('whole'), view.overview.url);
  part('whole').alt = view.name;
  part('name').textContent = view.name;
  part('size').textContent = view.size;
  moveBox(view.box);
  element.querySelectorAll('[data-mode]').forEach((button) => {
    button.setAttribute('aria-checked', String(button.dataset.mode === view.mode));
  });
  if (view.examples.length) showExamples(view.examples);
}

function showExamples(examples) {
  part('examples').replaceChildren(...examples.map((example) => {
    const button = make('button', 'example');
    button.type = 'button';
    button.title = example.name;
    const image = make('img', '');
    image.src = example.image.url;
    image.alt = example.name;
    button.append(image);
    button.addEventListener('click', () => {
      say(labels.working);
      send('open_example', { name: example.name, alpha: alpha() });
    });
    return button;
  }));
}

function showPane(pane, index) {
  let figure = part('panes').querySelector('[data-pane="' + pane.id + '"]');
  if (!figure) {
    figure = make('figure', 'pane');
    figure.dataset.pane = pane.id;
    const frame = make('div', 'frame');
    const image = make('img', '');
    image.draggable = false;
    frame.append(image);
    const caption = make('figcaption', '');
    caption.append(make('strong', ''), make('span', 'figures'));
    figure.append(frame, caption);
    watchPan(frame);
  }
  const place = part('panes').children[index];
  if (place !== figure) part('panes').insertBefore(figure, place || null);
  figure.classList.toggle('live', pane.live);
  figure.classList.toggle('waiting', !pane.image);
  if (pane.image) setImage(figure.querySelector('img'), pane.image.url);
  figure.querySelector('img').alt = pane.title;
  figure.querySelector('strong').textContent = pane.title;
  figure.querySelector('.figures').replaceChildren(
    ...pane.figures.map((text) => make('span', 'figure', text)),
  );
}

// Swap only once the new picture is decoded, so that nothing flickers; the latest wins.
function setImage(image, url) {
  if (image.dataset.wanted === url) return;
  image.dataset.wanted = url;
  const next = new Image();
  next.src = url;
  next.decode().then(() => {
    if (image.dataset.wanted !== url) return;
    image.src = url;
    image.dataset.shown = url;
  }).catch(() => { if (image.dataset.wanted === url) say(labels.lost, true); });
}

// ---- α --------------------------------------------------------------------------------------

function scrub() {
  send('scrub', { alpha: alpha() });
}

function setSlider(value) {
  slider.value = value;
  part('value').textContent = value.toFixed(2);
}

slider.addEventListener('input', () => {
  part('value').textContent = alpha().toFixed(2);
  if (state.view) scrub();
});

// ---- the window -----------------------------------------------------------------------------

function moveBox(box) {
  const style = part('box').style;
  ['left', 'top', 'width', 'height'].forEach((side, index) => {
    style[side] = 100 * box[index] + '%';
  });
  part('box').hidden = box[2] >= 1 && box[3] >= 1;
}

function centred(x, y) {
  const [, , width, height] = state.view.box;
  return [clamp(x - width / 2, 0, 1 - width), clamp(y - height / 2, 0, 1 - height), width, height];
}

function place(box, mode) {
  say(labels.working);
  send('place', {
    x: box[0] + box[2] / 2, y: box[1] + box[3] / 2, mode: mode || state.mode, alpha: alpha(),
  });
}

let dragged = null;
part('overview').addEventListener('pointerdown', (event) => {
  if (!state.view || part('box').hidden) return;
  event.preventDefault();
  part('box').focus();
  part('overview').setPointerCapture(event.pointerId);
  dragBox(event);
});
part('overview').addEventListener('pointermove', (event) => { if (dragged) dragBox(event); });
part('overview').addEventListener('pointerup', () => {
  if (dragged) place(dragged);
  dragged = null;
});
part('overview').addEventListener('pointercancel', () => {
  dragged = null;
  moveBox(state.view.box);
});

function dragBox(event) {
  const area = part('overview').getBoundingClientRect();
  dragged = centred(
    (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height,
  );
  moveBox(dragged);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
part('box').addEventListener('keydown', (event) => {
  const step = ARROWS[event.key];
  if (!step || !state.view) return;
  event.preventDefault();
  const [left, top, width, height] = state.view.box;
  const moved = centred(
    left + width / 2 + step[0] * width / 4, top + height / 2 + step[1] * height / 4,
  );
  moveBox(moved);
  place(moved);
});

element.querySelectorAll('[data-mode]').forEach((button) => {
  button.addEventListener('click', () => {
    if (state.view && button.dataset.mode !== state.mode) {
      place(state.view.box, button.dataset.mode);
    }
  });
});

// ---- zoom and pan, the same in all crops ----------------------------------------------------

function transform() {
  const reach = state.zoom - 1;
  root.style.setProperty('--zoom', state.zoom);
  root.style.setProperty('--x', -100 * reach * state.pan[0] + '%');
  root.style.setProperty('--y', -100 * reach * state.pan[1] + '%');
  root.classList.toggle('zoomed', state.zoom > 1);
  element.querySelectorAll('[data-zoom]').forEach((button) => {
    button.setAttribute('aria-pressed', String(Number(button.dataset.zoom) === state.zoom));
  });
}

element.querySelectorAll('[data-zoom]').forEach((button) => {
  button.addEventListener('click', () => {
    state.zoom = Number(button.dataset.zoom);
    transform();
  });
});

function watchPan(frame) {
  let last = null;
  frame.addEventListener('pointerdown', (event) => {
    if (state.zoom === 1) return;
    last = [event.clientX, event.clientY];
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener('pointermove', (event) => {
    if (!last) return;
    const reach = state.zoom - 1;
    const moved = [event.clientX - last[0], event.clientY - last[1]];
    const size = [frame.clientWidth, frame.clientHeight];
    state.pan = state.pan.map((at, axis) => clamp(at - moved[axis] / (size[axis] * reach), 0, 1));
    last = [event.clientX, event.clientY];
    transform();
  });
  ['pointerup', 'pointercancel'].forEach((name) => {
    frame.addEventListener(name, () => { last = null; });
  });
}

// ---- opening a picture ----------------------------------------------------------------------

async function open(file) {
  if (!file) return;
  if (file.size > labels.limit_megabytes * 1e6) return say(labels.too_large, true);
  say(labels.uploading);
  try {
    const uploaded = await upload(file);
    say(labels.working);
    send('open_upload', { path: uploaded.path, name: file.name, alpha: alpha() });
  } catch (error) {
    say(labels.upload_failed, true);
  }
}

part('choose').addEventListener('click', () => part('file').click());
part('file').addEventListener('change', () => {
  open(part('file').files[0]);
  part('file').value = '';
});

function onDrag(event) {
  if (!Array.from(event.dataTransfer ? event.dataTransfer.types : []).includes('Files')) return;
  event.preventDefault();
  root.classList.add('dropping');
}
function onLeave(event) {
  if (!event.relatedTarget) root.classList.remove('dropping');
}
function onDrop(event) {
  root.classList.remove('dropping');
  if (!event.dataTransfer || !event.dataTransfer.files.length) return;
  event.preventDefault();
  open(event.dataTransfer.files[0]);
}
function onPaste(event) {
  const file = Array.from(event.clipboardData ? event.clipboardData.files : [])[0];
  if (file) open(file);
}
document.addEventListener('dragenter', onDrag);
document.addEventListener('dragover', onDrag);
document.addEventListener('dragleave', onLeave);
document.addEventListener('drop', onDrop);
document.addEventListener('paste', onPaste);

part('export').addEventListener('click', () => {
  if (state.view) trigger('export', { alpha: alpha() });
});

// A refused request leaves the old view in place; the toast says why.
document.addEventListener('scrubber-refused', () => {
  say('');
  state.next = null;
  if (state.view) {
    moveBox(state.view.box);
    setSlider(state.view.alpha);
  }
  answered();
});
watch('value', show);
transform();
show();
