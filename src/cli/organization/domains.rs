//! Owns the commands on domains. A proof is looked up between two transactions.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::arguments::Of;
use super::lookup::organization;
use super::report::OrganizationReport;
use super::run::changed;
use super::views::{DomainDetails, DomainList};
use crate::base::dns::Dns;
use crate::base::id::OrganizationId;
use crate::cli::operator;
use crate::config::SignetConfig;
use crate::db::UnitOfWork;
use crate::tenancy::domain::{self, DomainName, Settled};
use crate::tenancy::{JoinsAs, MemberRole, WorkspaceCreation};

/// What to do with domains.
#[derive(Debug, Clone, Subcommand)]
pub enum DomainCommand {
    /// Claim a domain; the answer says which TXT record proves it
    ClaimDomain {
        #[command(flatten)]
        claim: Claim,
        /// As what people join whose proven address is there: neither owner nor admin
        #[arg(long, default_value = "member", conflicts_with = "no_auto_join")]
        role: String,
        /// Whoever joins may make workspaces of their own
        #[arg(long, conflicts_with = "no_auto_join")]
        can_create_workspaces: bool,
        /// Nobody joins by their address
        #[arg(long)]
        no_auto_join: bool,
    },
    /// Look the TXT record up: prove a claim, or see whether a proven one still holds
    VerifyDomain {
        #[command(flatten)]
        claim: Claim,
    },
    /// Replace the TXT record that proves a claim; until the new one stands, the domain is nobody's
    RenewDomain {
        #[command(flatten)]
        claim: Claim,
    },
    /// Say as what people join by their address; without a role they do not
    SetDomainRole {
        #[command(flatten)]
        claim: Claim,
        /// The role: neither owner nor admin
        #[arg(long)]
        role: Option<String>,
        /// Whoever joins may make workspaces of their own
        #[arg(long, requires = "role")]
        can_create_workspaces: bool,
    },
    /// Give a domain up; whoever joined by it stays
    ReleaseDomain {
        #[command(flatten)]
        claim: Claim,
    },
    /// List an organization's domains
    Domains {
        #[command(flatten)]
        of: Of,
    },
}

/// A claim.
#[derive(Debug, Clone, Args)]
pub struct Claim {
    /// The organization's id or slug
    #[arg(long)]
    pub org: String,
    /// The domain
    #[arg(long)]
    pub domain: String,
}

/// Runs a command on the configured database.
pub(super) async fn run(command: DomainCommand, config: &SignetConfig) -> Result<OrganizationReport> {
    if let DomainCommand::VerifyDomain { claim } = &command {
        return verify(claim, config).await;
    }
    let mut work = operator::begin(config).await?;
    let report = carry_out(command, config, &mut work).await?;
    work.commit().await?;
    Ok(report)
}

async fn carry_out(
    command: DomainCommand,
    config: &SignetConfig,
    work: &mut UnitOfWork,
) -> Result<OrganizationReport> {
    match command {
        DomainCommand::ClaimDomain {
            claim,
            role,
            can_create_workspaces,
            no_auto_join,
        } => {
            let role = (!no_auto_join).then_some(role);
            let joins = joins(role.as_deref(), can_create_workspaces)?;
            let (org, name) = both(work, &claim, config).await?;
            let made = domain::claim(work, &org, &name, joins.as_ref(), &config.quotas).await?;
            Ok(OrganizationReport::Domain(made.into()))
        }
        DomainCommand::RenewDomain { claim } => {
            let (org, name) = both(work, &claim, config).await?;
            let renewed = domain::renew(work, &org, &name).await?;
            Ok(OrganizationReport::Domain(renewed.into()))
        }
        DomainCommand::SetDomainRole {
            claim,
            role,
            can_create_workspaces,
        } => {
            let joins = joins(role.as_deref(), can_create_workspaces)?;
            let (org, name) = both(work, &claim, config).await?;
            domain::set_auto_join(work, &org, &name, joins.as_ref()).await?;
            let done = joins.map_or_else(
                || "nobody joins".to_owned(),
                |joins| {
                    let workspaces = match joins.workspace_creation {
                        WorkspaceCreation::Allowed => ", and make workspaces",
                        WorkspaceCreation::Refused => "",
                    };
                    format!("people join as {}{workspaces}", joins.role)
                },
            );
            Ok(changed(&org, format!("{name}: {done}")))
        }
        DomainCommand::ReleaseDomain { claim } => {
            let (org, name) = both(work, &claim, config).await?;
            domain::release(work, &org, &name).await?;
            Ok(changed(&org, format!("{name} released")))
        }
        DomainCommand::Domains { of } => {
            let org = organization(work, of.organization()).await?.id;
            let found = domain::list(work, &org).await?;
            let domains = found.into_iter().map(Into::into).collect();
            Ok(OrganizationReport::Domains(DomainList { domains }))
        }
        DomainCommand::VerifyDomain { .. } => anyhow::bail!("a proof has transactions of its own"),
    }
}

fn joins(role: Option<&str>, can_create_workspaces: bool) -> Result<Option<JoinsAs>> {
    let role = role.map(MemberRole::parse).transpose()?;
    Ok(role.map(|role| JoinsAs {
        role,
        workspace_creation: WorkspaceCreation::of(can_create_workspaces),
    }))
}

async fn verify(claim: &Claim, config: &SignetConfig) -> Result<OrganizationReport> {
    let mut work = operator::begin(config).await?;
    let (org, name) = both(&mut work, claim, config).await?;
    let challenge = domain::challenge(&mut work, &org, &name).await?;
    work.rollback().await?;
    let dns = Dns::new(config.domains.dns_servers.clone());
    let proof = domain::look_up(&dns, &challenge).await?;
    let mut work = operator::begin(config).await?;
    let settled = domain::settle(&mut work, &challenge, proof).await?;
    work.commit().await?;
    Ok(match settled {
        Settled::Verified(claim) => OrganizationReport::Domain(claim.into()),
        Settled::Lost(claim) => OrganizationReport::Domain(DomainDetails {
            problem: Some("the record is gone: the domain is no longer the organization's"),
            ..claim.into()
        }),
    })
}

async fn both(
    work: &mut UnitOfWork,
    claim: &Claim,
    config: &SignetConfig,
) -> Result<(OrganizationId, DomainName)> {
    let name = DomainName::parse(&claim.domain, &config.domains.public_mail)?;
    Ok((organization(work, &claim.org).await?.id, name))
}
