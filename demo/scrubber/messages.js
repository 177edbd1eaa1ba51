// News from the server: what is empty in them stays as it was.
function show() {
  const view = props.value;
  if (!view || !view.revision || view.revision < state.revision) return;
  if (view.examples.length) showExamples(view.examples);
  if (view.place && view.revision !== state.revision) begin(view);
  if (view.revision !== state.revision) return;
  view.panes.forEach(showPane);
  showPlane(view);
  addNodes(view.nodes);
  if (view.p99 !== null) takeBound(view);
  if (view.traces.length) {
    state.traces = view.traces;
    showTraces();
  }
  if (view.trouble) {
    part('panes').querySelector('.live')?.classList.remove('waiting');
    if (view.gone) notify('trouble', view.trouble, chooseFile, labels.choose);
    else notify('trouble', view.trouble, goOn);
  }
  if (view.whole) showWhole(view.whole);
  if (view.exact) taking = takeExact(view.exact).catch(() => say(labels.lost, true));
  showQuality();
  settle();
}

// A new picture or window: forget the old one, and ask for what takes longer, unless it came along.
function begin(view) {
  const isSamePicture = state.place && view.place.overview.url === state.place.overview.url;
  const isSameSize = isSamePicture && String(view.place.small) === String(state.place.small);
  if (!isSameSubject(isSamePicture, view.place)) hideWhole();
  showChosen(view.place.example);
  const kept = isSamePicture ? view.place.methods.filter((name) => panes.has(name)) : [];
  Object.assign(state, {
    revision: view.revision, place: view.place, mode: view.place.mode, token: view.live,
    rests: view.rests, exact: null, live: null, traces: [], p99: null,
    grown: view.p99 !== null, settled: false,
  });
  resting = null;
  const [width, height] = view.place.box.slice(2).map((side) => side * view.place.scale);
  clearPanes();
  clearCurve(width, height, view.place.step);
  if (!isSameSize) clearBrush();
  showTraces();
  showSource(view.place);
  fit();
  setAlpha(state.alpha);
  root.dataset.revision = view.revision;
  Object.assign(root.dataset, { nodes: 0, bounded: '', quality: 'curve' });
  clearNotice();
  say(view.place.notes.map(inOwnWords).concat(sizeNote(view.place)).join(' '));
  answered();
  if (!state.grown) ask('grow', { revision: view.revision });
  kept.forEach(addMethod);
}

// Of what a download is made: not of the window.
function isSameSubject(isSamePicture, { mode, pair }) {
  return isSamePicture && mode === state.place.mode && pair === state.place.pair;
}

function showChosen(name) {
  part('examples').querySelectorAll('.example').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.title === name));
  });
}

// What to do about a window that is too small for the perceptual index.
function sizeNote({ box, scale }) {
  const side = scale * Math.min(box[2], box[3]);
  return side < props.facts.least_px ? [fill(labels.small_window, { side })] : [];
}

function showSource(where) {
  part('whole').src = where.overview.url;
  part('whole').alt = where.name;
  part('name').textContent = where.name;
  part('size').textContent = sizeOf(where);
  moveBox(shares());
  showSides(where);
  element.querySelectorAll('[data-mode]').forEach((button) => {
    button.setAttribute('aria-checked', String(button.dataset.mode === where.mode));
  });
  element.querySelector('[data-mode="enlarge"]').textContent = fill(labels.enlarge_by, where);
}

function showSides(where) {
  const group = part('sides').querySelector('.group');
  part('sides').hidden = where.sides.length < 2;
  fitButtons(group, where.sides.length, makeSide).forEach((button, at) => {
    const side = where.sides[at];
    button.textContent = side;
    button.dataset.side = side;
    button.ariaChecked = String(side === where.side);
  });
}

function makeSide() {
  const button = make('button', '');
  Object.assign(button, { type: 'button', role: 'radio' });
  button.addEventListener('click', () => {
    const side = Number(button.dataset.side);
    if (side !== state.place.side) place(shares(), { side });
  });
  return button;
}

// What becomes what, in pixels.
function sizeOf({ mode, scale, small: [width, height] }) {
  return fill(labels['size_' + mode], {
    width: scale * width, height: scale * height, small_width: width, small_height: height,
  });
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
    button.addEventListener('click', () => choose('open_example', { name: example.name }));
    return button;
  }));
}

function addMethod(name) {
  showPane({ id: name, title: props.methods[name], figures: [], live: false });
  ask('add_method', { revision: state.revision, model: name });
}

part('adds').append(...Object.entries(props.methods).map(([name, title]) => {
  const button = make('button', 'add', '+ ' + inOwnWords(title));
  button.type = 'button';
  button.dataset.add = name;
  button.addEventListener('click', () => addMethod(name));
  return button;
}));

// Settled: should an answer have been lost on the way, ask again.
document.addEventListener('scrubber-grown', () => {
  state.grown = true;
  show(); // the same trouble twice is no change that would be watched
  settle();
});

// A refused request leaves the old view in place; the toast says why.
document.addEventListener('scrubber-refused', () => {
  say('');
  if (state.place) moveBox(shares());
  answered();
  if (state.place && !state.grown) ask('grow', { revision: state.revision });
  settle();
});
watch('value', show);
setAlpha(state.alpha);
showBrush();
showZoom();
show();
