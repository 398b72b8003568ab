//! Owns the notices that a session ended: a job for each application that is to hear it. One carries nothing but two ids,
//! which stand in its key, so that ending a session seals nothing, and however many are told it is one statement.

use super::job::JobKind;
use super::store::add as store;
use crate::base::id::{ClientId, JobId, SessionId};
use crate::db::{DatabaseError, UnitOfWork};

/// Tell an application that a session ended (OpenID Connect Back-Channel Logout 1.0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which ended.
    pub session: SessionId,
    /// Who is told.
    pub client: ClientId,
}

impl Notice {
    /// Both ids; the one of a client has no space in it.
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.session, self.client)
    }

    /// Reads the key back.
    pub(super) fn read(key: &str) -> Option<Self> {
        let (session, client) = key.split_once(' ')?;
        Some(Self {
            session: SessionId::from_text(session),
            client: ClientId::from_text(client),
        })
    }
}

/// Adds notices in the transaction that ends the sessions, in one statement. One that waits already stays as it is. Once
/// `most` of them wait none is added.
pub async fn notify(work: &mut UnitOfWork, notices: &[Notice], most: i64) -> Result<(), DatabaseError> {
    let (now, kind) = (work.now(), JobKind::BackchannelLogout);
    let rows: Vec<(JobId, String)> = notices
        .iter()
        .map(|notice| (JobId::new(now, work.entropy()), notice.key()))
        .collect();
    if store::insert_keys(work.connection()?, kind, &rows, most, now).await? == 0 {
        tracing::error!(
            job.kind = kind.name(),
            most,
            notices = notices.len(),
            "applications are not told that a session ended: so much waits that nothing more is taken; `signet queue \
             list` shows it"
        );
    }
    work.wakes_worker();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_everything() {
        let notice = Notice {
            session: SessionId::from_text("01890a5d-ac96-774b-bcce-b302099a8057"),
            client: ClientId::from_text("a".repeat(128)),
        };
        assert!(notice.key().len() <= 200);
        assert_eq!(Notice::read(&notice.key()), Some(notice));
        assert_eq!(Notice::read("no"), None);
    }
}
