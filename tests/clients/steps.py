"""The Python package `pusher` as the scenario of the client libraries drives it: the same lines as steps.rs reads and writes."""

import json
import sys

import pusher
from pusher.errors import PusherError

settings = json.loads(sys.argv[1])
client = pusher.Pusher(
    app_id=settings["appId"],
    key=settings["key"],
    secret=settings["secret"],
    host=settings["host"],
    port=settings["port"],
    ssl=settings["ssl"],
    encryption_master_key_base64=settings["masterKey"],
)


def authorize(step):
    return client.authenticate(step["channel"], step["socket"], member(step.get("member")))


def member(person):
    if person is None:
        return None
    data = {"user_id": person["id"]}
    if "info" in person:
        data["user_info"] = person["info"]
    return data


def authenticate(step):
    return client.authenticate_user(step["socket"], user(step["user"]))


def user(person):
    data = {"id": person["id"]}
    if "info" in person:
        data["user_info"] = person["info"]
    if "watchlist" in person:
        data["watchlist"] = person["watchlist"]
    return data


def trigger(step):
    client.trigger(step["channels"], step["event"], step["data"], step.get("except"))


def batch(step):
    client.trigger_batch([{"channel": each["channel"], "name": each["event"], "data": each["data"]} for each in step["events"]])


def to_user(step):
    client.send_to_user(step["user"], step["event"], step["data"])


def channels(step):
    return client.channels_info(step["prefix"], step["info"])["channels"]


def channel(step):
    return client.channel_info(step["channel"], step["info"])


def users(step):
    return [each["id"] for each in client.users_info(step["channel"])["users"]]


def terminate(step):
    client.terminate_user_connections(step["user"])


def webhook(step):
    found = client.validate_webhook(step["key"], step["signature"], step["body"])
    if found is None:
        raise ValueError("not authentic")
    return found["events"]


STEPS = {
    "authorize": authorize,
    "authenticate": authenticate,
    "trigger": trigger,
    "batch": batch,
    "toUser": to_user,
    "channels": channels,
    "channel": channel,
    "users": users,
    "terminate": terminate,
    "webhook": webhook,
}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"ok": STEPS[asked["do"]](asked)}
    except (PusherError, ValueError, TypeError) as error:
        answer = {"error": str(error)}
    # The shared secret of an encrypted channel comes as bytes.
    print(json.dumps(answer, default=bytes.decode), flush=True)
