// The perception-distortion plane of the window: both paths, one point a method, α's marker.
const MARGIN = { left: 52, right: 18, top: 14, bottom: 44 };
const LABEL_GAP = 8;
const TICKS = 5;
const plane = { data: null, points: new Map(), revision: 0, scales: null };

// What is empty in a view stays; another window starts anew.
function showPlane(view) {
  if (plane.revision !== view.revision) {
    Object.assign(plane, { data: null, points: new Map(), revision: view.revision });
    part('region-answer').textContent = '';
  }
  if (view.place) {
    const measured = labels['how_' + view.place.mode];
    part('how').textContent = fill(measured, { border_px: view.place.scale });
  }
  view.panes.forEach((pane) => {
    if (pane.point) plane.points.set(pane.id, { label: inOwnWords(pane.title).split(' · ')[0], at: pane.point });
  });
  if (view.plane) plane.data = view.plane;
  drawPlane();
}

function drawPlane() {
  const { data } = plane;
  part('plane').hidden = !data || !data.network.some(Boolean);
  if (part('plane').hidden) return;
  const chart = part('plane-chart');
  const width = Math.max(chart.clientWidth, 240);
  const height = clamp(0.55 * width, 240, 330);
  chart.setAttribute('viewBox', [0, 0, width, height].join(' '));
  chart.style.height = height + 'px';
  plane.scales = makeScales(width, height);
  chart.replaceChildren();
  drawAxes(chart, width, height);
  drawLimits(chart, height);
  const taken = drawPath(chart, data.image, 'image').concat(drawPath(chart, data.network, 'network'));
  drawMethods(chart, taken);
  chart.append(draw('circle', { class: 'here', r: 8 }));
  showRegions(data);
  movePlaneMarker();
}

// The original, at RMSE 0, would press the rest together: it stands on the left edge instead.
function makeScales(width, height) {
  const methods = Array.from(plane.points, ([id, point]) => [id, point.at]);
  const paths = plane.data.network.concat(plane.data.image).filter(Boolean);
  const all = paths.concat(methods.map(([, at]) => at));
  const error = props.facts.proxy_error;
  const rated = paths.concat(methods.filter(([id]) => id !== 'original').map(([, at]) => at));
  return {
    x: makeScale(rated.map((at) => at[0]), MARGIN.left, width - MARGIN.right),
    y: makeScale(all.flatMap((at) => [at[1] - error, at[1] + error]), height - MARGIN.bottom, MARGIN.top),
  };
}

function makeScale(values, from, to) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.12 * (high - low) || 0.5;
  const [start, end] = [low - room, high + room];
  const at = (value) => from + ((value - start) / (end - start)) * (to - from);
  return { at, start, end };
}

function ticks({ start, end }) {
  const rough = (end - start) / TICKS;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((times) => times * unit >= rough);
  const count = Math.floor(end / step) - Math.ceil(start / step) + 1;
  const places = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: count }, (_, index) => {
    const value = (Math.ceil(start / step) + index) * step;
    return { value, text: value.toFixed(places) };
  });
}

function write(chart, text, attributes) {
  const node = draw('text', attributes);
  node.textContent = text;
  chart.append(node);
  return node;
}

function drawAxes(chart, width, height) {
  const { x, y } = plane.scales;
  const [bottom, right] = [height - MARGIN.bottom, width - MARGIN.right];
  ticks(x).forEach(({ value, text }) => {
    write(chart, text, { x: x.at(value), y: bottom + 16, 'text-anchor': 'middle', class: 'tick' });
  });
  ticks(y).forEach(({ value, text }) => {
    const level = y.at(value);
    chart.append(draw('line', { x1: MARGIN.left, x2: right, y1: level, y2: level, class: 'grid' }));
    write(chart, text, { x: MARGIN.left - 8, y: level + 4, 'text-anchor': 'end', class: 'tick' });
  });
  chart.append(draw('path', {
    d: ['M', MARGIN.left, MARGIN.top, 'V', bottom, 'H', right].join(' '), class: 'axis',
  }));
  const middle = (MARGIN.left + right) / 2;
  write(chart, labels.distortion, { x: middle, y: height - 6, 'text-anchor': 'middle', class: 'name' });
  const upward = 'translate(12 ' + (MARGIN.top + bottom) / 2 + ') rotate(-90)';
  write(chart, labels.perception, { transform: upward, 'text-anchor': 'middle', class: 'name' });
}

function drawLimits(chart, height) {
  const { x } = plane.scales;
  plane.data.limits.forEach((limit, index) => {
    if (limit < x.start || limit > x.end) return;
    const at = x.at(limit);
    chart.append(draw('line', {
      x1: at, x2: at, y1: MARGIN.top, y2: height - MARGIN.bottom, class: 'limit',
    }));
    const turned = 'translate(' + (at - 5) + ' ' + MARGIN.top + ') rotate(-90)';
    const name = fill(labels.region, { region: index + 1 });
    write(chart, name, { transform: turned, 'text-anchor': 'end', class: 'tick' });
  });
}

const onChart = (at) => [plane.scales.x.at(at[0]), plane.scales.y.at(at[1])];

// The index is an estimate: the corners of a path moved up, and back along it moved down, by its error.
function bandAround(path) {
  const error = props.facts.proxy_error;
  const moved = (by) => path.filter(Boolean).map(([rmse, index]) => onChart([rmse, index + by]));
  return moved(error).concat(moved(-error).reverse()).join(' ');
}

