//! `signet consent …`: what people allowed applications, and its withdrawal. It prints nothing: a report is returned.

use std::fmt;

use anyhow::Result;
use clap::{ArgGroup, Args, Subcommand};
use serde::Serialize;

use super::layout;
use super::organization::organization;
use super::user::user;
use crate::authorization::consent::{self, ConsentKey};
use crate::authorization::consent_view::ConsentView;
use crate::base::id::ClientId;
use crate::db::UnitOfWork;

/// What to do with consents.
#[derive(Debug, Clone, Subcommand)]
pub enum ConsentCommand {
    /// List what somebody allowed applications
    List {
        /// Id, e-mail or user name
        #[arg(long)]
        user: String,
    },
    /// Withdraw what somebody allowed an application, everywhere or in one place; what it got there ends at once
    Withdraw(WithdrawConsent),
}

/// What to withdraw.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("place").args(["org", "unbound"]))]
pub struct WithdrawConsent {
    /// Id, e-mail or user name
    #[arg(long)]
    user: String,
    /// The application's `client_id`
    #[arg(long)]
    client: String,
    /// Only what was allowed in this organization (id or slug)
    #[arg(long, value_name = "ORGANIZATION")]
    org: Option<String>,
    /// Only what was allowed in whichever organization is active
    #[arg(long)]
    unbound: bool,
    /// Of that place, what was allowed for this resource; without it, for this server itself
    #[arg(long, requires = "place")]
    resource: Option<String>,
}

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ConsentReport {
    /// What somebody allowed.
    Given(ConsentList),
    /// What was withdrawn.
    Withdrawn(ConsentWithdrawn),
}

/// What somebody allowed.
#[derive(Debug, Serialize)]
pub struct ConsentList {
    /// By application, organization and resource.
    pub consents: Vec<ConsentView>,
}

/// What was withdrawn.
#[derive(Debug, Serialize)]
pub struct ConsentWithdrawn {
    /// Whose word it was.
    pub user_id: String,
    /// To which application.
    pub client_id: String,
    /// False: there was nothing to withdraw.
    pub withdrawn: bool,
}

/// How many consents are read at a time.
const PAGE: u16 = 200;

/// Carries out a command in the caller's transaction, which the caller commits.
pub async fn run(command: ConsentCommand, work: &mut UnitOfWork) -> Result<ConsentReport> {
    match command {
        ConsentCommand::List { user: person } => {
            let person = user(work, &person).await?;
            let mut consents: Vec<ConsentView> = Vec::new();
            let mut after = None;
            loop {
                let given = consent::list(work, &person.id, after.as_ref(), PAGE).await?;
                let full = given.len() == usize::from(PAGE);
                after = given.last().map(|last| last.key.clone());
                consents.extend(given.into_iter().map(ConsentView::from));
                if !full {
                    return Ok(ConsentReport::Given(ConsentList { consents }));
                }
            }
        }
        ConsentCommand::Withdraw(words) => {
            let person = user(work, &words.user).await?;
            let client_id = ClientId::from_text(words.client);
            let organization_id = match &words.org {
                None => None,
                Some(reference) => Some(organization(work, reference).await?.id),
            };
            let withdrawn = if organization_id.is_some() || words.unbound {
                let key = ConsentKey {
                    client_id: client_id.clone(),
                    organization_id,
                    resource: words.resource,
                };
                consent::withdraw_one(work, &person.id, &key).await?
            } else {
                consent::withdraw(work, &person.id, &client_id).await?
            };
            Ok(ConsentReport::Withdrawn(ConsentWithdrawn {
                user_id: person.id.to_string(),
                client_id: client_id.to_string(),
                withdrawn,
            }))
        }
    }
}

fn cells(consent: &ConsentView) -> [String; 5] {
    let organization = match (&consent.organization_id, &consent.organization_name) {
        (None, _) => "whichever is active".to_owned(),
        (Some(id), None) => id.clone(),
        (Some(_), Some(name)) => name.clone(),
    };
    [
        consent.client_id.clone(),
        organization,
        consent.resource.clone().unwrap_or_default(),
        consent.scopes.join(" "),
        consent.granted_at.to_string(),
    ]
}

impl fmt::Display for ConsentReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(list) => {
                let told: Vec<[String; 5]> = list.consents.iter().map(cells).collect();
                let rows = told.iter().map(|cells| cells.each_ref().map(String::as_str));
                let heads = ["CLIENT", "ORGANIZATION", "RESOURCE", "SCOPES", "GIVEN AT"];
                layout::table(formatter, heads, rows)
            }
            Self::Withdrawn(said) if said.withdrawn => {
                write!(formatter, "{}: withdrawn from {}", said.user_id, said.client_id)
            }
            Self::Withdrawn(said) => write!(
                formatter,
                "{}: there was nothing to withdraw from {}",
                said.user_id, said.client_id
            ),
        }
    }
}
