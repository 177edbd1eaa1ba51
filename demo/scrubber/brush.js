// Painted α: for each pixel of the small picture how much is painted, and α times that.
const LARGEST_LAYER = 2e6;
const MOST_UNDO = 20;
const brush = { on: false, layer: null, undo: [], stroke: null, changes: 0 };

const brushed = () => Boolean(brush.layer && brush.undo.length);

function clearBrush() {
  Object.assign(brush, { layer: null, undo: [], stroke: null, changes: brush.changes + 1 });
  showBrush();
}

// The whole small picture, so that a stroke stays where it is when the window moves; of a very
// large one, which the page does not export, the window.
function makeLayer() {
  const [width, height] = state.place.small;
  const [left, top, boxWidth, boxHeight] = state.place.box;
  const whole = width * height <= LARGEST_LAYER;
  const area = whole ? [0, 0, width, height] : [left, top, boxWidth, boxHeight];
  const size = area[2] * area[3];
  return { area, painted: new Float32Array(size), cover: new Float32Array(size) };
}

function beginStroke() {
  brush.layer = brush.layer || makeLayer();
  brush.stroke = {
    alpha: Number(part('brush-alpha').value),
    radius: Number(part('brush-size').value) / 2 / state.place.scale,
    soft: Number(part('brush-soft').value), mask: new Map(), last: null,
  };
}

// A place in pixels of the small picture. The stroke's mask is the largest of its stamps, so that
// going over a place twice in one stroke changes nothing.
function extendStroke(x, y) {
  const { stroke } = brush;
  const from = stroke.last || [x, y];
  const steps = Math.ceil(Math.hypot(x - from[0], y - from[1]) / Math.max(stroke.radius / 3, 0.5));
  for (let step = steps ? 1 : 0; step <= steps; step += 1) {
    const share = steps ? step / steps : 1;
    stamp(from[0] + (x - from[0]) * share, from[1] + (y - from[1]) * share);
  }
  stroke.last = [x, y];
  brush.changes += 1;
  redraw();
}

function stamp(x, y) {
  const { stroke, layer } = brush;
  const [left, top, width, height] = layer.area;
  const [r, inner] = [stroke.radius, stroke.radius * (1 - stroke.soft)];
  for (let row = Math.max(top, Math.floor(y - r)); row < Math.min(top + height, y + r); row += 1) {
    for (let column = Math.max(left, Math.floor(x - r)); column < Math.min(left + width, x + r);
      column += 1) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const edge = clamp((r - distance) / Math.max(r - inner, 0.5), 0, 1);
      touch((row - top) * width + column - left, edge * edge * (3 - 2 * edge));
    }
  }
}

function touch(index, amount) {
  const { mask, alpha } = brush.stroke;
  const { painted, cover } = brush.layer;
  const known = mask.get(index) || [0, painted[index], cover[index]];
  if (amount <= known[0]) return;
  mask.set(index, [amount, known[1], known[2]]);
  painted[index] = amount * alpha + (1 - amount) * known[1];
  cover[index] = amount + (1 - amount) * known[2];
}

function endStroke() {
  if (!brush.stroke) return;
  brush.undo.push(brush.stroke.mask);
  if (brush.undo.length > MOST_UNDO) brush.undo.splice(1, 1);
  brush.stroke = null;
  showBrush();
  settle();
}

function undoStroke() {
  const mask = brush.undo.pop();
  brush.changes += 1;
  if (mask) {
    mask.forEach(([, painted, cover], index) => {
      brush.layer.painted[index] = painted;
      brush.layer.cover[index] = cover;
    });
  }
  showBrush();
  settle();
  redraw();
}

function mapOf([left, top, width, height]) {
  const { area, painted, cover } = brush.layer;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const from = (y + top - area[1]) * area[2] + left - area[0];
    for (let x = 0; x < width; x += 1) {
      const alpha = painted[from + x] + (1 - cover[from + x]) * state.alpha;
      data[y * width + x] = Math.round(255 * alpha);
    }
  }
  return { width, height, data };
}

const windowMap = () => (brush.layer && (brushed() || brush.stroke) ? mapOf(state.place.box) : null);

function mapFile() {
  const { width, height, data } = mapOf(brush.layer.area);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  data.forEach((grey, at) => image.data.set([grey, grey, grey, 255], 4 * at));
  canvas.getContext('2d').putImageData(image, 0, 0);
  return new Promise((done) => {
    canvas.toBlob((blob) => done(new File([blob], 'alpha-map.png', { type: 'image/png' })));
  });
}

function showBrush() {
  part('brush').setAttribute('aria-pressed', String(brush.on));
  part('brush-tools').hidden = !brush.on && !brushed();
  ['undo', 'reset', 'save-map'].forEach((name) => { part(name).disabled = !brushed(); });
  part('brush-value').textContent = Number(part('brush-alpha').value).toFixed(2);
  root.classList.toggle('brushing', brush.on);
  showCaution();
  showQuality();
}

part('brush').addEventListener('click', () => {
  brush.on = !brush.on;
  showBrush();
});
part('brush-alpha').addEventListener('input', showBrush);
part('undo').addEventListener('click', undoStroke);
part('reset').addEventListener('click', () => {
  clearBrush();
  settle();
  redraw();
});
part('save-map').addEventListener('click', async () => {
  const link = make('a', '');
  link.href = URL.createObjectURL(await mapFile());
  link.download = 'alpha-map.png';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
