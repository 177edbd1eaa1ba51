// The blend without WebGL: the same numbers, one pixel after another, on a 2D canvas.
const TABLE = 1024;

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
    const { planes } = curve;
    for (let i = 0, o = 0; i < planes[0].length; i += 3, o += 4) {
      let [r, g, b] = [0.5, 0.5, 0.5];
      for (let k = 0; k < planes.length; k += 1) {
        const [plane, weight] = [planes[k], weights[k]];
        r += weight * plane[i];
        g += weight * plane[i + 1];
        b += weight * plane[i + 2];
      }
      // A clamped array rounds; taking the floor first makes it round half up.
      image.data[o] = Math.floor(r);
      image.data[o + 1] = Math.floor(g);
      image.data[o + 2] = Math.floor(b);
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
