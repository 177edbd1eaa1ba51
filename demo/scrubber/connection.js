// Whether the server answers. The page asks by itself and then sends nothing that cannot arrive:
// where Gradio meets a lost connection it stops working until it has reloaded the page.
const CALM_MS = 10000;
const LOST_MS = 1500;
const PATIENCE_WITH_PING_MS = 8000;
const OPENING = ['open_upload', 'open_example', 'place', 'switch_mode', 'forget'];
const home = window.gradio_config;
const connection = { lost: false, asked: null, timer: 0 };

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
  say(labels.found_connection);
  carryOn();
}

// Every event goes to the server from here.
function ask(name, data) {
  if (connection.lost) return;
  connection.asked = [name, data];
  trigger(name, data);
}

function askAgain() {
  if (!state.place) return location.reload();
  clearNotice();
  const [name, data] = connection.asked;
  if (OPENING.includes(name)) send(name, data);
  else ask(name, data);
}

// What the window still lacks, whatever was asked for since.
function computeAgain() {
  clearNotice();
  if (state.p99 === null) ask('grow', { revision: state.revision });
  Object.keys(props.methods).filter((name) => panes.has(name) && !panes.get(name).source)
    .forEach(addMethod);
  settle();
}

// ---- what goes wrong: one sentence, one way on ---------------------------------------------

const notice = { kind: '', way: null };

function notify(kind, sentence, way) {
  if (connection.lost && kind !== 'lost') return;
  Object.assign(notice, { kind, way });
  part('notice-text').textContent = sentence;
  part('notice').hidden = false;
  root.dataset.notice = kind;
  say('');
}

function clearNotice() {
  notice.kind = '';
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
  const isBusy = entry.name.includes('/queue/join') && entry.responseStatus === BUSY;
  if (isBusy) notify('busy', labels.busy, askAgain);
})).observe({ type: 'resource', buffered: true });

document.addEventListener('scrubber-failed', () => {
  resting = null;
  if (notice.kind !== 'busy') notify('failed', labels.failed, computeAgain);
});
