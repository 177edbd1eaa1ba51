// The whole picture with its window, and everything that opens a picture.
const PATIENCE_MS = 30000;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const request = { sent: -PATIENCE_MS, next: null, chosen: 0 };

// One request at a time, the latest wins.
function send(name, data) {
  state.settled = false;
  root.dataset.state = 'working';
  if (connection.lost || performance.now() - request.sent < PATIENCE_MS) {
    request.next = [name, data];
    return;
  }
  Object.assign(request, { sent: performance.now(), next: null });
  ask(name, data);
}

// Nothing is on its way any more; returns what waited for it.
function release() {
  const { next } = request;
  Object.assign(request, { sent: -PATIENCE_MS, next: null });
  return next;
}

function answered() {
  const next = release();
  if (next) send(...next);
}

function shares() {
  const [left, top, width, height] = state.place.box;
  const small = state.place.small;
  return [left / small[0], top / small[1], width / small[0], height / small[1]];
}

function moveBox(box) {
  const style = part('box').style;
  ['left', 'top', 'width', 'height'].forEach((side, index) => {
    style[side] = 100 * box[index] + '%';
  });
  part('box').hidden = box[2] >= 1 && box[3] >= 1;
}

function centred(x, y) {
  const [, , width, height] = shares();
  return [clamp(x - width / 2, 0, 1 - width), clamp(y - height / 2, 0, 1 - height), width, height];
}

function place(box, changes) {
  const { mode, side } = state.place;
  const middle = { x: box[0] + box[2] / 2, y: box[1] + box[3] / 2 };
  say(labels.working);
  send(changes?.mode ? 'switch_mode' : 'place', { ...middle, mode, side, ...changes });
}

let dragged = null;
part('overview').addEventListener('pointerdown', (event) => {
  if (event.button || !state.place || part('box').hidden) return;
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
  moveBox(shares());
});

function dragBox(event) {
  const area = part('overview').getBoundingClientRect();
  dragged = centred(
    (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height,
  );
  moveBox(dragged);
}

part('box').addEventListener('keydown', (event) => {
  const arrow = !isBrowsersOwn(event) && ARROWS[event.key];
  if (!arrow || !state.place) return;
  event.preventDefault();
  const [left, top, width, height] = shares();
  const moved = centred(
    left + width / 2 + arrow[0] * width / 4, top + height / 2 + arrow[1] * height / 4,
  );
  moveBox(moved);
  place(moved);
});

element.querySelectorAll('[data-mode]').forEach((button) => {
  button.addEventListener('click', () => {
    const { mode } = button.dataset;
    state.chosen = mode;
    if (state.place && mode !== state.mode) place(shares(), { mode });
  });
});

// Another picture: what is still being uploaded is no longer wanted.
function choose(name, data) {
  request.chosen += 1;
  say(labels.working);
  send(name, data);
}

async function open(file) {
  if (!file) return;
  if (file.size > props.facts.megabytes * 1e6) return say(labels.too_large, true);
  const mine = (request.chosen += 1);
  say(labels.uploading);
  try {
    const { path } = await upload(file);
    if (mine === request.chosen) choose('open_upload', { path, name: file.name, mode: state.chosen });
  } catch (error) {
    if (mine === request.chosen) say(labels.upload_failed, true);
  }
}

const chooseFile = () => part('file').click();
part('choose').addEventListener('click', chooseFile);
part('file').addEventListener('change', () => {
  open(part('file').files[0]);
  part('file').value = '';
});
document.addEventListener('dragover', (event) => {
  const types = Array.from(event.dataTransfer ? event.dataTransfer.types : []);
  if (!types.includes('Files')) return;
  event.preventDefault();
  root.classList.add('dropping');
});
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) root.classList.remove('dropping');
});
document.addEventListener('drop', (event) => {
  root.classList.remove('dropping');
  if (!event.dataTransfer || !event.dataTransfer.files.length) return;
  event.preventDefault();
  open(event.dataTransfer.files[0]);
});
document.addEventListener('paste', (event) => {
  const file = Array.from(event.clipboardData ? event.clipboardData.files : [])[0];
  if (file) open(file);
});

part('export').addEventListener('click', async () => {
  if (!state.place) return;
  const sent = { alpha: state.alpha, format: part('format').value };
  try {
    if (brushed()) sent.map = (await upload(await mapFile())).path;
    ask('export', sent);
  } catch (error) {
    say(labels.upload_failed, true);
  }
});
