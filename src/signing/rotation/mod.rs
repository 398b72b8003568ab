//! How our signing keys change: `next → active → retiring → retired`, and `revoked` from anywhere, each algorithm by
//! itself. What is due follows from rules without a database (`plan`); carrying it out is one conditional statement a
//! step, under a lock that one replica or command has at a time, with an entry in a log that proves it (`log`).

mod adopt;
mod change;
mod error;
mod expiry;
mod import;
mod key;
mod lock;
mod log;
mod plan;
mod policy;
mod recording;
mod restore;
mod revoke;
mod rotate;
mod serving;
mod sightings;
mod spares;
mod start;
mod stated;
mod uses;
mod verifier;
mod view;

pub use change::{Change, Changed};
pub use error::RotationError;
pub use expiry::expire_first_signatures;
pub use import::{ImportUse, import};
pub use key::Key;
pub use log::{Finding, LogProblem, Proof, head, verify};
pub use plan::{Step, StepKind, plan, steps};
pub use policy::{Policy, Wait};
pub use recording::{expire_verifiers, write_down};
pub use revoke::{Ended, Revocation, preview_revocation, revoke};
pub use rotate::{Rotation, advance, is_ready, lacking, request, try_advance};
pub use serving::{Served, note_serving, returning, signing_now};
pub use sightings::{Fetcher, Sightings};
pub use spares::{NewKeys, Pace, Spares};
pub use stated::StatedPolicy;
pub use uses::{Used, write_down_uses};
pub use verifier::{Verifier, first_names};
pub use view::{Publisher, Request, View};

pub(super) use start::start;
pub(super) use uses::{KeyUse, Uses};
