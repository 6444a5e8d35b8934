"use strict";
// The official Mattermost client. A line in is a call ({id, api | socket, args}); a line out is its answer or an event.

globalThis.CloseEvent ??= class extends Event {
  constructor(type, init) {
    super(type);
    Object.assign(this, init);
  }
};
const WebSocket = require("ws");
globalThis.WebSocket ??= WebSocket;
console.log = console.warn = () => {}; // stdout is ours

const { Client4, WebSocketClient } = require("@mattermost/client");
const { createInterface } = require("node:readline");

const [url, token] = process.argv.slice(2);
const tell = (told) => process.stdout.write(JSON.stringify(told) + "\n");
const api = new (Client4.default ?? Client4)();
api.setUrl(url);
api.setToken(token);

const told = { Authorization: `Bearer ${token}` };
const quick = { minWebSocketRetryTime: 20, reconnectJitterRange: 0 };
let socket;

const sockets = {
  // With a challenge, as the client does by itself; or with the token in the upgrade, as a server lets resume.
  open(hasHeader) {
    const newWebSocketFn = (to) => new WebSocket(to, hasHeader ? { headers: told } : {});
    socket = new WebSocketClient({ ...quick, newWebSocketFn });
    socket.addMissedMessageListener(() => tell({ missed: true }));
    socket.addReconnectListener(() => tell({ reconnected: true }));
    socket.addMessageListener((event) => tell({ event, next: socket.serverSequence, connection: socket.connectionId }));
    socket.initialize(url.replace("http", "ws") + "/api/v4/websocket", hasHeader ? undefined : token);
  },
  ping: () => new Promise((answered) => socket.ping(answered)),
  typing: (...where) => socket.userTyping(...where),
};

const calls = {
  api: (name, args) => api[name](...args),
  socket: (name, args) => sockets[name](...args),
  upload: (_, [channel, name, text]) => {
    const form = new FormData();
    form.append("channel_id", channel);
    form.append("files", new Blob([text]), name);
    return api.uploadFile(form);
  },
};

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, kind, name, args } = JSON.parse(line);
    try {
      tell({ id, said: (await calls[kind](name, args)) ?? null });
    } catch (error) {
      tell({ id, error: { message: error.message, id: error.server_error_id ?? null, status: error.status_code ?? null } });
    }
  })
  .on("close", () => process.exit(0));
