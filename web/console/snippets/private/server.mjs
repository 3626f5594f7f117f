// npm install pusher
// Put index.html beside this file, run node server.mjs, and open http://localhost:3000 twice.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import Pusher from "pusher";

const pusher = new Pusher({
  appId: "{{app_id}}",
  key: "{{key}}",
  secret: "{{secret}}",
  host: "{{host}}",
  port: "{{port}}",
  useTLS: {{tls}},
});
const page = new URL("index.html", import.meta.url);

createServer(async (request, response) => {
  if (request.method === "POST" && request.url === "/pusher/auth") return authorize(request, response);
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(await readFile(page));
}).listen(process.env.PORT ?? 3000);

async function authorize(request, response) {
  let body = "";
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const channel = form.get("channel_name") ?? "";
  // Your app knows who is asking, and whether they may join. This one lets everybody in.
  const member = { user_id: randomUUID(), user_info: { name: "Somebody" } };
  try {
    const answer = pusher.authorizeChannel(form.get("socket_id"), channel, channel.startsWith("presence-") ? member : undefined);
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  } catch {
    response.writeHead(403).end();
  }
}
