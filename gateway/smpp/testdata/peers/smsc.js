// A small SMSC on the npm package "smpp", for the tests of the room above. It
// listens on a port of its own choosing, writes what happens as JSON lines to
// its output, and takes orders as JSON lines from its input; see smsc.pl.
//
// Its answers bear hexadecimal ids and its receipts decimal ones; receipts are
// both parameters and text.
'use strict';
const smpp = require('smpp');
const readline = require('readline');

const say = (o) => process.stdout.write(JSON.stringify(o) + '\n');
const fail = {};
const sessions = new Set();
let queue = []; // deliveries that wait for a bind
let n = 0xa0;
let early = false;

function failing(what) {
  if (!fail[what]) return false;
  fail[what]--;
  return true;
}

// Deliveries leave by any bind that receives.
function pump() {
  for (const s of sessions) {
    if (s.boundAs !== 'bind_transceiver' && s.boundAs !== 'bind_receiver') continue;
    while (queue.length > 0) {
      const d = queue.shift();
      s.open.add(d);
      s.deliver_sm({ ...d }, (p) => {
        s.open.delete(d);
        say({ event: 'delivered', status: p.command_status });
        if (p.command_status === 0x64 || p.command_status === 0x08) queue.push(d);
      });
      if (failing('deliver')) {
        s.destroy();
        return;
      }
    }
  }
}

function receipt(p, id) {
  queue.push({
    source_addr: p.destination_addr, destination_addr: p.source_addr, esm_class: 0x04,
    receipted_message_id: String(id), message_state: 2,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2603011504 done date:2603011505 stat:DELIVRD err:000 text:`,
  });
  pump();
}

// The package chooses the alphabet, and says which; long texts are cut without a
// thought for pairs.
function deliver(o) {
  const plain = /^[A-Za-z0-9 .,!?]*$/.test(o.text);
  const [whole, part] = plain ? [160, 153] : [70, 67];
  const parts = [];
  if (o.text.length <= whole) parts.push(o.text);
  else for (let i = 0; i < o.text.length; i += part) parts.push(o.text.slice(i, i + part));
  parts.forEach((text, i) => {
    const udh = Buffer.from([5, 0, 3, o.ref || 1, parts.length, i + 1]);
    let message = text;
    const d = { source_addr_ton: 1, source_addr: o.from, destination_addr: o.to };
    if (parts.length > 1 && !plain) {
      d.data_coding = 8;
      message = Buffer.from(text, 'utf16le').swap16();
    }
    d.short_message = parts.length > 1 ? { udh, message } : message;
    queue.push(d);
  });
  pump();
}

function text(m) {
  return typeof m === 'string' ? m : m && m.message !== undefined ? String(m.message) : '';
}

function submitted(s, p) {
  if (failing('drop')) return s.destroy();
  if (fail.middle && --fail.middle === 0) return s.destroy();
  if (failing('throttle')) return s.send(p.response({ command_status: smpp.ESME_RTHROTTLED }));
  if (failing('full')) return s.send(p.response({ command_status: smpp.ESME_RMSGQFUL }));
  const id = ++n;
  const m = p.message_payload || p.short_message;
  say({
    event: 'submit', id: id.toString(16).toUpperCase(), from: p.source_addr, to: p.destination_addr,
    class: p.esm_class, coding: p.data_coding, text: text(m), udh: m && m.udh ? Buffer.concat(m.udh).toString('hex') : '',
  });
  if (failing('mute')) return undefined;
  const asked = (p.registered_delivery & 3) === 1;
  if (asked && early) receipt(p, id);
  s.send(p.response({ message_id: id.toString(16).toUpperCase() }));
  if (asked && !early) receipt(p, id);
  return undefined;
}

const server = smpp.createServer((s) => {
  s.open = new Set();
  sessions.add(s);
  s.on('error', () => {});
  s.on('close', () => {
    sessions.delete(s);
    queue = [...s.open, ...queue];
    say({ event: 'closed' });
  });
  for (const bind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    s.on(bind, (p) => {
      if (failing('bind')) return s.destroy();
      if (p.password !== 'secret') {
        return s.send(p.response({ command_status: smpp.ESME_RINVPASWD }));
      }
      s.boundAs = bind;
      s.send(p.response({ system_id: 'node' }));
      say({ event: 'bound', as: bind, system_id: p.system_id });
      return pump();
    });
  }
  s.on('submit_sm', (p) => submitted(s, p));
  s.on('data_sm', (p) => submitted(s, p));
  s.on('enquire_link', (p) => {
    if (failing('enquire')) return s.destroy();
    if (failing('enquire mute')) return undefined;
    s.send(p.response());
    say({ event: 'enquire_link' });
    return undefined;
  });
  s.on('unbind', (p) => {
    if (failing('unbind')) return s.destroy();
    if (failing('unbind mute')) return undefined;
    s.send(p.response());
    say({ event: 'unbind' });
    return s.close();
  });
  s.on('unbind_resp', () => s.close());
});

server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const o = JSON.parse(line);
  if (o.do === 'deliver') deliver(o);
  else if (o.do === 'fail') fail[o.what] = o.times;
  else if (o.do === 'early') early = true;
  else if (o.do === 'drop') for (const s of sessions) s.destroy();
  else if (o.do === 'unbind') for (const s of sessions) s.unbind();
  say({ event: 'ok' });
}).on('close', () => process.exit(0));
