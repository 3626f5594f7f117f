//! Lists of more connections than a turn looks at.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rollcall_engine::{App, AppId, EdgeId, Ending, Opening, Time};
use rollcall_wire::protocol::Protocol;
use tokio::sync::oneshot;

use super::*;
use crate::conn::{Link, Papers};
use crate::handle::{Caller, ConnectionsQuery};

/// Connections of app `1`, each opened a millisecond after the one before.
struct Crowd {
    edge: Edge,
    conns: Conns,
    ids: Vec<ConnId>,
}

impl Crowd {
    fn of(connections: u32) -> Self {
        let mut crowd = Self {
            edge: Edge::new(EdgeId(0), [1, 2, 3, 4]),
            conns: SecondaryMap::new(),
            ids: Vec::new(),
        };
        let app = Arc::new(App::new("1", Vec::new()));
        (0..connections).for_each(|number| crowd.open(&app, number));
        crowd
    }

    fn open(&mut self, app: &Arc<App>, number: u32) {
        let opening = Opening {
            socket: SocketId::new(7, number),
            app: Arc::clone(app),
            protocol: Protocol::V7,
            security: Security::Plain,
        };
        let id = self.edge.handle_opened(Time::ZERO, opening);
        let provenance = Some(Provenance::of(&caller(), i64::from(number)));
        let conn = Conn::new(Link::Scripted(Rc::default()), Papers { permit: None, provenance });
        self.conns.insert(id, Rc::new(conn));
        self.ids.push(id);
    }

    fn ask(&self, query: ConnectionsQuery) -> (Surveying, oneshot::Receiver<Surveyed>) {
        let (answer, asked) = oneshot::channel();
        let survey = Survey { app: AppId::new("1"), query, answer };
        (Surveying::begin(survey, &self.edge), asked)
    }

    /// The list, and how many turns it took.
    fn list(&self, query: ConnectionsQuery) -> (Surveyed, usize) {
        let (mut surveying, mut asked) = self.ask(query);
        let mut turns = 1;
        while surveying.proceed(&self.edge, &self.conns) == Progress::More {
            assert!(surveying.found.len() <= 2 * surveying.survey.query.limit + SHARE);
            turns += 1;
        }
        surveying.finish();
        (asked.try_recv().expect("it was sent"), turns)
    }
}

fn caller() -> Caller<'static> {
    Caller {
        key: "k",
        protocol: Some("7"),
        security: Security::Plain,
        address: Ipv4Addr::LOCALHOST.into(),
        origin: Some("https://shop.example"),
        client: Some("js"),
        version: Some("8.4.0"),
    }
}

fn query(limit: usize) -> ConnectionsQuery {
    ConnectionsQuery { limit, ..ConnectionsQuery::default() }
}

fn opened(surveyed: &Surveyed) -> Vec<i64> {
    surveyed.rows.iter().map(|(_, row)| row.opened_at).collect()
}

#[test]
fn a_turn_looks_at_a_bounded_number_and_the_list_is_whole_all_the_same() {
    let crowd = Crowd::of(3_500);
    let (list, turns) = crowd.list(query(10_000));
    assert_eq!(
        (list.total, turns),
        (3_500, 15),
        "seven turns to look, one to sort, seven to write"
    );
    assert_eq!(opened(&list), (0..3_500).rev().collect::<Vec<_>>());
}

#[test]
fn the_first_of_all_are_kept_and_no_more_memory_than_for_them() {
    let crowd = Crowd::of(3_500);
    for limit in [0, 1, 7, 999, 1_000, 1_001, 3_500] {
        let (list, _) = crowd.list(query(limit));
        assert_eq!(list.total, 3_500);
        let newest = (0..3_500).rev().take(limit);
        assert_eq!(opened(&list), newest.collect::<Vec<_>>(), "{limit}");
    }
    let searched = ConnectionsQuery { search: " 7.349 ".to_owned(), ..query(100) };
    let (list, _) = crowd.list(searched);
    let found: Vec<_> = (3_490..3_500).rev().chain([349]).collect();
    assert_eq!((list.total, opened(&list)), (11, found));
}

#[test]
fn who_goes_while_the_list_is_made_is_not_in_it() {
    let mut crowd = Crowd::of(2_000);
    let (mut surveying, mut asked) = crowd.ask(query(10_000));
    surveying.proceed(&crowd.edge, &crowd.conns);
    // Whether they were looked at or not.
    for id in [crowd.ids[0], crowd.ids[1_999]] {
        crowd.edge.handle_closed(Time::ZERO, id, Ending::Failed);
    }
    while surveying.proceed(&crowd.edge, &crowd.conns) == Progress::More {}
    surveying.finish();
    let list = asked.try_recv().expect("it was sent");
    assert_eq!(opened(&list), (1..1_999).rev().collect::<Vec<_>>());
}

#[test]
fn nothing_is_done_for_who_does_not_wait_any_more() {
    let crowd = Crowd::of(3_500);
    let (mut surveying, asked) = crowd.ask(query(10_000));
    drop(asked);
    assert_eq!(surveying.proceed(&crowd.edge, &crowd.conns), Progress::Done);
}

/// What a turn costs: `cargo test --release -p rollcall-node turn_costs -- --ignored --nocapture`.
#[test]
#[ignore = "it measures"]
#[allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures")]
fn what_a_turn_costs() {
    let crowd = Crowd::of(10_000);
    for search in ["", "shop"] {
        let (mut surveying, _asked) =
            crowd.ask(ConnectionsQuery { search: search.to_owned(), ..query(10_000) });
        let (mut longest, began) = (std::time::Duration::ZERO, std::time::Instant::now());
        loop {
            let turn = std::time::Instant::now();
            let progress = surveying.proceed(&crowd.edge, &crowd.conns);
            longest = longest.max(turn.elapsed());
            if progress == Progress::Done {
                break;
            }
        }
        println!("search {search:?}: all {:?}, longest turn {longest:?}", began.elapsed());
    }
}
