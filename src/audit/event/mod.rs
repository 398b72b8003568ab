//! The closed list of what can happen, a file for each noun. An event stands beside its name, its columns and its
//! metadata: identifiers and closed words only, never a secret, a token, a name or an address of mail.
#![expect(
    missing_docs,
    reason = "the fields are identifiers under the names that every room uses"
)]

mod client;
mod consent;
mod domain;
mod entry;
mod grant;
mod hook;
mod invitation;
mod kek;
mod key;
mod login;
mod mail;
mod member;
mod module;
mod organization;
mod platform;
mod queue;
mod resource;
mod service_key;
mod session;
#[cfg(test)]
mod tests;
mod user;
mod workspace;

pub use client::ClientEvent;
pub use consent::{ConsentEvent, ConsentedPlace};
pub use domain::DomainEvent;
pub use entry::{Entry, Event};
pub use grant::GrantEvent;
pub use hook::HookEvent;
pub use invitation::InvitationEvent;
pub use kek::KekEvent;
pub use key::KeyEvent;
pub use login::{LoginEvent, LoginFailureReason};
pub use mail::MailEvent;
pub use member::MemberEvent;
pub use module::ModuleEvent;
pub use organization::OrganizationEvent;
pub use platform::PlatformEvent;
pub use queue::QueueEvent;
pub use resource::ResourceEvent;
pub use service_key::ServiceKeyEvent;
pub use session::SessionEvent;
pub use user::UserEvent;
pub use workspace::WorkspaceEvent;
