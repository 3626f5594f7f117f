//! Clients on a [`World`], and the commands that they and the node perform. It is not where
//! expectations are compared; that is `transcript.rs`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::message::{Except as Excluded, Member};
use rollcall_engine::{
    App, ChannelKey, EdgeCommand, Ending, HttpTransport, Impersonation, InterceptId, MemberUpdate,
    Opening, Publish, Refusal, Security, Ticket, Time, ToPartition, UserId, WatchId,
};
use rollcall_wire::auth;
use rollcall_wire::channel::ChannelName;
use rollcall_wire::close::CloseCode;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::client as ws;

use crate::chance::Chance;
use crate::client::{Client, Heard, Manners};
use crate::command::{Action, Claim, Command, Except, Show};
use crate::describe;
use crate::http::Session;
use crate::link::End;
use crate::post::Delivery;
use crate::setting::{default_app, key};
use crate::speech::{channel_data, client_event, hex, quote, unsubscribe, user_data};
use crate::world::{LinkId, Told, World, since};

/// On what a transcript is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staging {
    /// How many edges there are; the letter of a client's name chooses its edge.
    pub edges: usize,
    /// The seed with which mail is shuffled; in order if there is none.
    pub shuffle: Option<u64>,
}

/// A node with its clients.
#[derive(Debug)]
pub struct Stage {
    world: World,
    edges: usize,
    app: Arc<App>,
    clients: BTreeMap<String, Client>,
    sockets: u32,
    requests: u64,
    shown: Vec<Show>,
    lines: Vec<Line>,
    began: Time,
}

/// One thing that somebody heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// A client, or `node`.
    pub who: String,
    /// How long after the command began.
    pub after: Duration,
    /// The channel it is about.
    pub channel: Option<String>,
    /// What it was.
    pub text: String,
}

impl Stage {
    /// A node without clients, with the default app.
    pub fn new(staging: Staging) -> Self {
        let delivery = match staging.shuffle {
            None => Delivery::InOrder,
            Some(seed) => Delivery::Shuffled(Chance::seeded(seed)),
        };
        Self {
            world: World::new(staging.edges, delivery),
            edges: staging.edges,
            app: Arc::new(default_app()),
            clients: BTreeMap::new(),
            sockets: 0,
            requests: 0,
            shown: Vec::new(),
            lines: Vec::new(),
            began: Time::ZERO,
        }
    }

    /// Does what a command says and returns what was heard of it, in the order of time, then of
    /// names.
    pub fn perform(&mut self, command: &Command) -> Vec<Line> {
        self.began = self.world.now();
        match command {
            Command::Client(name, action) => self.act(name, action),
            Command::Wait(time) => self.wait(*time),
            other => self.direct(other),
        }
        self.settle();
        let mut lines = std::mem::take(&mut self.lines);
        lines.sort_by(|a, b| (a.after, &a.who).cmp(&(b.after, &b.who)));
        lines
    }

    /// The machines.
    pub fn world(&mut self) -> &mut World {
        &mut self.world
    }

    /// The settings as they are now.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The socket of a client.
    pub fn link(&self, client: &str) -> Option<LinkId> {
        self.clients.get(client).map(|client| client.link)
    }

    /// The public name of a client's connection.
    pub fn socket(&self, client: &str) -> Option<SocketId> {
        self.clients.get(client).map(|client| client.socket)
    }

    /// Whether a client's socket is open, for all that the client knows.
    pub fn is_connected(&self, client: &str) -> bool {
        self.link(client).is_some_and(|link| self.world.link(link).is_open())
    }

    /// Whether a client does not hear what there is to hear.
    pub fn is_deaf(&self, client: &str) -> bool {
        self.link(client).is_some_and(|link| self.world.link(link).is_deaf())
    }

    /// How a client receives, if its connection is a session over HTTP.
    pub fn transport(&self, client: &str) -> Option<HttpTransport> {
        self.session(client).map(|session| session.transport)
    }

    /// Whether something that a client said over HTTP waits for the server to take it.
    pub fn has_unsent(&self, client: &str) -> bool {
        self.session(client).is_some_and(|session| !session.unsent.is_empty())
    }

    fn session(&self, client: &str) -> Option<&Session> {
        self.link(client).and_then(|link| self.world.link(link).session.as_ref())
    }

