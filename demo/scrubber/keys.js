// What keys do beyond the browser's own: zoom, pan, and choose in a group of radio buttons.
const KEY_ZOOM = 1.5;
const KEY_PAN = 0.2;
const ZOOMS = { '+': KEY_ZOOM, '=': KEY_ZOOM, '-': 1 / KEY_ZOOM };

// Ctrl and + enlarges the page, Alt and ← goes back to the one before.
const isBrowsersOwn = (event) => event.ctrlKey || event.metaKey || event.altKey;

part('stage').addEventListener('keydown', (event) => {
  if (event.target.matches('input, select') || isBrowsersOwn(event)) return;
  const arrow = event.shiftKey && ARROWS[event.key];
  if (ZOOMS[event.key]) zoomAt(state.zoom * ZOOMS[event.key], 0.5, 0.5);
  else if (event.key === '0') fit();
  else if (arrow) {
    event.preventDefault();
    moveView(-KEY_PAN * arrow[0], -KEY_PAN * arrow[1]);
  }
});

element.querySelectorAll('[role="radiogroup"]').forEach((group) => {
  group.addEventListener('keydown', (event) => {
    const arrow = !event.shiftKey && !isBrowsersOwn(event) && ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const radios = Array.from(group.querySelectorAll('[role="radio"]'));
    const at = radios.indexOf(event.target) + arrow[0] + arrow[1] + radios.length;
    const next = radios[at % radios.length];
    next.focus();
    next.click();
  });
});
