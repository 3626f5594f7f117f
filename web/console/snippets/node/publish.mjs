// npm install pusher
import Pusher from "pusher";

const pusher = new Pusher({
  appId: "{{app_id}}",
  key: "{{key}}",
  secret: "{{secret}}",
  host: "{{host}}",
  port: "{{port}}",
  useTLS: {{tls}},
});

await pusher.trigger("my-channel", "my-event", { message: "Hello from Node" });
console.log("sent");