    /// What each write to a client's socket took.
    pub fn turns(&self, client: &str) -> Vec<Vec<u8>> {
        self.link(client).map_or_else(Vec::new, |link| self.world.turns(link).to_vec())
    }
}

/// What the node does.
impl Stage {
    fn direct(&mut self, command: &Command) {
        match command {
            Command::App(settings) => {
                let app = Arc::make_mut(&mut self.app);
                settings.iter().for_each(|setting| setting.apply(app));
                self.world.order(&EdgeCommand::ReplaceApp(Arc::clone(&self.app)));
            }
            Command::RemoveApp => self.world.order(&EdgeCommand::RemoveApp(self.app.id.clone())),
            Command::Show(what) => self.shown.push(*what),
            Command::Publish { event, channel, except, data } => {
                self.publish(event, channel, except, data);
            }
            Command::Update { user, channel, rev, info } => {
                self.update(user, channel, *rev, info.as_deref());
            }
            Command::Clear { user, channel } => self.clear(user, channel),
            Command::Impersonate { user, event, channel, data } => {
                self.impersonate(user, event, channel, data);
            }
            Command::Intercept { event, channel, capacity } => {
                let (id, capacity) = (InterceptId(1), *capacity);
                let (channel, event) = (self.channel(channel), event.clone());
                self.world.post(ToPartition::Intercept { id, channel, event, capacity });
            }
            Command::Handled { channel } => {
                let channel = self.channel(channel);
                self.world.post(ToPartition::InterceptHandled { id: InterceptId(1), channel });
            }
            Command::Watch { channel } => {
                let channel = self.channel(channel);
                self.world.post(ToPartition::Watch { id: WatchId(1), channel });
            }
            Command::Describe { channel } => self.describe(channel),
            Command::List { prefix } => self.list(prefix),
            Command::Disconnect { client, code } => self.disconnect(client, *code),
            Command::DisconnectMember { client, user, channel } => {
                self.disconnect_member(client, user, channel);
            }
            Command::Terminate { user } => {
                let user = ChannelKey::of_user(&self.app, user);
                let channel = user.expect("tests name users that can be");
                self.world.order(&EdgeCommand::TerminateUser { channel });
            }
            Command::Drain => self.world.order(&EdgeCommand::Drain),
            Command::JournalFills => self.world.fill_journal(),
            Command::JournalWaits => self.world.stop_journal(),
            Command::JournalWrites(events) => (0..*events).for_each(|_| self.world.write_one()),
            Command::JournalGoesOn => self.world.resume_journal(),
            Command::Restart => self.world.restart(&self.app),
            Command::Hold => self.world.hold_mail(),
            Command::Deliver(pieces) => (0..*pieces).for_each(|_| self.world.deliver_one()),
            Command::Release => self.world.release_mail(),
            Command::Turn => self.world.begin_turn(),
            Command::End => self.world.end_turn(),
            Command::Client(..) | Command::Wait(_) => {}
        }
    }

    fn publish(&mut self, event: &str, channel: &str, except: &Except, data: &str) {
        let except = match except {
            Except::Nobody => Excluded::Nobody,
            Except::User(user) => Excluded::User(UserId::new(user)),
            Except::Client(client) => {
                self.clients.get(client).map_or(Excluded::Nobody, |c| Excluded::Socket(c.socket))
            }
        };
        let channel = self.channel(channel);
        let app = Arc::clone(&self.app);
        let publish = Publish { app, channel, event: event.into(), data: data.into(), except };
        self.world.post(ToPartition::Publish(publish));
    }

    fn update(&mut self, user: &str, channel: &str, rev: Option<u64>, info: Option<&str>) {
        self.requests += 1;
        let member = Member { user: UserId::new(user), info: info.map(Arc::from), rev };
        self.world.post(ToPartition::UpdateMember(MemberUpdate {
            ticket: Ticket(self.requests),
            app: Arc::clone(&self.app),
            channel: self.channel(channel),
            member,
        }));
    }

    fn clear(&mut self, user: &str, channel: &str) {
        let end = self.world.end_grace(&self.channel(channel), &UserId::new(user));
        self.push("node", None, format!("< {end:?}"));
    }

    fn impersonate(&mut self, user: &str, event: &str, channel: &str, data: &str) {
        let channel = self.channel(channel);
        let user = channel.name.kind().is_presence().then(|| UserId::new(user));
        let (event, data) = (event.to_owned(), data.to_owned());
        let event = Impersonation { app: Arc::clone(&self.app), channel, event, data, user };
        self.world.post(ToPartition::Impersonate(event));
    }

