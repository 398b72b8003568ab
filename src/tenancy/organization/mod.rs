//! Organizations (spaces): what one is, making, changing, finding and ending them, and which ones every person has from the
//! start.

mod delete;
mod error;
mod free_slug;
mod lock;
mod new_user;
mod service;
mod settings;
mod store;
mod types;
mod values;
mod view;

pub use delete::{delete, leave_everything, lock_owned, owned_alone};
pub use error::OrganizationError;
pub use new_user::{OrganizationsOfNewUser, make_for_new_user};
pub use service::{create, find, joined_by, list, show};
pub use settings::{
    rename, resume, revoke_tokens, set_branding, set_flag, set_global, set_plan, set_slug, set_tier,
    set_type, suspend,
};
pub use types::{NewOrganization, Organization, OrganizationType};
pub use values::{Branding, FeatureFlags, Plan, SettingsError};
pub use view::OrganizationView;

pub(super) use lock::{is_global, lock, lock_in_order};
