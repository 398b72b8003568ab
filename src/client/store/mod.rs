//! The statements on `auth.oauth_applications`, `auth.oauth_client_secrets`, `auth.client_assertions`,
//! `auth.client_icons` and `auth.resources`.

mod algorithm_use;
mod application;
mod assertion;
mod columns;
mod find;
mod icon;
mod longest_life;
mod resource;
mod secret;

pub(super) use algorithm_use::{algorithm_of_resource, algorithm_users, algorithms_of_client};
pub(super) use application::{
    delete_client, insert_client, list_clients, lock_client, set_disabled_at, set_revoked_before,
    update_client,
};
pub(super) use assertion::{AssertionUse, expire_assertions, use_assertions};
pub(super) use find::find_client;
pub(super) use icon::{delete_other_icon, find_icon, keep_icon, serve_icon};
pub(super) use longest_life::longest_life;
pub(super) use resource::{
    clients_of_resource, delete_resource, find_resource, insert_resource, list_resources, lock_resource,
    update_resource,
};
pub(super) use secret::{delete_secrets, expire_secrets, insert_secret};
