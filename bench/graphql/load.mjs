// The load: posts over kept-alive connections from a process of its own, with as little between it and the sockets as
// can be. Takes one plan a line on stdin and says one result a line.
//
// A plan is {address, path, headers, bearers, bodies, connections, seconds, rate}; requests take bodies and bearers in
// turn. Without `rate` each connection sends its
// next request when its last is answered; with it, requests fall due at that rate whatever is answered, and their wait
// counts from then. Of a result's answers `good` has the data asked for, `refused` is 429 or 503, `bad` anything else.

import { connect } from "node:net";
import { createInterface } from "node:readline";

const GIVEN_UP = 10_000; // ms that a request may wait for a connection

class Client {
  #socket;
  #chunks = [];
  #held = 0;
  #needed = 0;
  #body = 0;
  #answer;

  constructor(host, port, lost) {
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      lost(this);
      this.#answer?.(0, "");
    });
  }

  post(request) {
    this.#socket.write(request);
    return new Promise((resolve) => {
      this.#answer = (status, start) => {
        this.#answer = undefined;
        resolve([status, start]);
      };
    });
  }

  end() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (!this.#needed) {
      const all = Buffer.concat(this.#chunks);
      const end = all.indexOf("\r\n\r\n");
      this.#chunks = [all];
      if (end < 0) return;
      const head = all.toString("latin1", 0, end);
      const length = /content-length: *(\d+)/i.exec(head);
      if (!length) return this.#socket.destroy(); // a 408 to a connection on which nothing was asked for long
      this.#needed = end + 4 + Number(length[1]);
      this.status = Number(head.slice(9, 12));
      this.#body = end + 4;
    }
    if (this.#held < this.#needed) return;
    const start = Buffer.concat(this.#chunks.slice(0, 2)).toString("latin1", this.#body, this.#body + 7);
    this.#chunks = [];
    this.bytes = this.#needed;
    this.#held = this.#needed = 0;
    this.#answer?.(this.status, start);
  }
}

// First in, first out, each at a cost that does not grow with how many wait (an array's own shift moves them all).
class Line {
  #items = [];
  #head = 0;

  get first() {
    return this.#items[this.#head];
  }

  push(item) {
    this.#items.push(item);
  }

  shift() {
    const item = this.#items[this.#head];
    if (item !== undefined && ++this.#head > 10_000) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

async function run(plan) {
  const { hostname: host, port } = new URL(plan.address);
  const headers = Object.entries({ "Content-Type": "application/json", Host: host, ...plan.headers });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const bearers = plan.bearers.length ? plan.bearers.map((key) => `Authorization: Bearer ${key}\r\n`) : [""];
  const requests = plan.bodies.map((body, number) =>
    Buffer.from(
      `POST ${plan.path} HTTP/1.1\r\n${head}${bearers[number % bearers.length]}` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const counts = { good: 0, refused: 0, bad: 0, bytes: 0 };
  const waits = [];
  const each = []; // good answers of each second
  let next = 0;
  let open = true;
  const idle = [];
  const clients = new Set();
  const fresh = () => {
    const made = new Client(host, port, (lost) => clients.delete(lost));
    clients.add(made);
    return made;
  };
  const started = performance.now();

  async function ask(client, due) {
    const [status, start] = await client.post(requests[next++ % requests.length]);
    const now = performance.now();
    if (!open) return;
    if (status === 200 && start === '{"data"') {
      counts.good += 1;
      counts.bytes += client.bytes;
      waits.push(now - due);
      const second = Math.floor((now - started) / 1000);
      each[second] = (each[second] ?? 0) + 1;
    } else counts[status === 429 || status === 503 ? "refused" : "bad"] += 1;
  }

  const until = new Promise((resolve) => setTimeout(resolve, plan.seconds * 1000));
  if (!plan.rate) {
    for (let number = 0; number < plan.connections; number += 1) {
      (async () => {
        let client = fresh();
        while (open) {
          await ask(client, performance.now());
          if (!clients.has(client)) client = fresh();
        }
      })();
    }
    await until;
  } else {
    let sent = 0;
    const waiting = new Line();
    const serve = async (client, due) => {
      await ask(client, due);
      if (!clients.has(client)) return;
      const older = waiting.shift();
      if (older === undefined) idle.push(client);
      else serve(client, older);
    };
    const timer = setInterval(() => {
      const now = performance.now();
      for (const last = ((now - started) / 1000) * plan.rate; sent < last; sent += 1) {
        const due = started + (sent / plan.rate) * 1000;
        const client = idle.pop() ?? (clients.size < plan.connections ? fresh() : undefined);
        if (client) serve(client, due);
        else waiting.push(due);
      }
      while (now - waiting.first > GIVEN_UP) {
        waiting.shift();
        counts.bad += 1;
      }
    }, 5);
    await until;
    clearInterval(timer);
  }
  open = false;
  for (const client of clients) client.end();
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? null;
  return { ...counts, perSecond: counts.good / plan.seconds, p50: at(0.5), p99: at(0.99), each };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}
