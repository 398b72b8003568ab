//! `signet org …`: makes organizations and says who belongs to them. It prints nothing: a report is returned.

mod arguments;
mod report;
mod run;

pub use arguments::{CreateOrganization, OrganizationCommand};
pub use report::{
    MemberView, MembershipChanged, OrganizationChanged, OrganizationCreated, OrganizationLine,
    OrganizationList, OrganizationReport, OrganizationView,
};
pub use run::run;
