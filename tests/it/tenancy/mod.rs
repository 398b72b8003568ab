//! Where people belong: organizations, how they come to them and go, what they have from the start, which standing they
//! have.

mod auto_join;
mod deletion;
mod domain_ownership;
mod domains;
mod ids;
mod invitations;
mod members;
mod module_reach;
mod modules;
mod organizations;
mod provisioning;
mod quotas;
mod rights_of_owners;
mod status;
mod type_lists;
mod workspace_creation;
mod workspace_quotas;
mod workspace_rights;
mod workspaces;
