// npm install pusher-js
import { useEffect, useState } from "react";
import Pusher from "pusher-js";

export default function App() {
  const [messages, setMessages] = useState([]);
  useEffect(() => {
    const pusher = new Pusher("{{key}}", {
      cluster: "",
      wsHost: "{{host}}",
      wsPort: {{port}},
      wssPort: {{port}},
      wsPath: "{{prefix}}",
      forceTLS: {{tls}},
      enabledTransports: ["ws"],
    });
    const channel = pusher.subscribe("my-channel");
    channel.bind("my-event", (data) => setMessages((before) => [...before, data.message]));
    return () => pusher.disconnect();
  }, []);
  return (
    <ul>
      {messages.map((message, index) => (
        <li key={index}>{message}</li>
      ))}
    </ul>
  );
}
