//! The record of what an operator must be able to prove: a closed list of events, each one row written in the
//! transaction of the act itself. It knows no rule of the rooms that record, and holds no secret, e-mail or token.

pub mod event;
mod store;

pub use event::{
    ClientEvent, ConsentEvent, ConsentedPlace, DomainEvent, Event, GrantEvent, HookEvent, InvitationEvent,
    KekEvent, KeyEvent, LoginEvent, LoginFailureReason, MailEvent, MemberEvent, ModuleEvent,
    OrganizationEvent, QueueEvent, ResourceEvent, ServiceKeyEvent, SessionEvent, UserEvent, WorkspaceEvent,
};
pub use store::record;
