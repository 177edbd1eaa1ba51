// The blend without WebGL: the same numbers, a row after another, on a 2D canvas.
const TABLE = 1024;
const GROUP = 3;

// Three planes at a time into a row of sums: short loops over typed arrays are the fastest.
function addGroup(sums, planes, weights, from) {
  const [p, q, r] = planes;
  const [a, b, c] = weights;
  for (let i = 0, j = from; i < sums.length; i += 1, j += 1) {
    sums[i] += a * p[j] + b * q[j] + c * r[j];
  }
}

// A clamped array rounds; taking the floor first makes it round half up.
function writeRow(sums, data, to) {
  for (let i = 0, o = to; i < sums.length; i += 3, o += 4) {
    data[o] = Math.floor(sums[i]);
    data[o + 1] = Math.floor(sums[i + 1]);
    data[o + 2] = Math.floor(sums[i + 2]);
  }
}

// Planes and weights in groups; the last one is filled up with what weighs nothing.
function grouped(planes, weights) {
  const groups = [];
  for (let start = 0; start < planes.length; start += GROUP) {
    const members = Array.from({ length: GROUP }, (_, at) => start + at);
    groups.push([
      members.map((at) => planes[at] ?? planes[0]), members.map((at) => weights[at] ?? 0),
    ]);
  }
  return groups;
}

function makeCanvas() {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let [image, drawn] = [null, ''];

  function clear() { [image, drawn] = [null, '']; }
  function add() {
    if (image) return;
    canvas.width = curve.width;
    canvas.height = curve.height;
    image = context.createImageData(curve.width, curve.height);
    image.data.fill(255);
  }
  function blend(alpha) {
    const weights = weightsAt(alpha).map((weight) => weight * curve.step);
    const { planes, width, height } = curve;
    const [groups, sums] = [grouped(planes, weights), new Float64Array(3 * width)];
    for (let row = 0; row < height; row += 1) {
      sums.fill(0.5);
      groups.forEach(([three, theirs]) => addGroup(sums, three, theirs, 3 * width * row));
      writeRow(sums, image.data, 4 * width * row);
    }
  }
  function blendByMap(map) {
    const table = Array.from({ length: TABLE + 1 }, (_, at) => (
      weightsAt(at / TABLE).map((weight) => weight * curve.step)));
    const { planes, width, height } = curve;
    for (let y = 0; y < height; y += 1) {
      const v = clamp(((y + 0.5) * map.height) / height - 0.5, 0, map.height - 1);
      const [top, fy] = [Math.floor(v), v % 1];
      const below = Math.min(top + 1, map.height - 1);
      for (let x = 0; x < width; x += 1) {
        const u = clamp(((x + 0.5) * map.width) / width - 0.5, 0, map.width - 1);
        const [left, fx] = [Math.floor(u), u % 1];
        const right = Math.min(left + 1, map.width - 1);
        const at = (row, column) => map.data[row * map.width + column];
        const upper = at(top, left) * (1 - fx) + at(top, right) * fx;
        const lower = at(below, left) * (1 - fx) + at(below, right) * fx;
        const weights = table[Math.round(((upper * (1 - fy) + lower * fy) / 255) * TABLE)];
        const pixel = y * width + x;
        for (let c = 0; c < 3; c += 1) {
          let value = 0.5;
          for (let k = 0; k < planes.length; k += 1) value += weights[k] * planes[k][3 * pixel + c];
          image.data[4 * pixel + c] = Math.floor(value);
        }
      }
    }
  }
  function draw(key, alpha, map) {
    if (key === drawn) return canvas;
    if (map) blendByMap(map);
    else blend(alpha);
    context.putImageData(image, 0, 0);
    drawn = key;
    countBlend();
    return canvas;
  }
  return { clear, add, draw, drawn: () => drawn };
}

const renderers = { webgl: makeWebgl(), canvas: makeCanvas() };
let rendererName = renderers.webgl ? 'webgl' : 'canvas';
root.dataset.renderer = rendererName;
part('no-webgl').hidden = hasWebgl;
function renderer() { return renderers[rendererName]; }

// After a context is lost or back: hand over all planes that are there.
function useRenderer(name) {
  rendererName = name;
  root.dataset.renderer = name;
  renderer().clear();
  curve.planes.forEach((plane) => renderer().add(plane));
  redraw();
}
