//! What a shard answers a console.

use rollcall_engine::{ConnId, Edge, Time};

use crate::handle::{ConnectionDetail, ConnectionSubscription};
use crate::mail::{Question, Survey};
use crate::shard::Shard;
use crate::survey::{Progress, Surveying, provenance, row};

impl Shard {
    /// Answers a question, or begins to. Who asked may have given up.
    pub(crate) fn take_question(&self, now: Time, question: Question) {
        let mut machines = self.machines.borrow_mut();
        match question {
            Question::Connections(survey) => self.begin_survey(survey, &machines.edge),
            Question::Connection(app, socket, answer) => {
                let conn = machines.edge.find(&app, socket);
                let detail = conn.and_then(|conn| self.detail(&machines.edge, conn));
                if let Some(conn) = conn {
                    machines.edge.handle_look(now, conn);
                }
                let _ = answer.send(detail.map(Box::new));
            }
            Question::Disconnect(app, socket, code, answer) => {
                let _ = answer.send(machines.edge.handle_disconnect(now, &app, socket, code));
            }
            Question::Names(conns, answer) => {
                let name = |conn| Some((conn, machines.edge.socket_of(conn)?));
                let _ = answer.send(conns.into_iter().filter_map(name).collect());
            }
            Question::EndGrace(channel, user, answer) => {
                let _ = answer.send(machines.end_grace(now, &channel, &user));
            }
        }
    }

    /// Goes on with the lists that are being made; `true` if there is more to do.
    pub(crate) fn proceed_with_surveys(&self) -> bool {
        let mut surveys = self.surveys.borrow_mut();
        let Some(mut surveying) = surveys.pop_front() else { return false };
        let (machines, conns) = (self.machines.borrow(), self.conns.borrow());
        match surveying.proceed(&machines.edge, &conns) {
            Progress::More => surveys.push_front(surveying),
            Progress::Done => surveying.finish(),
        }
        !surveys.is_empty()
    }

    fn begin_survey(&self, survey: Survey, edge: &Edge) {
        self.surveys.borrow_mut().push_back(Surveying::begin(survey, edge));
    }

    fn detail(&self, edge: &Edge, conn: ConnId) -> Option<ConnectionDetail> {
        let facts = edge.connection(conn)?;
        let connection = row(&facts, provenance(&self.conns.borrow(), conn));
        let subscriptions = edge.subscriptions(conn).map(|(key, user)| ConnectionSubscription {
            channel: key.name.as_str().to_owned(),
            user: user.map(|user| user.as_str().to_owned()),
        });
        Some(ConnectionDetail { connection, subscriptions: subscriptions.collect() })
    }
}
