//! `signet hook preview`: what hooks would do to what is said of one person, without minting a token for anybody.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use super::preview_output::{self, Subject};
use super::preview_report::PreviewReport;
use super::workbench::Workbench;
use crate::authentication::Assurance;
use crate::authentication::assurance::Proof;
use crate::base::id::{ClientId, GrantId, SessionId};
use crate::claims::assemble::GrantFacts;
use crate::claims::preview::Failure;
use crate::cli::user::user;
use crate::cli::values;
use crate::client::{Client, service};
use crate::hook::{Hook, Hooks, answer};
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::ORGANIZATIONS;
use crate::user::User;

/// `signet hook preview`
#[derive(Debug, Clone, Args)]
pub struct PreviewArguments {
    /// The person's id, e-mail or user name
    #[arg(long)]
    user: String,
    /// The client's id
    #[arg(long)]
    client: String,
    /// The organization that is asked for, by id or slug
    #[arg(long)]
    org: Option<String>,
    /// How the token comes about
    #[arg(long, value_parser = grant_type(), default_value = "authorization_code")]
    grant: GrantType,
    /// Ask this registered hook only, enabled or not, for the outputs that it lists
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    hook: Option<String>,
    /// Ask this function only, registered or not, as an additive hook
    #[arg(long, value_name = "SCHEMA.FUNCTION")]
    target: Option<String>,
    /// An output that the function is asked for; repeat for several; without it the access token
    #[arg(
        long = "output",
        requires = "target",
        value_parser = values::one_of(Output::ALL.map(Output::name), Output::parse)
    )]
    outputs: Vec<Output>,
}

fn grant_type() -> impl clap::builder::TypedValueParser<Value = GrantType> {
    let of_people = [GrantType::AuthorizationCode, GrantType::RefreshToken];
    values::one_of(of_people.map(GrantType::name), GrantType::parse)
}

/// Previews.
pub(super) async fn run(arguments: PreviewArguments, bench: &mut Workbench) -> Result<PreviewReport> {
    let hooks = asked(&arguments, bench).await?;
    let user = user(&mut bench.work, &arguments.user).await?;
    let client = service::show(&mut bench.work, &ClientId::from_text(arguments.client.as_str())).await?;
    let resource = match &client.default_resource {
        Some(identifier) => bench.resources.find(identifier).await?,
        None => None,
    };
    let scope = client.scopes.clone();
    let facts = Hooks::facts(&mut bench.work, &user.id, arguments.org.as_deref(), &scope).await?;
    let mut report = PreviewReport {
        user_id: user.id.to_string(),
        client_id: client.client_id.to_string(),
        audience: resource
            .as_ref()
            .map_or(bench.issuance.issuer.as_str(), |resource| &resource.identifier)
            .to_owned(),
        grant_type: arguments.grant.name(),
        facts: Map::new(),
        outputs: Vec::new(),
        verdict: "refused",
        failure: None,
    };
    let tenancy = match (answer::read(facts), refusal(&user, &client)) {
        (Err(error), _) => {
            report.failure = Some(Failure::from(&error));
            return Ok(report);
        }
        (Ok(_), Some(refusal)) => {
            report.failure = Some(refusal);
            return Ok(report);
        }
        (Ok(tenancy), None) => tenancy,
    };
    report.facts = tenancy.clone();
    let organizations = if scope.contains(ORGANIZATIONS) {
        Some(Hooks::organizations(&mut bench.work, &user.id).await?)
    } else {
        None
    };
    let subject = Subject {
        facts: facts_of(bench, &user, &client, tenancy),
        scope,
        resource: resource.map(|resource| (*resource).clone()),
        user,
        client,
        organizations,
        grant_type: arguments.grant,
    };
    show(bench, &subject, &hooks, &mut report).await?;
    Ok(report)
}

/// The access token always, another output where a hook lists it.
async fn show(
    bench: &Workbench,
    subject: &Subject,
    hooks: &[Hook],
    report: &mut PreviewReport,
) -> Result<()> {
    let lists = |output| hooks.iter().any(|hook| hook.settings.outputs.contains(&output));
    let (access_token, text) = preview_output::access_token(bench, subject, hooks).await?;
    let mut granted = vec![access_token];
    if lists(Output::IdToken) {
        granted.push(preview_output::id_token(bench, subject, hooks, text.as_ref()).await?);
    }
    report.decide(&granted);
    report.outputs = granted;
    if lists(Output::Userinfo) {
        let answer = preview_output::userinfo(bench, subject, hooks).await?;
        report.outputs.push(answer);
    }
    Ok(())
}

/// Why no grant of this person and client is answered at all.
fn refusal(user: &User, client: &Client) -> Option<Failure> {
    if client.disabled {
        return Some(Failure {
            code: "client_disabled",
            reason: "the client is disabled: no grant of it is answered".to_owned(),
            is_refusal: true,
        });
    }
    (!user.status.may_grant()).then(|| Failure {
        code: "account_not_active",
        reason: format!(
            "the account is {}: no grant of it is answered",
            user.status.name()
        ),
        is_refusal: true,
    })
}

/// Which hooks are asked, in their order.
async fn asked(arguments: &PreviewArguments, bench: &mut Workbench) -> Result<Vec<Hook>> {
    if let Some(name) = &arguments.hook {
        return Ok(vec![bench.hook(name).await?]);
    }
    if let Some(target) = &arguments.target {
        let mut hook = Workbench::function(target)?;
        if !arguments.outputs.is_empty() {
            hook.settings.outputs = arguments.outputs.iter().copied().collect();
        }
        return Ok(vec![hook]);
    }
    let set = bench.hooks.current();
    Ok(set
        .all()
        .filter(|hook| !hook.settings.shadow)
        .map(|hook| (**hook).clone())
        .collect())
}

/// A grant that never was, of a person who has just signed in with a password.
fn facts_of(bench: &Workbench, user: &User, client: &Client, tenancy: Map<String, Value>) -> GrantFacts {
    let (now, entropy) = (bench.work.now(), bench.work.entropy());
    GrantFacts {
        grant_id: GrantId::new(now, entropy),
        client_id: client.client_id.clone(),
        user_id: user.id.clone(),
        session_id: Some(SessionId::new(now, entropy)),
        assurance: Assurance::of(&[Proof::Password], now),
        tenancy,
        decided: None,
    }
}
