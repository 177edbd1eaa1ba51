// Whether the server answers. The page asks by itself and then sends nothing that cannot arrive:
// where Gradio meets a lost connection it stops working until it has reloaded the page.
const CALM_MS = 10000;
const LOST_MS = 1500;
const PATIENCE_WITH_PING_MS = 8000;
const JOIN_MS = 2000;
const OPENING = ['open_upload', 'open_example', 'place', 'switch_mode', 'forget'];
const MAKING_FILES = ['export', 'figure'];
const home = window.gradio_config;
const connection = { lost: false, asked: [], refused: null, timer: 0 };

async function ping() {
  clearTimeout(connection.timer);
  try {
    const options = { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_WITH_PING_MS) };
    const answer = await fetch(home.root + home.api_prefix + '/app_id', options);
    if (!answer.ok) throw new Error(answer.status);
    const isSame = (await answer.json()).app_id === home.app_id;
    if (isSame) find();
    else location.reload(); // a server that was restarted knows nothing of this page
  } catch (error) {
    lose();
  }
  connection.timer = setTimeout(watchConnection, connection.lost ? LOST_MS : CALM_MS);
}

function watchConnection() {
  if (!document.hidden || connection.lost) return ping();
  connection.timer = setTimeout(watchConnection, CALM_MS);
}

function lose() {
  if (connection.lost) return;
  connection.lost = true;
  notify('lost', labels.lost_connection, ping);
}

function find() {
  if (!connection.lost) return;
  connection.lost = false;
  connection.refused = release() || connection.refused;
  say(labels.found_connection);
  goOn();
}

// Every event goes to the server from here.
function ask(name, data) {
  if (connection.lost) return refuse(name, data);
  connection.asked.push({ name, data, at: performance.now() });
  trigger(name, data);
}

// The request for a place in the queue names no event: it is of the oldest that was waiting for it.
function takeAsked(start) {
  connection.asked = connection.asked.filter(({ at }) => start - at < JOIN_MS);
  const index = connection.asked.findIndex(({ at }) => at <= start);
  return index < 0 ? null : connection.asked.splice(index, 1)[0];
}

// Parts of the window are not remembered: that they are missing can be seen.
function refuse(name, data) {
  if (OPENING.includes(name)) connection.refused = release() || [name, data];
  else if (MAKING_FILES.includes(name)) connection.refused = [name, data];
  else if (name === 'rest') resting = null; // nothing is on its way: see settle
}

// After a refusal or a loss: what was refused, then what the window lacks unless it is replaced.
function goOn() {
  if (!state.place) return location.reload();
  const { refused } = connection;
  clearNotice();
  if (refused && OPENING.includes(refused[0])) return send(...refused);
  if (refused) ask(...refused);
  computeMissing();
}

function computeMissing() {
  const missing = Array.from(panes.values()).filter(isWaiting).map(({ id }) => id);
  const added = missing.filter((name) => props.methods[name]);
  if (state.p99 === null || missing.length > added.length) ask('grow', { revision: state.revision });
  added.forEach(addMethod);
  resting = null;
  settle();
}

// ---- what goes wrong: one sentence, one way on ---------------------------------------------

const notice = { kind: '', way: null };

function notify(kind, sentence, way, name = labels.try_again) {
  if (connection.lost && kind !== 'lost') return;
  Object.assign(notice, { kind, way });
  part('notice-text').textContent = sentence;
  part('notice-way').textContent = name;
  part('notice').hidden = false;
  root.dataset.notice = kind;
  say('');
}

function clearNotice() {
  notice.kind = '';
  connection.refused = null;
  part('notice').hidden = true;
  root.dataset.notice = '';
}

part('notice-way').addEventListener('click', () => notice.way());

window.addEventListener('offline', lose);
window.addEventListener('online', ping);
document.addEventListener('visibilitychange', () => { if (!document.hidden) watchConnection(); });
connection.timer = setTimeout(watchConnection, CALM_MS);

// Gradio tells no component that the queue is full; the status of its request does.
const BUSY = 503;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.name.includes('/queue/join')) return;
  const asked = takeAsked(entry.startTime);
  if (entry.responseStatus !== BUSY) return;
  if (asked) refuse(asked.name, asked.data);
  notify('busy', labels.busy, goOn);
})).observe({ type: 'resource', buffered: true });

document.addEventListener('scrubber-failed', () => {
  resting = null;
  if (notice.kind !== 'busy') notify('failed', labels.failed, goOn);
});
