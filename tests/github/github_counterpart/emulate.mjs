// Runs emulate's GitHub, as many as are asked for, in one process: a fresh one costs milliseconds.
//
// A command is a line of JSON on standard input, and its answer a line on standard output. The process ends with its
// input. What time it is comes with every request, in the header `x-now` (milliseconds): tests can let hours pass.
import { AsyncLocalStorage } from "node:async_hooks";
import { Server } from "node:http";
import { createInterface } from "node:readline";
import { createEmulator } from "emulate";

const moment = new AsyncLocalStorage();
const RealDate = Date;
const now = () => moment.getStore() ?? RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    given.length > 0 ? super(...given) : super(now());
  }
  static now() {
    return now();
  }
};

const emit = Server.prototype.emit;
Server.prototype.emit = function (event, ...given) {
  const told = event === "request" ? Number(given[0].headers["x-now"]) : NaN;
  const happen = () => emit.call(this, event, ...given);
  return told > 0 ? moment.run(told, happen) : happen();
};

let last; // the server that emulate has just made
const listen = Server.prototype.listen;
Server.prototype.listen = function (port) {
  last = this;
  this.keepAliveTimeout = 0; // whoever asks closes the connection
  return listen.call(this, port, "127.0.0.1");
};

const running = new Map();

const commands = {
  async start({ seed, base, at }) {
    const emulator = await moment.run(at, () => createEmulator({ service: "github", port: 0, baseUrl: base, seed }));
    const server = last;
    if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address();
    running.set(port, { emulator, server });
    return { port };
  },
  async stop({ port }) {
    const { emulator, server } = running.get(port);
    running.delete(port);
    server.closeAllConnections();
    await emulator.close();
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  try {
    console.log(JSON.stringify(await commands[command](given)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.stack ?? error) }));
  }
}
process.exit(0);