    fn describe(&mut self, channel: &str) {
        let facts = self.world.describe(&self.channel(channel));
        let occupied = if facts.occupied { "occupied" } else { "empty" };
        let users = facts.users.map(|users| format!(" {users:?}")).unwrap_or_default();
        self.push("node", None, format!("< {occupied} {}{users}", facts.subscriptions));
    }

    fn list(&mut self, prefix: &str) {
        for channel in self.world.list(&self.app.id, prefix) {
            let users = channel.users.map(|users| format!(" {users}")).unwrap_or_default();
            let text = format!("< {} {}{users}", channel.name, channel.subscriptions);
            self.push("node", None, text);
        }
    }

    fn disconnect(&mut self, client: &str, code: u16) {
        let Some(client) = self.clients.get(client) else { return };
        let (socket, code) = (client.socket, close_code(code));
        self.world.order(&EdgeCommand::Disconnect { socket, code });
    }

    fn disconnect_member(&mut self, client: &str, user: &str, channel: &str) {
        let Some(client) = self.clients.get(client) else { return };
        self.world.order(&EdgeCommand::DisconnectMember {
            socket: client.socket,
            channel: self.channel(channel),
            user: UserId::new(user),
            code: CloseCode::Unauthorized,
        });
    }

    fn channel(&self, name: &str) -> ChannelKey {
        let name = ChannelName::parse(name, usize::MAX);
        ChannelKey::new(&self.app, name.expect("the node only names legal channels"))
    }

    fn wait(&mut self, time: Duration) {
        let until = self.world.now() + time;
        self.settle();
        while let Some(next) = self.world.next_timeout().filter(|&next| next <= until) {
            self.world.pass(next);
            self.settle();
        }
        self.world.pass(until);
    }
}

/// What clients do.
impl Stage {
    fn act(&mut self, name: &str, action: &Action) {
        match action {
            Action::Connects(protocol) => self.connect(name, *protocol, Security::Plain),
            Action::ConnectsOverTls(protocol) => self.connect(name, *protocol, Security::Tls),
            Action::ConnectsOverHttp(transport) => self.connect_over_http(name, *transport),
            Action::IsRefused(code, protocol) => self.refuse(name, *code, *protocol),
            _ => match self.clients.get_mut(name) {
                Some(client) if self.world.link(client.link).is_open() => {
                    let link = client.link;
                    if client.is_over_http() {
                        self.act_over_http(name, link, action);
                    } else if let Some(bytes) = self.bytes_of(name, action) {
                        self.world.receive(link, bytes);
                    } else {
                        self.treat(name, link, action);
                    }
                }
                _ => self.note(name, "is not connected"),
            },
        }
    }

    fn connect(&mut self, name: &str, protocol: u8, security: Security) {
        if self.is_connected(name) {
            return self.note(name, "is connected");
        }
        let socket = self.next_socket();
        let app = Arc::clone(&self.app);
        let opening = Opening { socket, app, protocol: version(protocol), security };
        let link = self.world.open(self.edge_of(name), opening);
        self.clients.insert(name.to_owned(), Client::new(link, socket, self.sockets));
    }

    fn connect_over_http(&mut self, name: &str, transport: HttpTransport) {
        if self.is_connected(name) {
            return self.note(name, "is connected");
        }
        let socket = self.next_socket();
        let (app, protocol, security) = (Arc::clone(&self.app), Protocol::V7, Security::Plain);
        let opening = Opening { socket, app, protocol, security };
        let link = self.world.open_session(self.edge_of(name), transport, opening);
        self.clients.insert(name.to_owned(), Client::over_http(link, socket, self.sockets));
    }

    fn refuse(&mut self, name: &str, code: u16, protocol: u8) {
        let (app, protocol) = (Some(Arc::clone(&self.app)), Some(version(protocol)));
        let refusal = Refusal { app, protocol, code: close_code(code), reason: None };
        let socket = self.next_socket();
        let link = self.world.refuse(self.edge_of(name), refusal);
        self.clients.insert(name.to_owned(), Client::new(link, socket, self.sockets));
    }