// A path with its dots and its band; returns the places that labels keep clear of.
function drawPath(chart, path, name) {
  const places = path.filter(Boolean).map(onChart);
  chart.append(draw('polygon', { points: bandAround(path), class: 'band band-' + name }));
  chart.append(draw('polyline', { points: places.join(' '), class: 'path path-' + name }));
  places.forEach(([cx, cy]) => chart.append(draw('circle', { cx, cy, r: 3, class: 'dot-' + name })));
  return places.map(([cx, cy]) => ({ x: cx - 5, y: cy - 5, width: 10, height: 10 }));
}

function drawMethods(chart, taken) {
  const { network } = plane.data;
  const ends = [['α 0', network[0]], ['α 1', network[10]]].filter(([, at]) => at);
  const methods = Array.from(plane.points, ([id, { label, at }]) => {
    const [cx, cy] = id === 'original' ? [MARGIN.left, onChart(at)[1]] : onChart(at);
    const mark = draw('path', { class: 'method', d: markAt(id, cx, cy) });
    mark.append(draw('title', {}));
    mark.firstChild.textContent = label + ': ' + coordinates(at);
    chart.append(mark);
    return [id === 'original' ? label + ' (RMSE 0)' : label, [cx, cy]];
  });
  const spots = methods.concat(ends.map(([label, at]) => [label, onChart(at)]));
  const kept = taken.concat(spots.map(([, [x, y]]) => ({ x: x - 6, y: y - 6, width: 12, height: 12 })));
  spots.forEach(([label, at]) => placeLabel(chart, label, at, kept));
}

const coordinates = ([rmse, index], about = '') => labels.metric_rmse_y + ' ' + about
  + rmse.toFixed(2) + ', ' + labels.metric_perceptual_index + ' ' + about + index.toFixed(2) + ' ± '
  + props.facts.proxy_error;

// A diamond; for the original, beyond the left edge, an arrow.
const markAt = (id, x, y) => (id === 'original'
  ? ['M', x - 7, y, 'l 7 -6 v 12 z'].join(' ') : ['M', x, y - 6, 'l 6 6 l -6 6 l -6 -6 z'].join(' '));

// The first place around a point where the label covers nothing and stays on the chart.
function placeLabel(chart, label, [x, y], kept) {
  const node = write(chart, label, { class: 'label' });
  const { width, height } = node.getBBox();
  const far = [LABEL_GAP, 2.5 * LABEL_GAP, 4 * LABEL_GAP];
  const tries = far.flatMap((gap) => [
    [x + gap, y - height / 2], [x - gap - width, y - height / 2], [x - width / 2, y - gap - height],
    [x - width / 2, y + gap], [x + gap, y - gap - height], [x + gap, y + gap],
    [x - gap - width, y - gap - height], [x - gap - width, y + gap],
  ]).map(([left, top]) => ({ x: left, y: top, width, height }));
  const box = tries.find((at) => isOnChart(at) && !kept.some((other) => overlap(at, other)));
  if (!box) return node.remove();
  node.setAttribute('x', box.x);
  node.setAttribute('y', box.y + 0.78 * height);
  return kept.push(box);
}

function isOnChart({ x, y, width, height }) {
  const [, , right, low] = part('plane-chart').getAttribute('viewBox').split(' ').map(Number);
  return x > MARGIN.left && x + width < right && y > 0 && y + height < low - MARGIN.bottom;
}

const overlap = (one, other) => one.x < other.x + other.width && other.x < one.x + one.width
  && one.y < other.y + other.height && other.y < one.y + one.height;

// Between two of the computed α the marker goes straight; a painted α has no single place.
function movePlaneMarker() {
  const marker = part('plane-chart').querySelector('.here');
  if (!plane.data || !marker) return;
  const along = (axis) => valueAt({ values: plane.data.network.map((at) => at && at[axis]) }, state.alpha);
  const at = [along(0), along(1)];
  const isKnown = at.every((value) => value !== null) && !brushed();
  marker.style.display = isKnown ? '' : 'none';
  part('plane-here').textContent = isKnown
    ? 'α ' + state.alpha.toFixed(2) + ': ' + coordinates(at, '≈ ') : '';
  if (!isKnown) return;
  const [cx, cy] = onChart(at);
  marker.setAttribute('cx', cx);
  marker.setAttribute('cy', cy);
}

function showRegions({ limits, best }) {
  fitButtons(part('regions'), limits.length, makeRegion).forEach((button, index) => {
    const [region, limit] = [index + 1, limits[index]];
    button.textContent = region + ' · RMSE ≤ ' + limit;
    button.disabled = !best.length;
    button.setAttribute('aria-label', fill(labels.best_button, { region, limit }));
  });
}

function makeRegion(index) {
  const button = make('button', 'plain');
  button.type = 'button';
  button.dataset.region = index + 1;
  button.addEventListener('click', () => goToBest(index));
  return button;
}

function goToBest(index) {
  const alpha = plane.data.best[index];
  const answer = alpha === null ? labels.none : 'α ' + alpha.toFixed(2);
  part('region-answer').textContent = fill(labels.best_in, { region: index + 1, answer });
  part('region-answer').scrollIntoView({ block: 'nearest' });
  if (alpha === null) return;
  stopPlaying();
  setAlpha(alpha);
  settle();
}

new ResizeObserver(drawPlane).observe(part('stage'));
