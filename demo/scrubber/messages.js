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
  if (view.bound) {
    state.bound = view.bound;
    root.dataset.bounded = 'yes';
  }
  if (view.traces.length) {
    state.traces = view.traces;
    showTraces();
  }
  if (view.exact) taking = takeExact(view.exact).catch(() => say(labels.lost, true));
  showQuality();
  settle();
}

// A new picture or window: forget the old one, and ask for what takes longer, unless it came along.
function begin(view) {
  const isSamePicture = state.place && view.place.overview.url === state.place.overview.url;
  const isSameSize = isSamePicture && view.place.mode === state.mode;
  const kept = isSamePicture ? Object.keys(props.methods).filter((name) => panes.has(name)) : [];
  Object.assign(state, {
    revision: view.revision, place: view.place, mode: view.place.mode, token: view.live, rests: view.rests,
    exact: null, live: null, traces: [], bound: '', grown: Boolean(view.bound), settled: false,
  });
  resting = null;
  const [, , width, height] = view.place.box;
  clearPanes();
  clearCurve(4 * width, 4 * height);
  if (!isSameSize || !brushCovers(view.place.box)) clearBrush();
  showTraces();
  showSource(view.place);
  fit();
  setAlpha(state.alpha);
  root.dataset.revision = view.revision;
  Object.assign(root.dataset, { nodes: 0, bounded: '' });
  say(view.place.notes.join(' '));
  answered();
  if (!state.grown) trigger('grow', { revision: view.revision });
  kept.forEach(addMethod);
}

function brushCovers([left, top, width, height]) {
  if (!brush.layer) return true;
  const [x, y, w, h] = brush.layer.area;
  return left >= x && top >= y && left + width <= x + w && top + height <= y + h;
}

function showSource(where) {
  part('whole').src = where.overview.url;
  part('whole').alt = where.name;
  part('name').textContent = where.name;
  part('size').textContent = where.size;
  moveBox(shares());
  element.querySelectorAll('[data-mode]').forEach((button) => {
    button.setAttribute('aria-checked', String(button.dataset.mode === where.mode));
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
    button.addEventListener('click', () => {
      say(labels.working);
      send('open_example', { name: example.name });
    });
    return button;
  }));
}

function addMethod(name) {
  showPane({ id: name, title: props.methods[name], figures: [], live: false });
  trigger('add_method', { revision: state.revision, model: name });
}

part('adds').append(...Object.entries(props.methods).map(([name, title]) => {
  const button = make('button', 'add', '+ ' + title);
  button.type = 'button';
  button.dataset.add = name;
  button.addEventListener('click', () => addMethod(name));
  return button;
}));

// Settled: should an answer have been lost on the way, ask again.
document.addEventListener('scrubber-grown', () => {
  state.grown = true;
  settle();
});

// A refused request leaves the old view in place; the toast says why.
document.addEventListener('scrubber-refused', () => {
  say('');
  if (state.place) moveBox(shares());
  answered();
  if (state.place && !state.grown) trigger('grow', { revision: state.revision });
  settle();
});
watch('value', show);
setAlpha(state.alpha);
showBrush();
showZoom();
show();
