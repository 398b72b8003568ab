//! Invitations: an address of mail is asked to join with a role. Only whoever has proven that address may accept, once.

mod answering;
mod record;
mod sending;

pub use answering::{Accepted, Offer, accept, find, offer, reject};
pub use record::{Invitation, InvitationStatus, NewInvitation, OfferedInvitation, PresentedInvitation};
pub use sending::{SentInvitation, create, expire, list, resend, revoke, revoke_of};
