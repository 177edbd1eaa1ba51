// The whole picture before and after, once it has been computed for a download.
function showWhole(whole) {
  if (state.whole === whole.after.url) return;
  state.whole = whole.after.url;
  part('before-picture').src = whole.before.url;
  part('after-picture').src = whole.after.url;
  part('whole-title').textContent = fill(labels.whole, { alpha: nameOfAlpha(whole.alpha) });
  part('whole-split').hidden = false;
  cutWhole();
  say(labels.whole_ready);
}

function hideWhole() {
  state.whole = '';
  part('whole-split').hidden = true;
}

// Left of the handle lies the picture before.
function cutWhole() {
  const share = 100 * Number(part('whole-at').value) + '%';
  part('after-picture').style.clipPath = 'inset(0 0 0 ' + share + ')';
  part('whole-line').style.left = share;
}

part('whole-at').addEventListener('input', cutWhole);

let cutting = false;
function cutAt(event) {
  const area = part('whole-frame').getBoundingClientRect();
  part('whole-at').value = clamp((event.clientX - area.left) / area.width, 0, 1);
  cutWhole();
}
part('whole-frame').addEventListener('pointerdown', (event) => {
  if (event.button) return;
  cutting = true;
  part('whole-frame').setPointerCapture(event.pointerId);
  cutAt(event);
});
part('whole-frame').addEventListener('pointermove', (event) => { if (cutting) cutAt(event); });
['pointerup', 'pointercancel'].forEach((name) => {
  part('whole-frame').addEventListener(name, () => { cutting = false; });
});
