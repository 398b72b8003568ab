//! The statements on `auth.invitations`.

mod accept;
mod send;

pub(super) use accept::{Presented, accept, present, reject};
pub(super) use send::{
    InvitationRow, NewToken, cancel_pending, cancel_pending_of, count_acceptable, count_pending,
    expire_invitations, insert_invitation, list_invitations, pending_role, replace_token, settle_expired,
};
