//! Owns the commands on who is asked to come. A token is shown once, where it is made; one that is used is read from a
//! file or standard input, never from the arguments that every process can see.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Subcommand;

use super::arguments::Of;
use super::lookup::organization;
use super::members;
use super::report::{OrganizationChanged, OrganizationReport};
use super::views::InvitationList;
use crate::base::handle::{Handle, Kind};
use crate::base::id::InvitationId;
use crate::cli::operator::Operator;
use crate::cli::user::user;
use crate::cli::values;
use crate::config::SignetConfig;
use crate::db::UnitOfWork;
use crate::http::respond::interaction_page;
use crate::lifecycle::invite::{self, Inviting};
use crate::lifecycle::send_mail::Post;
use crate::protocol::issuer::Issuer;
use crate::tenancy::invitation::{self, NewInvitation};
use crate::tenancy::{JoinsAs, MemberRole, WorkspaceCreation};
use crate::user::EmailAddress;

/// What to do with invitations.
#[derive(Debug, Clone, Subcommand)]
pub enum InvitationCommand {
    /// Invite an address: its link is mailed where mail is sent; the token is shown once, for a message of your own
    Invite {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The address
        #[arg(long)]
        email: String,
        /// owner, admin, member, viewer, or a role of the organization's own
        #[arg(long, default_value = "member")]
        role: String,
        /// Whoever joins may make workspaces of their own
        #[arg(long)]
        can_create_workspaces: bool,
        /// For how long, such as 24h or 7d; at most 90d
        #[arg(long, value_parser = values::duration)]
        expires: Option<Duration>,
    },
    /// List an organization's invitations, pending and over, in the order in which they were made
    Invitations {
        #[command(flatten)]
        of: Of,
        /// Begin after this id
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
    /// Give a pending invitation a new token; the old one is dead
    ResendInvitation {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The invitation's id
        #[arg(long)]
        id: String,
        /// For how long from now, such as 24h or 7d; at most 90d
        #[arg(long, value_parser = values::duration)]
        expires: Option<Duration>,
    },
    /// Take a pending invitation back
    RevokeInvitation {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The invitation's id
        #[arg(long)]
        id: String,
    },
    /// Let a person join by an invitation; they have proven its address
    AcceptInvitation {
        /// The person's id, e-mail or user name
        #[arg(long)]
        user: String,
        /// A file with the token; - is standard input
        #[arg(long)]
        token_file: PathBuf,
    },
    /// Decline an invitation for the person who has proven its address
    RejectInvitation {
        /// The person's id, e-mail or user name
        #[arg(long)]
        user: String,
        /// A file with the token; - is standard input
        #[arg(long)]
        token_file: PathBuf,
    },
}

/// Carries out a command, in one transaction. What goes into a mail is sealed.
pub(super) async fn run(command: InvitationCommand, config: &SignetConfig) -> Result<OrganizationReport> {
    let operator = Operator::open(config).await?;
    let keyring = match &command {
        InvitationCommand::Invite { .. } | InvitationCommand::ResendInvitation { .. }
            if config.mail.is_sent() =>
        {
            Some((
                operator.keyring(config).await?,
                Issuer::parse(&config.issuer).context("issuer")?,
            ))
        }
        _ => None,
    };
    let (keyring, issuer) = keyring.unzip();
    let link = |token: &Handle| {
        let url = |issuer| interaction_page::invitation_url(issuer, token.expose());
        issuer.as_ref().map(url).unwrap_or_default()
    };
    let inviting = Inviting {
        quotas: &config.quotas,
        post: keyring
            .as_ref()
            .and_then(|keyring| Post::configured(config, keyring)),
        link,
    };
    let mut work = operator.begin().await?;
    let report = carry_out(command, &mut work, &inviting).await?;
    work.commit().await?;
    Ok(report)
}

async fn carry_out<L: Fn(&Handle) -> String>(
    command: InvitationCommand,
    work: &mut UnitOfWork,
    inviting: &Inviting<'_, L>,
) -> Result<OrganizationReport> {
    match command {
        InvitationCommand::Invite {
            org,
            email,
            role,
            can_create_workspaces,
            expires,
        } => {
            let joins = JoinsAs {
                role: MemberRole::parse(&role)?,
                workspace_creation: WorkspaceCreation::of(can_create_workspaces),
            };
            let new = NewInvitation::new(EmailAddress::parse(&email)?, joins, expires)?;
            let org = organization(work, &org).await?.id;
            let sent = invite::invite(work, &org, &new, inviting).await?;
            Ok(OrganizationReport::Invited((&sent).into()))
        }
        InvitationCommand::Invitations { of, after, limit } => {
            let org = organization(work, of.organization()).await?.id;
            let after = after.as_deref().map(InvitationId::read);
            let now = work.now();
            let found = invitation::list(work, &org, after.as_ref(), limit).await?;
            let list = InvitationList::new(found, now);
            Ok(OrganizationReport::Invitations(list))
        }
        InvitationCommand::ResendInvitation { org, id, expires } => {
            let org = organization(work, &org).await?.id;
            let id = InvitationId::read(&id);
            let sent = invite::invite_again(work, (&org, &id), expires, inviting).await?;
            Ok(OrganizationReport::Invited((&sent).into()))
        }
        InvitationCommand::RevokeInvitation { org, id } => {
            let org = organization(work, &org).await?.id;
            let id = InvitationId::read(&id);
            invitation::revoke(work, &org, &id).await?;
            Ok(OrganizationReport::Changed(OrganizationChanged {
                organization_id: org.to_string(),
                done: format!("invitation {id} revoked"),
            }))
        }
        InvitationCommand::AcceptInvitation {
            user: person,
            token_file,
        } => {
            let token = token(&token_file)?;
            let person = user(work, &person).await?.id;
            let accepted = invitation::accept(work, &token, &person).await?;
            let done = format!("joined as {}", accepted.role);
            Ok(members::changed(&accepted.organization_id, &person, done))
        }
        InvitationCommand::RejectInvitation {
            user: person,
            token_file,
        } => {
            let token = token(&token_file)?;
            let person = user(work, &person).await?.id;
            let organization = invitation::reject(work, &token, &person).await?;
            Ok(members::changed(&organization, &person, "declined".to_owned()))
        }
    }
}

fn token(path: &Path) -> Result<Handle> {
    let text = values::secret_from(path)?;
    Handle::parse(Kind::Invitation, text.expose())
        .context("that is no token of an invitation; it begins with iv_")
}
