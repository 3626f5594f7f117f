//! `rollcall-server` as the scenario of the client libraries drives it: each line of standard input
//! is a step as JSON, `{"do": …, …}`, and each is answered by a line, `{"ok": …}` or `{"error": …}`.

use std::error::Error;

use rollcall_server::{Client, Event, Info, Member, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

/// What the first argument says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    url: String,
    app_id: String,
    key: String,
    secret: String,
    master_key: String,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Step {
    Authorize { socket: String, channel: String, member: Option<Person> },
    Authenticate { socket: String, user: Person },
    Trigger { channels: Vec<String>, event: String, data: Value, except: Option<String> },
    Batch { events: Vec<Item> },
    ToUser { user: String, event: String, data: Value },
    Channels { prefix: String, info: Vec<String> },
    Channel { channel: String, info: Vec<String> },
    Users { channel: String },
    Terminate { user: String },
    Webhook { key: String, signature: String, body: String },
}

#[derive(Deserialize)]
struct Person {
    id: String,
    info: Option<Value>,
    #[serde(default)]
    watchlist: Vec<String>,
}

#[derive(Deserialize)]
struct Item {
    channel: String,
    event: String,
    data: Value,
}

type Outcome = Result<Value, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = std::env::args().nth(1).ok_or("the first argument says where the server is")?;
    let settings: Settings = serde_json::from_str(&settings)?;
    let client = Client::builder(&settings.app_id, &settings.key, &settings.secret)
        .url(settings.url)
        .master_key_base64(&settings.master_key)
        .build()?;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        println!("{}", answer(&client, &line).await);
    }
    Ok(())
}

async fn answer(client: &Client, line: &str) -> Value {
    let outcome = match serde_json::from_str(line) {
        Ok(step) => run(client, step).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

async fn run(client: &Client, step: Step) -> Outcome {
    match step {
        Step::Authorize { socket, channel, member: None } => {
            value(&client.authorize_channel(&socket, &channel)?)
        }
        Step::Authorize { socket, channel, member: Some(member) } => {
            value(&client.authorize_member(&socket, &channel, &member.member())?)
        }
        Step::Authenticate { socket, user } => {
            value(&client.authenticate_user(&socket, &user.user())?)
        }
        Step::Trigger { channels, event, data, except } => {
            trigger(client, &channels, Event::new(&event, &data)?, except).await
        }
        Step::Batch { events } => batch(client, &events).await,
        Step::ToUser { user, event, data } => {
            value(&client.send_to_user(&user, &Event::new(&event, &data)?).await?)
        }
        Step::Channels { prefix, info } => {
            let channels = client.channels(&prefix, attributes(&info)).await?;
            Ok(channels.into_iter().map(|(name, found)| (name, counts(&found))).collect())
        }
        Step::Channel { channel, info } => {
            let found = client.channel(&channel, attributes(&info)).await?;
            let mut told = counts(&found.attributes);
            told["occupied"] = found.occupied.into();
            Ok(told)
        }
        Step::Users { channel } => value(&client.users(&channel).await?),
        Step::Terminate { user } => value(&client.terminate_user(&user).await?),
        Step::Webhook { key, signature, body } => {
            value(&client.verify_webhook(&key, &signature, body.as_bytes())?.events)
        }
    }
}

async fn trigger(
    client: &Client,
    channels: &[String],
    event: Event,
    except: Option<String>,
) -> Outcome {
    let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
    let event = match except {
        Some(socket) => event.except(&socket),
        None => event,
    };
    client.publish(&channels, &event).await?;
    Ok(Value::Null)
}

async fn batch(client: &Client, items: &[Item]) -> Outcome {
    let events = items
        .iter()
        .map(|item| Ok((item.channel.as_str(), Event::new(&item.event, &item.data)?)))
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    client.publish_batch(&events).await?;
    Ok(Value::Null)
}

fn attributes(names: &[String]) -> Info {
    names.iter().fold(Info::default(), |info, name| match name.as_str() {
        "user_count" => info.user_count(),
        "subscription_count" => info.subscription_count(),
        _ => info.cache(),
    })
}

fn counts(found: &rollcall_server::Attributes) -> Value {
    let mut told = json!({});
    for (name, count) in
        [("user_count", found.user_count), ("subscription_count", found.subscription_count)]
    {
        if let Some(count) = count {
            told[name] = count.into();
        }
    }
    told
}

fn value(of: &impl Serialize) -> Outcome {
    Ok(serde_json::to_value(of)?)
}

impl Person {
    fn member(self) -> Member {
        let member = Member::new(self.id);
        self.info.into_iter().fold(member, Member::with_info)
    }

    fn user(self) -> User {
        let user = User::new(self.id).watching(self.watchlist);
        self.info.into_iter().fold(user, User::with_info)
    }
}