    /// The text message that an action sends, if it sends any.
    fn text_of(&self, name: &str, action: &Action) -> Option<String> {
        match action {
            Action::Joins(channel, claim) => self.subscribe(name, channel, claim),
            Action::SignsIn(watched, claim) => self.sign_in(name, watched, claim),
            Action::Leaves(channel) => Some(unsubscribe(channel)),
            Action::Triggers(event, channel, data) => {
                Some(client_event(event, channel, data.as_deref()))
            }
            Action::Sends(text) => {
                let socket = self.clients.get(name)?.socket.to_string();
                Some(text.replace("$SOCKET", &socket))
            }
            _ => None,
        }
    }

    /// The bytes that an action sends, if it sends any.
    fn bytes_of(&mut self, name: &str, action: &Action) -> Option<Vec<u8>> {
        let text = self.text_of(name, action);
        let client = self.clients.get_mut(name)?;
        if let Some(text) = text {
            return Some(client.text(&text));
        }
        Some(match action {
            Action::SendsBinary(text) => {
                client.encode(|out, mask| ws::write_binary(out, text.as_bytes(), mask))
            }
            Action::SendsBytes(digits) => hex(digits),
            Action::Pings(payload) => {
                client.encode(|out, mask| ws::write_ping(out, payload.as_bytes(), mask))
            }
            Action::Pongs => client.encode(|out, mask| ws::write_pong(out, b"", mask)),
            Action::Closes(code) => client.close(*code),
            _ => return None,
        })
    }

    /// Actions of a client whose connection is a session over HTTP. It closes as stock clients do:
    /// by asking no more.
    fn act_over_http(&mut self, name: &str, link: LinkId, action: &Action) {
        if let Some(text) = self.text_of(name, action) {
            return self.world.say(link, vec![text]);
        }
        match action {
            Action::Closes(_) | Action::Ends | Action::Drops => self.world.abandon(link),
            Action::LosesRequest => self.world.lose_request(link),
            Action::AsksAgain => self.world.ask(link),
            Action::Reads(_) => {
                self.treat(name, link, action);
                if self.world.link(link).is_deaf() {
                    self.world.ask(link);
                }
            }
            Action::Pings(_) | Action::Pongs | Action::SendsBinary(_) | Action::SendsBytes(_) => {
                self.note(name, "has no frames");
            }
            _ => self.treat(name, link, action),
        }
    }

    /// Actions that the server sees in its socket only.
    fn treat(&mut self, name: &str, link: LinkId, action: &Action) {
        match action {
            Action::Ends => self.world.sever(link, Ending::Eof),
            Action::Drops => self.world.sever(link, Ending::Failed),
            Action::StopsReading(room) => self.world.link_mut(link).stall(*room),
            Action::Reads(capacity) => self.world.link_mut(link).resume(*capacity),
            Action::FallsSilent => {
                if let Some(client) = self.clients.get_mut(name) {
                    client.manners = Manners::Silent;
                }
            }
            _ => {}
        }
    }

    fn subscribe(&self, name: &str, channel: &str, claim: &Claim) -> Option<String> {
        let data = claim.data.clone().or_else(|| channel_data(claim));
        let signer = claim.signed_for.as_deref().unwrap_or(name);
        let socket = self.clients.get(signer)?.socket;
        let auth = claim.auth.clone().or_else(|| {
            let needed = ChannelName::parse(channel, usize::MAX).ok()?.kind().needs_auth();
            let key = key(claim.key.unwrap_or(1));
            let digest = auth::channel_signature(&key.secret, socket, channel, data.as_deref());
            needed.then(|| format!("{}:{digest}", key.key))
        });
        let mut fields = vec![format!("\"channel\":{}", quote(channel))];
        fields.extend(auth.map(|auth| format!("\"auth\":{}", quote(&auth))));
        fields.extend(data.map(|data| format!("\"channel_data\":{}", quote(&data))));
        Some(format!("{{\"event\":\"pusher:subscribe\",\"data\":{{{}}}}}", fields.join(",")))
    }

    fn sign_in(&self, name: &str, watched: &[String], claim: &Claim) -> Option<String> {
        let data = claim.data.clone().or_else(|| user_data(watched, claim))?;
        let signer = claim.signed_for.as_deref().unwrap_or(name);
        let socket = self.clients.get(signer)?.socket;
        let auth = claim.auth.clone().unwrap_or_else(|| {
            let key = key(claim.key.unwrap_or(1));
            format!("{}:{}", key.key, auth::user_signature(&key.secret, socket, &data))
        });
        let fields = format!("\"auth\":{},\"user_data\":{}", quote(&auth), quote(&data));
        Some(format!("{{\"event\":\"pusher:signin\",\"data\":{{{fields}}}}}"))
    }

