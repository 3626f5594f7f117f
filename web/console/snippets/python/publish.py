# pip install pusher
import pusher

client = pusher.Pusher(
    app_id="{{app_id}}",
    key="{{key}}",
    secret="{{secret}}",
    host="{{host}}",
    port={{port}},
    ssl={{tls_python}},
)

client.trigger("my-channel", "my-event", {"message": "Hello from Python"})
print("sent")
