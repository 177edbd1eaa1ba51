// What a term or a button means: one bubble, for the pointer, the keyboard and the finger.
const TIP_MARGIN = 8;

// A word that explains itself.
function term(className, key, text) {
  const node = make('button', ('term ' + className).trim(), text);
  node.type = 'button';
  node.dataset.tip = key;
  return node;
}

let explained = null;
function explain(node) {
  if (explained) explained.removeAttribute('aria-describedby');
  explained = node;
  part('tip').hidden = !node;
  if (!node) return;
  part('tip').textContent = labels[node.dataset.tip];
  node.setAttribute('aria-describedby', part('tip').id);
  putBeside(part('tip'), node.getBoundingClientRect());
}

// Under the word, or over it where there is no room below.
function putBeside(bubble, word) {
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const farthest = Math.max(TIP_MARGIN, window.innerWidth - width - TIP_MARGIN);
  const below = word.bottom + height + TIP_MARGIN < window.innerHeight;
  bubble.style.left = clamp(word.left, TIP_MARGIN, farthest) + 'px';
  bubble.style.top = (below ? word.bottom : word.top - height) + 'px';
}

const explainable = (event) => event.target.closest('[data-tip]');
root.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'touch' && event.target !== part('tip')) explain(explainable(event));
});
root.addEventListener('pointerleave', (event) => {
  if (event.pointerType !== 'touch') explain(null);
});
root.addEventListener('focusin', (event) => {
  if (event.target.matches(':focus-visible')) explain(explainable(event));
});
root.addEventListener('focusout', () => explain(null));
root.addEventListener('click', (event) => {
  const node = explainable(event);
  if (node && node.matches('.term')) explain(node);
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') explain(null); });
window.addEventListener('scroll', () => explain(null), { passive: true });
