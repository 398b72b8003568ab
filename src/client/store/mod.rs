//! The statements on `auth.oauth_applications`, `auth.oauth_client_secrets` and `auth.resources`.

mod application;
mod columns;
mod edit;
mod find;
mod resource;
mod secret;

pub(super) use application::{insert_client, list_clients, lock_client, set_disabled_at, set_revoked_before};
pub(super) use edit::update_client;
pub(super) use find::find_client;
pub(super) use resource::{find_resource, insert_resource};
pub(super) use secret::{expire_secrets, insert_secret};
