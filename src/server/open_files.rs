//! Owns how many files the process may have open: every connection is one, and most processes begin with far fewer than
//! they may ask for.

use rustix::process::{Resource, getrlimit, setrlimit};
use tracing::{debug, warn};

/// What the server needs beside the connections of one listener: the database's, the operators', standard streams.
const OTHERS: u64 = 256;

/// Asks for as many open files as the process may have, and says so where these are too few for the connections that it
/// is to take: beyond them nobody is let in before somebody leaves.
pub fn ask_for_all(connections: usize) {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            debug!(%error, "the number of open files stays as it was");
        }
    }
    let allowed = getrlimit(Resource::Nofile).current;
    let needed =
        u64::try_from(connections).map_or(u64::MAX, |connections| connections.saturating_add(OTHERS));
    if let Some(allowed) = allowed.filter(|allowed| *allowed < needed) {
        warn!(
            allowed,
            connections, "the process may open fewer files than listen.max_connections asks for"
        );
    }
}
