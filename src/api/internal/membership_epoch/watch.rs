//! Owns the waiting for new cut-offs: one poll of the database for everybody who waits in this process, and none while
//! nobody does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::base::origin::Origin;
use crate::db::DatabaseError;
use crate::token::cutoff::{self, Cursor};

/// How often the database is asked while somebody waits.
const POLL_EVERY: Duration = Duration::from_millis(200);

/// Who waits for cut-offs in this process.
#[derive(Clone)]
pub struct Watch(Arc<State>);

struct State {
    /// Counts how often something was new.
    news: watch::Sender<u64>,
    /// Whether a task polls; changed only under this lock.
    polling: Mutex<bool>,
}

impl Default for Watch {
    fn default() -> Self {
        Self(Arc::new(State {
            news: watch::Sender::new(0),
            polling: Mutex::new(false),
        }))
    }
}

/// A place in the queue: what is new from now on is not missed.
pub(super) struct Waiting(watch::Receiver<u64>);

impl Waiting {
    /// Returns when something was new since the last time, or since the place was taken.
    pub(super) async fn news(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Watch {
    /// Takes a place; the first one starts the poll.
    pub(super) fn wait(&self, app: &App) -> Waiting {
        let waiting = Waiting(self.0.news.subscribe());
        let mut polling = self.0.polling.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *polling, true) {
            tokio::spawn(poll(Arc::clone(&self.0), app.clone()));
        }
        waiting
    }
}

/// Polls until nobody waits any more.
async fn poll(state: Arc<State>, app: App) {
    let mut seen: Option<Cursor> = None;
    loop {
        {
            let mut polling = state.polling.lock().unwrap_or_else(PoisonError::into_inner);
            if state.news.receiver_count() == 0 {
                *polling = false;
                return;
            }
        }
        match look(&app, seen.as_ref()).await {
            Ok(Some(cursor)) => {
                seen = Some(cursor);
                state.news.send_modify(|count| *count = count.wrapping_add(1));
            }
            Ok(None) => {}
            // Those who wait ask for themselves when their time is over, and are told then.
            Err(error) => tracing::warn!(error = %error, "cut-offs could not be polled"),
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

async fn look(app: &App, seen: Option<&Cursor>) -> Result<Option<Cursor>, DatabaseError> {
    let context = app.context(Origin::internal("membership epoch"));
    let mut work = app.repeatable(context).await?;
    cutoff::moved(&mut work, seen).await
}
