//! Where people belong: what they have from the start, which standing they have, and how they go.

mod deletion;
mod modules;
mod provisioning;
mod status;
mod workspace_rights;
mod workspaces;
