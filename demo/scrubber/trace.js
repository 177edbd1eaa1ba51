// Figures along α: small curves under the slider, and the numbers while it moves.
const SVG = 'http://www.w3.org/2000/svg';

function draw(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

function valueAt(trace, alpha) {
  const steps = 10;
  const lower = Math.min(Math.floor(alpha * steps), steps - 1);
  const [low, high] = [trace.values[lower], trace.values[lower + 1]];
  if (low === undefined || high === undefined || low === null || high === null) return null;
  return low + (high - low) * (alpha * steps - lower);
}

function figuresAt(alpha) {
  return state.traces.map((trace) => {
    const value = valueAt(trace, alpha);
    const text = value === null ? '–' : '≈ ' + value.toFixed(trace.places) + trace.unit;
    return { name: trace.name, text, reason: '' };
  });
}

// Fidelity and naturalness: the first and the last figure, each on its own scale.
function showTraces() {
  const shown = state.traces.filter((trace, at) => at === 0 || at === state.traces.length - 1);
  const lines = shown.map((trace, at) => {
    const known = trace.values.filter((value) => value !== null);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const points = trace.values.map((value, index) => (value === null ? null
      : [10 * index, 34 - (30 * (value - low)) / (high - low || 1)].join(','))).filter(Boolean);
    return draw('polyline', { points: points.join(' '), class: 'line line-' + at });
  });
  part('traces').replaceChildren(...lines, draw('line', { class: 'marker', y1: 0, y2: 38 }));
  part('trace-names').replaceChildren(...shown.map((trace, at) => {
    const better = props.higher_is_better.includes(trace.name) ? ' ↑' : ' ↓';
    return make('span', 'key key-' + at, labels['metric_' + trace.name] + better);
  }));
  part('trace').hidden = !shown.length;
  showMarker();
}

function showMarker() {
  const marker = part('traces').querySelector('.marker');
  if (!marker) return;
  marker.setAttribute('x1', 100 * state.alpha);
  marker.setAttribute('x2', 100 * state.alpha);
}
