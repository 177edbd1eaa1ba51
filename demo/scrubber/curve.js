// The curve: planes of 16-bit steps. The first two nodes are the ends; each other one is a
// deviation from their straight blend, so that any set of nodes can be used as it grows.
const MOST_NODES = 9;
const LEVELS_PER_STEP = 1 / 16;
const curve = { width: 0, height: 0, alphas: [], planes: [], wanted: new Set() };

function clearCurve(width, height) {
  Object.assign(curve, { width, height, alphas: [], planes: [], wanted: new Set() });
  renderer().clear();
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

async function fetchPlane(url, samples) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(answer.status);
  const inflated = answer.body.pipeThrough(new DecompressionStream('deflate'));
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer());
  const plane = new Int16Array(samples);
  for (let i = 0; i < samples; i += 1) plane[i] = (bytes[i] << 8) | bytes[samples + i];
  return plane;
}

// Nodes are added in the server's order, whichever arrives first.
let lastNode = Promise.resolve();
function addNodes(nodes) {
  const revision = state.revision;
  nodes.forEach((node) => {
    if (curve.wanted.has(node.alpha)) return;
    curve.wanted.add(node.alpha);
    const plane = fetchPlane(node.file.url, curve.width * curve.height * 3);
    plane.catch(() => {});
    lastNode = lastNode.then(async () => {
      const values = await plane;
      if (revision !== state.revision) return;
      curve.alphas.push(node.alpha);
      curve.planes.push(values);
      renderer().add(values);
      root.dataset.nodes = curve.alphas.length;
      if (curveReady()) part('panes').querySelector('.live')?.classList.remove('waiting');
      showQuality();
      redraw();
    }).catch(() => { if (revision === state.revision) say(labels.lost, true); });
  });
}
