// Painted α: for each pixel of the small picture how much is painted, and α times that.
const LARGEST_LAYER = 2e6;
const MOST_UNDO = 20;
const brush = { on: false, layer: null, undo: [], stroke: null, changes: 0 };

const brushed = () => Boolean(brush.layer && brush.undo.length);

function clearBrush() {
  Object.assign(brush, { layer: null, undo: [], stroke: null, changes: brush.changes + 1 });
  showBrush();
}

// The whole small picture, so that a stroke stays where it is when the window moves; above the
// limit it has fewer, larger cells.
function makeLayer() {
  const { small } = state.place;
  const ratio = Math.min(1, Math.sqrt(LARGEST_LAYER / (small[0] * small[1])));
  const [width, height] = small.map((side) => Math.max(1, Math.floor(side * ratio)));
  const size = width * height;
  const cells = [width / small[0], height / small[1]]; // to a pixel of the small picture
  return { width, height, cells, painted: new Float32Array(size), cover: new Float32Array(size) };
}

function beginStroke() {
  brush.layer = brush.layer || makeLayer();
  brush.stroke = {
    alpha: Number(part('brush-alpha').value), soft: Number(part('brush-soft').value),
    radius: (Number(part('brush-size').value) / 2 / state.place.scale) * brush.layer.cells[0],
    mask: new Map(), last: null,
  };
}

// A place in pixels of the small picture. The stroke's mask is the largest of its stamps, so that
// going over a place twice in one stroke changes nothing.
function extendStroke(smallX, smallY) {
  const { stroke, layer } = brush;
  const [x, y] = [smallX * layer.cells[0], smallY * layer.cells[1]];
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
  const { stroke, layer: { width, height } } = brush;
  const [r, inner] = [stroke.radius, stroke.radius * (1 - stroke.soft)];
  for (let row = Math.max(0, Math.floor(y - r)); row < Math.min(height, y + r); row += 1) {
    for (let column = Math.max(0, Math.floor(x - r)); column < Math.min(width, x + r); column += 1) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const edge = clamp((r - distance) / Math.max(r - inner, 0.5), 0, 1);
      touch(row * width + column, edge * edge * (3 - 2 * edge));
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

function dropStroke() {
  if (!brush.stroke) return;
  const { mask } = brush.stroke;
  brush.stroke = null;
  takeBack(mask);
}

function undoStroke() {
  if (brushed()) takeBack(brush.undo.pop());
}

function takeBack(mask) {
  mask.forEach(([, painted, cover], index) => {
    brush.layer.painted[index] = painted;
    brush.layer.cover[index] = cover;
  });
  brush.changes += 1;
  showBrush();
  settle();
  redraw();
}

function cellAlpha(column, row) {
  const { width, painted, cover } = brush.layer;
  const at = row * width + column;
  return painted[at] + (1 - cover[at]) * state.alpha;
}

// Between the cells' centres it is linear.
function alphaAt(x, y) {
  const { width, height } = brush.layer;
  const [u, v] = [clamp(x, 0, width - 1), clamp(y, 0, height - 1)];
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, below] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const along = (row) => cellAlpha(left, row) * (1 - u + left) + cellAlpha(right, row) * (u - left);
  return along(top) * (1 - v + top) + along(below) * (v - top);
}

// One value for each pixel of the small picture under the window.
function windowMap() {
  if (!brush.layer || (!brushed() && !brush.stroke)) return null;
  const [left, top, width, height] = state.place.box;
  const [across, down] = brush.layer.cells;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const alpha = alphaAt((left + x + 0.5) * across - 0.5, (top + y + 0.5) * down - 0.5);
      data[y * width + x] = Math.round(255 * alpha);
    }
  }
  return { width, height, data };
}

function mapFile() {
  const { width, height } = brush.layer;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at += 1) {
    const grey = Math.round(255 * cellAlpha(at, 0));
    image.data.set([grey, grey, grey, 255], 4 * at);
  }
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
