//! Owns what is stored of an event: its name, the columns of whom it is about, and its metadata.

use serde_json::Value;

use crate::base::id::{ClientId, GrantId, SessionId, UserId};

/// Something that happened.
pub trait Event: Send + Sync {
    /// What is stored of it.
    fn entry(&self) -> Entry<'_>;
}

/// The row of an event, beside what its unit of work knows.
#[derive(Debug, PartialEq)]
pub struct Entry<'a> {
    /// `auth.security_events.event_type`.
    pub name: &'static str,
    /// Whose account it is about.
    pub user: Option<&'a UserId>,
    /// Which client it is about.
    pub client: Option<&'a ClientId>,
    /// Which session it is about.
    pub session: Option<&'a SessionId>,
    /// Which grant it is about.
    pub grant: Option<&'a GrantId>,
    /// What has no column of its own: an object.
    pub metadata: Value,
}

impl<'a> Entry<'a> {
    /// An event that is about nobody yet. What it has no more to say of has `{}` as metadata.
    pub(super) const fn new(name: &'static str, metadata: Value) -> Self {
        Self {
            name,
            user: None,
            client: None,
            session: None,
            grant: None,
            metadata,
        }
    }

    /// With the person that it is about.
    pub(super) fn user(self, user: impl Into<Option<&'a UserId>>) -> Self {
        Self {
            user: user.into(),
            ..self
        }
    }

    /// With the client that it is about.
    pub(super) fn client(self, client: impl Into<Option<&'a ClientId>>) -> Self {
        Self {
            client: client.into(),
            ..self
        }
    }

    /// With the session that it is about.
    pub(super) fn session(self, session: &'a SessionId) -> Self {
        Self {
            session: Some(session),
            ..self
        }
    }

    /// With the grant that it is about.
    pub(super) fn grant(self, grant: impl Into<Option<&'a GrantId>>) -> Self {
        Self {
            grant: grant.into(),
            ..self
        }
    }
}
