'use strict';
// Everything that the cluster says is put into the page as text, never as markup.
(() => {
  const byId = id => document.getElementById(id);
  const kinds = document.documentElement.dataset.kinds.split(' ');
  const bad = ['replyWrong', 'noQuorum', 'divergence', 'checkpointDiffers', 'statesDivided', 'verdict', 'alarm', 'degraded', 'replicaLeft'];
  const warn = ['replySilent', 'suspicion', 'sequencerSilent', 'replacementDecided', 'replacementStarted', 'restarting'];
  const good = ['replicaActivated', 'replacementDone', 'sequencerHeard', 'dismissed'];
  const marks = { right: '✓', wrong: '✗', silent: '…', late: '◷', unjudged: '?', notAsked: '–' };
  const eventsShown = 200, rateWindow = 60, patience = 3000, pollInterval = 1000;
  let status = null, requests = [], isHeld = false, lostAt = null, lastEvent = null, life = null, source = null, samples = [], drawn = '';

  // ---- building

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function cell(label, className, ...content) {
    const made = element('td', className);
    made.setAttribute('role', 'cell');
    made.dataset.label = label;
    made.append(...content);
    return made;
  }
  function row(cells, className) {
    const made = element('tr', className);
    made.setAttribute('role', 'row');
    made.append(...cells);
    return made;
  }
  const unseen = text => element('span', 'unseen', text);
  const number = value => value === null || value === undefined ? '–' : value.toLocaleString('en');
  const count = (label, value, look = ' mild') => cell(label, 'number' + (value > 0 ? ' some' + look : ' zero'), number(value));
  const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;
  const clock = time => new Date(time).toLocaleTimeString('en-GB');
  const words = kind => kind.replace(/[A-Z]/g, letter => ' ' + letter.toLowerCase()).replace(/^./, letter => letter.toUpperCase());

  // ---- the cluster

  function showHeadline() {
    const voting = status.replicas.filter(replica => replica.votes);
    const away = status.replicas.filter(replica => !replica.votes).map(replica => replica.id);
    const liars = liarsOf();
    const doubted = voting.filter(replica => replica.state !== 'active' && !liars.includes(replica.id)).map(replica => `${replica.id} ${replica.state}`);
    let look = 'good', mark = '●', text = `Answering, with all ${voting.length} replicas`;
    if (!status.sequencer.active || voting.length < 2) {
      [look, mark] = ['bad', '■'];
      text = status.sequencer.active ? `No answers: ${plural(voting.length, 'replica votes', 'replicas vote')}`
        : 'No answers: no sequencer is heard' + (status.waitingFor ? `, waiting for ${status.waitingFor.join(' and ')}` : '');
    } else if (liars.length > 0 || doubted.length > 0 || away.length > 0) {
      [look, mark] = ['warn', '▲'];
      text = 'Answering correctly' + (liars.length > 0 ? `, ${liars.join(' and ')} outvoted` : '') + doubted.map(doubt => ', ' + doubt).join('') + (away.length > 0 ? `, without ${away.join(' and ')}` : '');
    }
    const headline = byId('headline');
    headline.className = 'headline ' + look;
    headline.firstElementChild.textContent = mark;
    if (headline.lastElementChild.textContent !== text) headline.lastElementChild.textContent = text;
    document.title = (look === 'good' ? '' : mark + ' ') + 'DAMS ' + status.cluster;
  }

  // The replicas that were wrong in one of the last requests and were not replaced since. One that does not report its incarnation may
  // be the same as before.
  function liarsOf() {
    const isThere = reply => status.replicas.some(replica => replica.id === reply.id && (replica.incarnation ?? reply.incarnation) === reply.incarnation);
    const wrong = requests.flatMap(request => request.replicas).filter(reply => reply.verdict === 'wrong' && isThere(reply));
    return [...new Set(wrong.map(reply => reply.id))].sort();
  }

  function showReplicas() {
    const liars = liarsOf();
    byId('replicas').tBodies[0].replaceChildren(...status.replicas.map(replica => {
      const look = replica.state === 'active' ? 'good' : ['dead', 'degraded'].includes(replica.state) ? 'bad' : 'warn';
      const mark = { good: '●', warn: '◐', bad: '■' }[look];
      const id = cell('Replica', '', replica.id);
      if (liars.includes(replica.id)) id.append(element('span', 'tag', '✗ wrong'));
      // Only digests of the same entry compare, and the front end compares them. The entry is shown behind the digest, unless it is the
      // one executed last.
      const digest = cell('State digest', 'code' + (replica.differs ? ' differs' : ''),
        replica.digest ? (replica.differs ? '≠ ' : '') + replica.digest.slice(0, 12) + (replica.digestAt === replica.executed ? '' : ` at ${replica.digestAt}`) : '–');
      if (replica.differs) digest.append(unseen(' differs from the others'));
      return row([
        id, cell('Version', '', replica.engine ?? '–'), cell('State', '', element('span', 'state ' + look, `${mark} ${replica.state}`)),
        cell('Incarnation', 'code', replica.incarnation ?? '–'), cell('Executed', 'number', number(replica.executed)), digest,
        count('Wrong', replica.wrong, ''), count('Silent', replica.silent), count('Restarts', replica.restarts), count('Replaced', replica.replacements),
      ], liars.includes(replica.id) ? 'liar' : '');
    }));
  }

  function showFigures() {
    const counters = status.counters;
    byId('cluster').textContent = status.cluster;
    byId('sequencer').textContent = status.sequencer.active ? status.sequencer.id : 'none is heard';
    byId('sequencer').className = status.sequencer.active ? '' : 'some';
    byId('standbys').textContent = status.sequencer.standbys.length > 0 ? `standing by: ${status.sequencer.standbys.join(', ')}` : 'no standby';
    byId('epoch').textContent = status.epoch;
    byId('failovers').textContent = plural(counters.failovers, 'failover', 'failovers');
    byId('sequence').textContent = number(status.sequence);
    byId('committed').textContent = `committed ${number(status.committed)}` + (status.durability === 'memory' ? ', in memory only' : '');
    byId('requests-count').textContent = number(counters.requests);
    byId('faults').textContent = `${number(counters.answered)} answered, ${plural(counters.faults, 'fault', 'faults')}`;
    byId('wrong').textContent = number(counters.wrongReplies);
    byId('wrong').className = counters.wrongReplies > 0 ? 'some' : '';
    byId('missing').textContent = `${number(counters.missingReplies)} missing, ${plural(counters.replacements, 'replacement', 'replacements')}`;
    const managers = status.managers.filter(manager => manager.state === 'active').length;
    byId('managers').textContent = `${managers} of ${status.managers.length} managers watch them`;
    byId('events-count').textContent = `${number(Object.values(status.eventCounts).reduce((sum, kind) => sum + kind, 0))} since the front end started`;
    byId('release').textContent = `release ${status.release}, SOAP host ${status.soapHost}, front end process ${status.processId}`;
    byId('alarms').replaceChildren(...(status.alarms ?? []).map(text => element('p', 'alarm', '⚠ ' + text)));
  }

  function showRate() {
    const now = performance.now() / 1000, last = samples[samples.length - 1];
    // A front end that was started again counts from zero.
    if (last && (last.process !== status.processId || last.answered > status.counters.answered)) samples = [];
    samples.push({ at: now, answered: status.counters.answered, process: status.processId });
    samples = samples.slice(-rateWindow - 1);
    const rates = [];
    for (let i = 1; i < samples.length; i++)
      rates.push((samples[i].answered - samples[i - 1].answered) / Math.max(samples[i].at - samples[i - 1].at, .001));
    if (rates.length === 0) return;
    byId('rate').textContent = number(Math.round(rates[rates.length - 1]));
    const most = Math.max(...rates, 1);
    byId('spark').firstElementChild.setAttribute('points',
      rates.map((rate, i) => `${(i + rateWindow - rates.length) * 120 / (rateWindow - 1)},${23 - rate / most * 22}`).join(' '));
  }

  function showRequests() {
    const head = byId('requests').tHead.rows[0];
    const titles = ['Number', 'Time', 'Operation', 'Outcome', 'Agreed', ...status.replicas.map(replica => `${replica.id.replace('replica', '')} ${replica.engine ?? ''}`)];
    if (head.textContent !== titles.join('')) {
      head.replaceChildren(...titles.map(title => {
        const made = element('th', title === 'Agreed' ? 'number' : '', title);
        made.setAttribute('role', 'columnheader');
        made.scope = 'col';
        return made;
      }));
    }
    const text = JSON.stringify(requests);
    if (text === drawn) return;
    drawn = text;
    const none = cell('', '', 'No request has come since the front end started.');
    none.colSpan = titles.length;
    byId('requests').tBodies[0].replaceChildren(...(requests.length === 0 ? [row([none])] : requests.map(request => row([
      cell('Number', '', request.sequence === undefined ? '–' : '#' + request.sequence),
      cell('Time', '', clock(request.time)),
      cell('Operation', '', request.operation),
      cell('Outcome', request.isAnswered ? '' : 'failed', (request.isAnswered ? '' : '✗ ') + request.outcome),
      cell('Agreed', 'number', request.milliseconds === undefined ? '–' : request.milliseconds.toFixed(1) + ' ms'),
      ...status.replicas.map(replica => {
        const reply = request.replicas.find(candidate => candidate.id === replica.id);
        const verdict = reply?.verdict ?? 'notAsked';
        const made = element('span', 'verdict ' + verdict, `${marks[verdict]} ${reply?.digest?.slice(0, 6) ?? (verdict === 'silent' ? 'silent' : '')}`);
        made.append(unseen(' ' + words(verdict).toLowerCase()));
        return cell(replica.id, verdict, made);
      }),
    ]))));
  }

  // ---- events

  function showEvent(happened) {
    if (lastEvent !== null && happened.id <= lastEvent) return;
    lastEvent = happened.id;
    const list = byId('events');
    const item = element('li');
    const time = element('time', '', clock(happened.time));
    time.dateTime = happened.time;
    const look = bad.includes(happened.kind) ? 'bad' : warn.includes(happened.kind) ? 'warn' : good.includes(happened.kind) ? 'good' : '';
    item.append(time, element('span', 'kind ' + look, words(happened.kind)), element('span', '', `${happened.node} ${happened.text}`));
    list.prepend(item);
    while (list.childElementCount > eventsShown) list.lastElementChild.remove();
  }

  function showMissed(missed) {
    const item = element('li');
    item.append(element('span', 'none', `${missed} earlier events are not shown`));
    byId('events').prepend(item);
  }

  // Another boot of the front end numbers its events from 1 again.
  function forgetEvents() {
    byId('events').replaceChildren();
    lastEvent = life = null;
  }

  function follow() {
    source?.close();
    source = new EventSource('/events?after=' + (life === null ? '' : life + '-') + (lastEvent ?? 0));
    for (const kind of kinds)
      source.addEventListener(kind, message => {
        const named = message.lastEventId.split('-')[0];
        if (life !== null && life !== named) forgetEvents();
        life = named;
        showEvent(JSON.parse(message.data));
      });
    source.addEventListener('missed', message => showMissed(JSON.parse(message.data).missed));
    // A browser stops reconnecting when it is refused. The next successful poll opens a new stream.
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) source = null; };
  }

  // ---- the loop

  async function read(path) {
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    return answer.json();
  }

  async function poll() {
    try {
      const [newStatus, newRequests] = await Promise.all([read('/status'), read('/requests')]);
      if (status !== null && status.processId !== newStatus.processId) {
        forgetEvents();
        source?.close();
        source = null;
      }
      [status, requests, lostAt] = [newStatus, newRequests, null];
      if (source === null) {
        for (const happened of status.events) showEvent(happened);
        follow();
      }
      showHeadline();
      showFigures();
      showRate();
      showReplicas();
      if (!isHeld) showRequests();
    } catch (problem) {
      lostAt ??= Date.now();
    }
    const connection = byId('connection');
    const text = lostAt === null ? '● live' : `✗ no connection to the front end since ${clock(lostAt)}: the data on this page is old`;
    if (connection.textContent !== text) connection.textContent = text;
    connection.className = 'connection' + (lostAt === null ? '' : ' lost');
    document.body.classList.toggle('lost-connection', lostAt !== null);
    setTimeout(poll, pollInterval);
  }

  byId('hold').addEventListener('click', () => {
    isHeld = !isHeld;
    byId('hold').setAttribute('aria-pressed', String(isHeld));
    byId('hold').textContent = isHeld ? 'Held' : 'Hold';
  });
  poll();
})();
