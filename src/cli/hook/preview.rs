//! `signet hook preview`: what hooks would do to one person's access token, without minting one for anybody.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Map, Value};

use super::preview_report::PreviewReport;
use super::workbench::Workbench;
use crate::authentication::Assurance;
use crate::authentication::assurance::Proof;
use crate::base::id::{ClientId, GrantId, HookEventId, SessionId, TokenId};
use crate::claims::assemble::{Decided, GrantFacts, TokenSubject};
use crate::claims::preview::{self, Failure};
use crate::cli::user::user;
use crate::cli::values;
use crate::client::{Client, Resource, service};
use crate::grant::consult;
use crate::hook::ask::{Occasion, Question};
use crate::hook::definition::OnFailure;
use crate::hook::merge::Draft;
use crate::hook::{Hook, Hooks, answer};
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;
use crate::token::access_token::{self, Moment, Recipient};
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
    /// Ask this registered hook only, enabled or not
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    hook: Option<String>,
    /// Ask this function only, registered or not, as an additive hook
    #[arg(long, value_name = "SCHEMA.FUNCTION")]
    target: Option<String>,
}

fn grant_type() -> impl clap::builder::TypedValueParser<Value = GrantType> {
    let of_people = [GrantType::AuthorizationCode, GrantType::RefreshToken];
    values::one_of(of_people.map(GrantType::name), GrantType::parse)
}

/// Whom and what a preview is about.
struct Subject {
    user: User,
    client: Client,
    resource: Option<Resource>,
    facts: GrantFacts,
    scope: Scope,
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
    let facts = Hooks::facts(&mut bench.work, &user.id, arguments.org.as_deref()).await?;
    let mut report = PreviewReport {
        user_id: user.id.to_string(),
        client_id: client.client_id.to_string(),
        audience: resource
            .as_ref()
            .map_or(bench.issuance.issuer.as_str(), |resource| &resource.identifier)
            .to_owned(),
        grant_type: arguments.grant.name(),
        facts: Map::new(),
        steps: Vec::new(),
        verdict: "refused",
        failure: None,
        claims: None,
        size_bytes: None,
    };
    match answer::read(facts) {
        Err(error) => report.failure = Some(Failure::from(&error)),
        Ok(_) if client.disabled => {
            report.failure = Some(Failure {
                code: "client_disabled",
                reason: "the client is disabled: no grant of it is answered".to_owned(),
                is_refusal: true,
            });
        }
        Ok(_) if !user.status.may_grant() => {
            let reason = format!(
                "the account is {}: no grant of it is answered",
                user.status.name()
            );
            report.failure = Some(Failure {
                code: "account_not_active",
                reason,
                is_refusal: true,
            });
        }
        Ok(tenancy) => {
            report.facts = tenancy.clone();
            let subject = Subject {
                facts: facts_of(bench, &user, &client, tenancy),
                scope: client.scopes.clone(),
                resource: resource.map(|resource| (*resource).clone()),
                user,
                client,
            };
            walk(bench, &subject, (&arguments, &hooks), &mut report).await?;
        }
    }
    Ok(report)
}

/// Which hooks are asked.
async fn asked(arguments: &PreviewArguments, bench: &mut Workbench) -> Result<Vec<Hook>> {
    if let Some(name) = &arguments.hook {
        return Ok(vec![bench.hook(name).await?]);
    }
    if let Some(target) = &arguments.target {
        return Ok(vec![Workbench::function(target)?]);
    }
    let set = bench.hooks.current();
    Ok(set
        .deciding(Output::AccessToken)
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

/// Asks each hook in turn, and puts the claims together.
async fn walk(
    bench: &Workbench,
    subject: &Subject,
    (arguments, hooks): (&PreviewArguments, &[Hook]),
    report: &mut PreviewReport,
) -> Result<()> {
    let now = bench.work.now();
    let recipient = Recipient {
        client: &subject.client,
        resource: subject.resource.as_ref(),
    };
    let token_subject = TokenSubject::Person(Box::new(subject.facts.clone()));
    let jti = TokenId::new(now, bench.work.entropy());
    let draft = access_token::draft(
        &bench.issuance,
        now,
        recipient,
        &token_subject,
        &subject.scope,
        &jti,
    );
    let occasion = Occasion {
        event_id: HookEventId::new(now, bench.work.entropy()),
        now,
        address: None,
        user_id: &subject.user.id,
        client_id: &subject.client.client_id,
        first_party: subject.client.first_party,
        grant_type: Some(arguments.grant.name()),
        authentication_method: consult::method(arguments.grant),
    };
    let question = Question {
        occasion: &occasion,
        output: Output::AccessToken,
        draft: Draft {
            protocol: &draft.protocol,
            tenancy: &draft.tenancy,
            facts: &subject.facts.tenancy,
            user_role_alias: bench.issuance.settings.user_role_alias,
            claim_names: subject.resource.as_ref().map(|resource| &resource.claim_names),
        },
    };
    let mut additions = draft.tenancy.clone();
    for hook in hooks {
        let (step, said) = preview::step(&bench.hooks, hook, &question, &additions).await?;
        let stops = match &step.failure {
            Some(failure) => failure.is_refusal || hook.settings.on_failure == OnFailure::Closed,
            None => false,
        };
        if stops && report.failure.is_none() {
            report.failure.clone_from(&step.failure);
        }
        // A failure that falls back leaves what stood before.
        if step.failure.is_none() {
            additions = said;
        }
        report.steps.push(step);
    }
    if let Err(error) = answer::check_size(&additions)
        && report.failure.is_none()
    {
        report.failure = Some(Failure::from(&error));
    }
    match &report.failure {
        Some(failure) if failure.is_refusal => report.verdict = "refused",
        Some(_) => report.verdict = "failed",
        None => mint(bench, subject, (jti, additions), report)?,
    }
    Ok(())
}

/// Puts the token together as a grant would, to see its claims and length; nobody gets it, and no grant knows it.
fn mint(
    bench: &Workbench,
    subject: &Subject,
    (jti, additions): (TokenId, Map<String, Value>),
    report: &mut PreviewReport,
) -> Result<()> {
    let mut facts = subject.facts.clone();
    facts.decided = Some(Decided {
        jti,
        access_token: Some(additions),
        id_token: None,
    });
    let moment = Moment {
        now: bench.work.now(),
        entropy: bench.work.entropy(),
        epoch: bench.work.epoch(),
    };
    let recipient = Recipient {
        client: &subject.client,
        resource: subject.resource.as_ref(),
    };
    let subject_of_token = TokenSubject::Person(Box::new(facts));
    let token = access_token::mint(
        &bench.issuance,
        moment,
        recipient,
        &subject_of_token,
        &subject.scope,
    )
    .context("the claims do not become a token")?;
    report.verdict = "issued";
    report.size_bytes = Some(token.text.expose().len());
    report.claims = Some(token.claims);
    Ok(())
}
