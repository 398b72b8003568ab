//! Owns the closed list of what can wait in the queue, and how each is written down. A kind that is added here gets its
//! lane in `lane` and the way in which it is done in `jobs::queue`; the compiler names both places.

use zeroize::Zeroizing;

use crate::mail::Mail;

/// What kind of work it is: each has a lane of its own, so that none holds up another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A mail to a person.
    Mail,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 1] = [Self::Mail];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something to do.
#[derive(Debug, Clone)]
pub enum Job {
    /// Send a mail.
    Mail(Box<Mail>),
}

/// What a job that cannot be read back says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stored {
    /// It has no payload, and needs one.
    #[error("it says nothing of what is to be done")]
    Empty,
    /// The payload is none of this version.
    #[error("this version cannot read what is to be done")]
    Unreadable,
}

impl Job {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> JobKind {
        match self {
            Self::Mail(_) => JobKind::Mail,
        }
    }

    /// What it is about, if a later job about the same makes this one pointless while it waits. At most 200 characters.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match self {
            Self::Mail(mail) => mail.replaces(),
        }
    }

    /// What it carries, as JSON; none if its key says everything.
    pub(super) fn payload(&self) -> Result<Option<Zeroizing<Vec<u8>>>, serde_json::Error> {
        match self {
            Self::Mail(mail) => serde_json::to_vec(mail).map(Zeroizing::new).map(Some),
        }
    }

    /// Reads a job back.
    pub(super) fn read(kind: JobKind, payload: Option<&[u8]>) -> Result<Self, Stored> {
        match kind {
            JobKind::Mail => {
                let mail = serde_json::from_slice(payload.ok_or(Stored::Empty)?);
                Ok(Self::Mail(mail.map_err(|_| Stored::Unreadable)?))
            }
        }
    }

    /// What it is in a few words for an operator: no secret.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Mail(mail) => mail.told(),
        }
    }
}
