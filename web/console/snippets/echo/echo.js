// npm install laravel-echo pusher-js
import Echo from "laravel-echo";
import Pusher from "pusher-js";

window.Pusher = Pusher;
window.Echo = new Echo({
  broadcaster: "pusher",
  key: "{{key}}",
  cluster: "",
  wsHost: "{{host}}",
  wsPort: {{port}},
  wssPort: {{port}},
  wsPath: "{{prefix}}",
  forceTLS: {{tls}},
  enabledTransports: ["ws"],
});

// A dot before the name: as it is, without the namespace of the application.
window.Echo.channel("my-channel").listen(".my-event", (data) => console.log(data.message));