    fn next_socket(&mut self) -> SocketId {
        self.sockets += 1;
        SocketId::new(1000 + self.sockets, self.sockets)
    }

    fn edge_of(&self, name: &str) -> usize {
        name.bytes().next().map_or(0, |letter| usize::from(letter - b'a')) % self.edges
    }
}

/// What is heard.
impl Stage {
    /// Lets everything happen that can, answers of the clients included.
    fn settle(&mut self) {
        loop {
            self.world.settle();
            if !self.listen() {
                break;
            }
        }
        self.hear_node();
    }

    /// Lets clients read and answer; whether any answered.
    fn listen(&mut self) -> bool {
        let (mut answers, mut signs_of_life) = (Vec::new(), Vec::new());
        let mut heard = Vec::new();
        for (name, client) in &mut self.clients {
            let link = self.world.link_mut(client.link);
            for message in client.read(&mut link.take_read()) {
                answers.extend(client.answer(&message).map(|bytes| (client.link, bytes)));
                let answers_heartbeat = link.is_stream() && client.manners == Manners::Answers;
                if message == Heard::Heartbeat && answers_heartbeat {
                    signs_of_life.push(client.link);
                }
                heard.push((name.clone(), message));
            }
            if let Some(end) = link.end_seen().filter(|_| !client.ended) {
                client.ended = true;
                heard.extend(heard_end(end).map(|end| (name.clone(), end)));
            }
        }
        for (name, message) in heard {
            self.hear(&name, &message);
        }
        let any = !answers.is_empty() || !signs_of_life.is_empty();
        for (link, bytes) in answers {
            self.world.receive(link, bytes);
        }
        for link in signs_of_life {
            self.world.say(link, Vec::new());
        }
        any
    }

    fn hear(&mut self, name: &str, heard: &Heard) {
        let is_silent = self.clients.get(name).is_some_and(|c| c.manners == Manners::Silent);
        let text = match heard {
            Heard::Ping(_) | Heard::Heartbeat
                if !is_silent && !self.shown.contains(&Show::Pings) =>
            {
                return;
            }
            Heard::Frame(json) if self.shown.contains(&Show::Raw) => json.clone(),
            heard => heard.to_string(),
        };
        self.push(name, heard.channel(), format!("< {text}"));
    }

    fn hear_node(&mut self) {
        for told in self.world.take_told() {
            let (who, channel) = match &told {
                Told::Hook(owed) => ("hooks", Some(owed.channel.name.as_str().to_owned())),
                _ => ("node", None),
            };
            let text = match told {
                Told::Hook(owed) => format!("< {}", describe::hook(&owed)),
                Told::Answer(answer) => format!("< {answer:?}"),
                Told::Intercepted(event) => {
                    let user = event.user.map(|user| format!(" {user}")).unwrap_or_default();
                    format!("< intercepted {}{user}: {}", event.seq, event.data)
                }
                Told::Watched(change) => format!("< {change:?}"),
            };
            self.push(who, channel, text);
        }
    }

    /// A remark of the stage itself.
    fn note(&mut self, name: &str, text: &str) {
        self.push(name, None, format!("! {text}"));
    }

    fn push(&mut self, who: &str, channel: Option<String>, text: String) {
        let after = since(self.began, self.world.now());
        self.lines.push(Line { who: who.to_owned(), after, channel, text });
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.who, self.text)?;
        match self.after.as_millis() {
            0 => Ok(()),
            millis if millis % 1000 == 0 => write!(f, "  (after {}s)", millis / 1000),
            millis => write!(f, "  (after {millis}ms)"),
        }
    }
}

impl fmt::Display for Staging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "edges {}", self.edges)?;
        self.shuffle.map_or(Ok(()), |seed| write!(f, " shuffle {seed}"))
    }
}

fn heard_end(end: End) -> Option<Heard> {
    match end {
        End::Finished => Some(Heard::Eof),
        End::Reset => Some(Heard::Reset),
        End::Gone => None,
    }
}

fn version(protocol: u8) -> Protocol {
    Protocol::parse(Some(&protocol.to_string())).expect("tests name protocols that exist")
}

fn close_code(code: u16) -> CloseCode {
    let known = CloseCode::ALL.into_iter().find(|known| known.code() == code);
    known.expect("tests name close codes that exist")
}
