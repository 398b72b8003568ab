//! Owns the line for a request that was refused, or served with less than it asked for. A client that is refused over
//! and over has so many lines a minute, and so have all of them together; what is left out is counted. The line stands
//! for itself, so that it can be shown without the line of each request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::response::Response;
use tracing::info;

use crate::http::respond::refusal::{Asker, Explained};

/// The target of these lines, for log filters.
pub const TARGET: &str = "signet::refused";
/// How long a count lasts.
const WINDOW: Duration = Duration::from_mins(1);
/// Lines about one error of one client in that time: whoever sends wrong secrets in a client's name hides nothing else
/// that goes wrong there.
const LINES_OF_ERROR: u32 = 20;
/// Lines about one client in that time; names that no client has share one client's.
const LINES_OF_ONE: u32 = 40;
/// Lines of all together.
const LINES_OF_ALL: u32 = 200;
/// The first lines about each error of a registered client are written beyond these bounds: nobody floods them away.
const FIRST_LINES: u32 = 2;
/// As many as these together.
const LINES_OF_FIRST: u32 = 400;

/// Counts the lines.
#[derive(Debug, Clone, Default)]
pub struct RefusalLog(Arc<Mutex<Option<Window>>>);

#[derive(Debug)]
struct Window {
    began: Instant,
    written: u32,
    first_lines: u32,
    left_out: u64,
    /// Holds whom a line was written about, so that it is no larger than their number.
    by_client: HashMap<Option<String>, u32>,
    /// The same for each error of theirs.
    by_error: HashMap<(Option<String>, Option<&'static str>), u32>,
}

/// What is to be written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lines {
    /// How many the window before this one left out.
    left_out: u64,
    /// The refusal's own.
    own: bool,
    /// That from here on some are left out.
    begins: bool,
}

impl RefusalLog {
    fn count(&self, asker: &Asker, error: Option<&'static str>, now: Instant) -> Lines {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = window.take_if(|window| now.saturating_duration_since(window.began) >= WINDOW);
        let window = window.get_or_insert_with(|| Window {
            began: now,
            written: 0,
            first_lines: 0,
            left_out: 0,
            by_client: HashMap::new(),
            by_error: HashMap::new(),
        });
        let client = match asker {
            Asker::Registered(id) => Some(id.as_str().to_owned()),
            Asker::Unknown(_) | Asker::Nobody => None,
        };
        let of_client = window.by_client.get(&client).copied().unwrap_or_default();
        let counted = (client.clone(), error);
        let of_error = window.by_error.get(&counted).copied().unwrap_or_default();
        let first = client.is_some() && of_error < FIRST_LINES && window.first_lines < LINES_OF_FIRST;
        let own =
            first || (window.written < LINES_OF_ALL && of_client < LINES_OF_ONE && of_error < LINES_OF_ERROR);
        if own {
            if first {
                window.first_lines += 1;
            } else {
                window.written += 1;
                window.by_client.insert(client, of_client + 1);
            }
            window.by_error.insert(counted, of_error + 1);
        } else {
            window.left_out += 1;
        }
        Lines {
            left_out: before.map_or(0, |window| window.left_out),
            own,
            begins: !own && window.left_out == 1,
        }
    }

    /// Writes what the reply explains.
    pub(super) fn write(&self, response: &Response, route: &str, request_id: &str) {
        let Some(explained) = response.extensions().get::<Explained>() else {
            return;
        };
        let lines = self.count(&explained.asker, explained.error, Instant::now());
        if lines.left_out > 0 {
            info!(
                target: TARGET,
                parent: None,
                left_out = lines.left_out,
                "refusals were left out of the log"
            );
        }
        if lines.own {
            info!(
                target: TARGET,
                parent: None,
                endpoint = route,
                client.id = explained.asker.name(),
                error.code = explained.error,
                parameter = explained.parameter,
                reason = explained.reason.as_str(),
                request_id,
                "{}",
                if explained.error.is_some() { "refused" } else { "served with less" }
            );
        }
        if lines.begins {
            info!(
                target: TARGET,
                parent: None,
                "too many requests are refused: some are left out of the log for up to a minute"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::ClientId;

    fn client(name: &str) -> Asker {
        Asker::Registered(ClientId::from_text(name))
    }

    #[test]
    fn a_client_that_is_refused_over_and_over_leaves_room_for_others() {
        let (log, now) = (RefusalLog::default(), Instant::now());
        let written =
            |asker: &Asker, times: u32| (0..times).filter(|_| log.count(asker, None, now).own).count();
        assert_eq!(written(&client("a"), 100), 20);
        assert_eq!(written(&client("b"), 1), 1);
        for stranger in 0..100 {
            log.count(&Asker::Unknown(format!("s{stranger}")), None, now);
        }
        assert_eq!(written(&Asker::Nobody, 1), 0, "strangers share one count");
        let later = log.count(&client("a"), None, now + WINDOW);
        assert_eq!((later.left_out, later.own), (80 + 80 + 1, true));
    }

    #[test]
    fn all_together_have_so_many_lines_and_so_much_memory() {
        let (log, now) = (RefusalLog::default(), Instant::now());
        let lines: Vec<Lines> = (0..10_000)
            .map(|number| log.count(&client(&format!("c{number}")), None, now))
            .collect();
        assert_eq!(lines.iter().filter(|lines| lines.own).count(), 400 + 200);
        assert_eq!(lines.iter().filter(|lines| lines.begins).count(), 1, "said once");
        let window = log.0.lock().unwrap();
        let window = window.as_ref().unwrap();
        assert_eq!((window.by_error.len(), window.by_client.len()), (600, 200));
    }

    #[test]
    fn wrong_secrets_in_a_clients_name_hide_nothing_else_of_it() {
        let (log, now) = (RefusalLog::default(), Instant::now());
        for _ in 0..100 {
            log.count(&client("a"), Some("invalid_client"), now);
        }
        assert!(log.count(&client("a"), Some("invalid_grant"), now).own);
        assert!(!log.count(&client("a"), Some("invalid_client"), now).own);
        for _ in 0..100 {
            log.count(&client("a"), Some("invalid_request"), now);
        }
        assert!(
            log.count(&client("a"), Some("invalid_scope"), now).own,
            "nor two errors"
        );
        for flooded in 0..10 {
            for error in ["invalid_client", "invalid_request", "invalid_grant"] {
                for _ in 0..30 {
                    log.count(&client(&format!("f{flooded}")), Some(error), now);
                }
            }
        }
        assert!(
            log.count(&client("b"), Some("invalid_grant"), now).own,
            "nor ten clients"
        );
    }

    #[test]
    fn many_errors_of_one_client_leave_room_for_others() {
        let (log, now) = (RefusalLog::default(), Instant::now());
        let errors = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let written = |asker: &Asker| {
            let all = errors.iter().cycle().take(1000);
            all.filter(|error| log.count(asker, Some(error), now).own).count()
        };
        let first = 2 * errors.len();
        assert_eq!(written(&client("a")), first + 40);
        assert_eq!(written(&Asker::Unknown("x".to_owned())), 40);
        assert_eq!(written(&client("b")), first + 40);
    }
}
