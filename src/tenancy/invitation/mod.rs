//! Invitations: an address of mail is asked to join with a role. Only whoever has proven that address may accept, once.

mod accept;
mod error;
mod send;
mod store;
mod types;
mod view;

pub use accept::{Accepted, Offer, accept, find, offer, reject};
pub use error::InvitationError;
pub use send::{SentInvitation, count_acceptable, create, expire, list, resend, revoke, revoke_of};
pub use types::{
    Invitation, InvitationEnd, InvitationStatus, NewInvitation, OfferedInvitation, PresentedInvitation,
};
pub use view::{InvitationView, SentInvitationView};
