//! `signet org …`: makes organizations, says who belongs to them, who is asked to come and which domains are theirs.
//! It prints nothing: a report is returned.

mod arguments;
mod delete;
mod domains;
mod global;
mod invitations;
mod lookup;
mod members;
mod report;
mod run;
mod views;

pub use arguments::{CreateOrganization, Of, OrganizationCommand, SettingsCommand};
pub use domains::{Claim, DomainCommand};
pub use invitations::InvitationCommand;
pub(super) use lookup::organization;
pub use members::{MemberCommand, Membership};
pub use report::{
    MemberDetails, MemberList, MembershipChanged, OrganizationChanged, OrganizationCreated,
    OrganizationDetails, OrganizationList, OrganizationReport,
};
pub use run::run;
pub use views::{DomainDetails, DomainList, InvitationDetails, InvitationList};
