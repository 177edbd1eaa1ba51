// What a visitor does with a result besides saving it: copy it, link to it, forget it.
async function copyText(text) {
  await navigator.clipboard.writeText(text);
  say(labels.link_copied);
}

async function copyPicture(source) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: source.width, height: source.height });
  canvas.getContext('2d').drawImage(source, 0, 0);
  const png = new Promise((done) => { canvas.toBlob(done, 'image/png'); });
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
  say(labels.copied);
}

// The browser decides who may write to the clipboard: on a page without https, nobody.
async function orSayWhy(copying) {
  try {
    await copying();
  } catch (error) {
    say(labels.no_clipboard, true);
  }
}

part('copy').addEventListener('click', () => {
  const source = panes.get(LIVE_PANE)?.source;
  if (source) orSayWhy(() => copyPicture(source));
});

// It names an example and a known pair: nothing that a visitor brought along.
function link() {
  const [left, top, width, height] = shares();
  const { example, pair, mode } = state.place;
  const seen = {
    example, pair, mode, alpha: state.alpha.toFixed(2),
    x: (left + width / 2).toFixed(4), y: (top + height / 2).toFixed(4),
  };
  const address = new URL(window.location.href);
  Object.entries(seen).forEach(([name, value]) => {
    address.searchParams.set(name, value);
  });
  return address.href;
}

part('link').addEventListener('click', () => {
  if (!state.place) return;
  if (state.place.example && state.place.pair) orSayWhy(() => copyText(link()));
  else say(labels.link_of_own, true);
});

part('clear').addEventListener('click', () => choose('forget', {}));
