// Wheel, drag, pinch and double-click on a crop; with the brush, drag paints.
const DEEPEST_ZOOM = 16;
const ZOOM_PER_WHEEL = 1 / 300;
const fingers = new Map();

function zoomAt(zoom, x, y) {
  const [left, top, width, height] = visible();
  const point = [left + x * width, top + y * height];
  state.zoom = clamp(zoom, 1, DEEPEST_ZOOM);
  const size = [curve.width / state.zoom, curve.height / state.zoom];
  state.centre = [
    (point[0] + (0.5 - x) * size[0]) / curve.width, (point[1] + (0.5 - y) * size[1]) / curve.height,
  ];
  keepInside();
}

function keepInside() {
  const reach = 0.5 / state.zoom;
  state.centre = state.centre.map((at) => clamp(at, reach, 1 - reach));
  showZoom();
}

function fit() {
  state.zoom = 1;
  keepInside();
}

function moveView(x, y) {
  state.centre = [state.centre[0] - x / state.zoom, state.centre[1] - y / state.zoom];
  keepInside();
}

const within = (frame, event) => {
  const area = frame.getBoundingClientRect();
  return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
};

function paintAt(at) {
  const [left, top, width, height] = visible();
  const [boxLeft, boxTop, boxWidth] = state.place.box;
  const scale = curve.width / boxWidth;
  extendStroke(boxLeft + (left + at[0] * width) / scale, boxTop + (top + at[1] * height) / scale);
}

function pinch(frame, event) {
  const [first, second] = Array.from(fingers.values());
  const before = Math.hypot(first[0] - second[0], first[1] - second[1]);
  fingers.set(event.pointerId, within(frame, event));
  const [one, two] = Array.from(fingers.values());
  const after = Math.hypot(one[0] - two[0], one[1] - two[1]);
  if (before > 0) zoomAt((state.zoom * after) / before, (one[0] + two[0]) / 2, (one[1] + two[1]) / 2);
}

function watchPointer(frame) {
  frame.addEventListener('wheel', (event) => {
    const scrolls = state.zoom === 1 && event.deltaY >= 0 && !event.ctrlKey; // nothing to zoom out
    if (!curve.width || scrolls) return;
    event.preventDefault();
    zoomAt(state.zoom * Math.exp(-event.deltaY * ZOOM_PER_WHEEL), ...within(frame, event));
  }, { passive: false });
  frame.addEventListener('dblclick', () => { if (!brush.on) fit(); });
  frame.addEventListener('pointerdown', (event) => {
    if (event.button || !curve.width || event.target.matches('input')) return;
    fingers.set(event.pointerId, within(frame, event));
    frame.setPointerCapture(event.pointerId);
    if (fingers.size > 1) dropStroke(); // it was the first finger of a pinch
    else if (brush.on) {
      beginStroke();
      paintAt(within(frame, event));
    }
  });
  frame.addEventListener('pointermove', (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    if (fingers.size === 2) return pinch(frame, event);
    const at = within(frame, event);
    if (brush.stroke) paintAt(at);
    else if (state.zoom > 1) moveView(at[0] - last[0], at[1] - last[1]);
    fingers.set(event.pointerId, at);
  });
  ['pointerup', 'pointercancel'].forEach((name) => {
    frame.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      endStroke();
    });
  });
}

part('fit').addEventListener('click', fit);
