//! The statements on `auth.organizations` and `auth.organization_slugs`.

mod create;
mod delete;
mod find;
mod lock;
mod settings;

pub(super) use create::{OrganizationRow, first_free_slug, insert};
pub(super) use delete::{owned_alone, set_deleted, set_personal_deleted};
pub(super) use find::{count_made_by, find, find_personal, is_global, list, list_joined};
pub(super) use lock::{lock, lock_in_order, lock_owned};
pub(super) use settings::{
    set_branding, set_feature_flags, set_global, set_name, set_plan, set_revoked_before, set_slug,
    set_suspended_at, set_tier, set_type,
};
