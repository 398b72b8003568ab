//! Owns every statement on `auth.users`.

mod change;
mod find;
mod insert;

pub(super) use change::{
    change_status, set_deleted, set_email, set_email_verified, set_locale, set_profile, set_revoked_before,
    set_role, set_tier, set_user_name,
};
pub(super) use find::{find, find_by_identifier, list, lock};
pub(super) use insert::insert;
