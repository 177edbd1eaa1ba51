// The curve: planes of 16-bit steps. The first two nodes are the ends; each other one is a
// deviation from their straight blend, so that any set of nodes can be used as it grows.
const MOST_NODES = 9;
const curve = { width: 0, height: 0, step: 0, alphas: [], planes: [], wanted: new Set() };

function clearCurve(width, height, step) {
  Object.assign(curve, { width, height, step, alphas: [], planes: [], wanted: new Set() });
  renderer().clear();
  root.style.setProperty('--ratio', width / height);
}

const curveReady = () => curve.planes.length >= 2;

function weightsAt(alpha) {
  return curve.alphas.map((node, index) => {
    if (index === 0) return 1 - alpha;
    if (index === 1) return alpha;
    let weight = 1;
    curve.alphas.forEach((other, at) => {
      if (at !== index) weight *= (alpha - other) / (node - other);
    });
    return weight;
  });
}

// Values are differences to the left neighbour, with the sign in the lowest bit.
async function fetchPlane(url, width, samples) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(answer.status);
  const inflated = answer.body.pipeThrough(new DecompressionStream('deflate'));
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer());
  const plane = new Int16Array(samples);
  for (let i = 0; i < samples; i += 1) {
    const folded = (bytes[i] << 8) | bytes[samples + i];
    plane[i] = (folded >>> 1) ^ -(folded & 1);
    if (i % (3 * width) >= 3) plane[i] += plane[i - 3];
  }
  return plane;
}

// Sets of nodes are added whole, in the server's order, whichever file arrives first.
let lastNode = Promise.resolve();
function addNodes(nodes) {
  const { revision } = state;
  const fresh = nodes.filter((node) => !curve.wanted.has(node.alpha));
  if (!fresh.length) return;
  fresh.forEach((node) => curve.wanted.add(node.alpha));
  const files = Promise.all(fresh.map(
    (node) => fetchPlane(node.file.url, curve.width, curve.width * curve.height * 3),
  ));
  files.catch(() => {});
  lastNode = lastNode.then(async () => {
    const planes = await files;
    if (revision !== state.revision) return;
    curve.alphas.push(...fresh.map((node) => node.alpha));
    curve.planes.push(...planes);
    planes.forEach((plane) => renderer().add(plane));
    root.dataset.nodes = curve.alphas.length;
    part('panes').querySelector('.live')?.classList.remove('waiting');
    showQuality();
    redraw();
  }).catch(() => { if (revision === state.revision) say(labels.lost, true); });
}

// The bound is said once the nodes that it is of are there.
function takeBound({ p99, nodes }) {
  const { revision } = state;
  lastNode = lastNode.then(() => {
    if (revision !== state.revision || curve.alphas.length !== nodes.length) return;
    state.p99 = p99;
    root.dataset.bounded = 'yes';
    showQuality();
    settle();
  });
}
