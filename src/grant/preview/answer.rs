//! Owns what a preview says: each hook's step, the verdict, and the claims and length that the token would have.

use serde::Serialize;
use serde_json::{Map, Value};

use super::subject::{Prepared, Subject};
use crate::base::id::{HookEventId, TokenId};
use crate::claims::assemble::{Decided, TokenSubject};
use crate::claims::preview::{self, Failure, Step};
use crate::db::DatabaseError;
use crate::grant::consult;
use crate::hook::ask::{Occasion, Question};
use crate::hook::definition::OnFailure;
use crate::hook::merge::Draft;
use crate::hook::{AskError, Hook, Hooks, answer};
use crate::protocol::claims::Output;
use crate::token::access_token::{self, Moment};
use crate::token::issuance::{Issuance, MintError};

/// Why there is no preview. That there would be no token is one.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// No organization has this id or slug.
    #[error("there is no organization {0:?}")]
    UnknownOrganization(String),
    /// An event could not be built.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The claims do not become a token.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What hooks would do.
#[derive(Debug, Serialize)]
pub struct Preview {
    /// Whom the token would be about.
    pub user_id: String,
    /// For whom it would be.
    pub client_id: String,
    /// Its audience.
    pub audience: String,
    /// How it would come about.
    pub grant_type: &'static str,
    /// What the built-in hook says of the membership.
    pub facts: Map<String, Value>,
    /// Each hook in its order.
    pub steps: Vec<Step>,
    /// `issued`, `refused` or `failed`.
    pub verdict: &'static str,
    /// Why there would be no token.
    pub failure: Option<Failure>,
    /// The claims of the token, none if there were none.
    pub claims: Option<Map<String, Value>>,
    /// The token's length.
    pub size_bytes: Option<usize>,
}

/// Asks these hooks, through these ways, and puts the claims together.
pub async fn preview(
    prepared: Prepared,
    issuance: &Issuance,
    (ways, hooks): (&Hooks, &[Hook]),
    moment: Moment<'_>,
) -> Result<Preview, PreviewError> {
    let Prepared { mut preview, subject } = prepared;
    if let Some(subject) = subject {
        let jti = TokenId::new(moment.now, moment.entropy);
        let additions = walk(&subject, issuance, (ways, hooks), (moment, &jti), &mut preview).await?;
        match &preview.failure {
            Some(failure) if failure.is_refusal => preview.verdict = "refused",
            Some(_) => preview.verdict = "failed",
            None => mint(&subject, issuance, moment, (jti, additions), &mut preview)?,
        }
    }
    Ok(preview)
}

/// Asks each hook in turn; what they add together.
async fn walk(
    subject: &Subject,
    issuance: &Issuance,
    (ways, hooks): (&Hooks, &[Hook]),
    (moment, jti): (Moment<'_>, &TokenId),
    preview: &mut Preview,
) -> Result<Map<String, Value>, PreviewError> {
    let now = moment.now;
    let token_subject = TokenSubject::Person(Box::new(subject.facts.clone()));
    let draft = access_token::draft(
        issuance,
        now,
        subject.recipient(),
        &token_subject,
        &subject.client.scopes,
        jti,
    );
    let occasion = Occasion {
        event_id: HookEventId::new(now, moment.entropy),
        now,
        address: None,
        user_id: &subject.user.id,
        client_id: &subject.client.client_id,
        first_party: subject.client.first_party,
        grant_type: Some(subject.grant_type.name()),
        authentication_method: consult::method(subject.grant_type),
    };
    let question = Question {
        occasion: &occasion,
        output: Output::AccessToken,
        draft: Draft {
            protocol: &draft.protocol,
            tenancy: &draft.tenancy,
            facts: &subject.facts.tenancy,
            user_role_alias: issuance.settings.user_role_alias,
            claim_names: subject.resource.as_ref().map(|resource| &resource.claim_names),
        },
    };
    let mut additions = draft.tenancy.clone();
    for hook in hooks {
        let (step, said) = preview::step(ways, hook, &question, &additions).await?;
        let stops = match &step.failure {
            Some(failure) => failure.is_refusal || hook.settings.on_failure == OnFailure::Closed,
            None => false,
        };
        if stops && preview.failure.is_none() {
            preview.failure.clone_from(&step.failure);
        }
        // A failure that falls back leaves what stood before.
        if step.failure.is_none() {
            additions = said;
        }
        preview.steps.push(step);
    }
    if let Err(error) = answer::check_size(&additions)
        && preview.failure.is_none()
    {
        preview.failure = Some(Failure::from(&error));
    }
    Ok(additions)
}

/// Puts the token together as a grant would, to see its claims and length; nobody gets it, and no grant knows it.
fn mint(
    subject: &Subject,
    issuance: &Issuance,
    moment: Moment<'_>,
    (jti, additions): (TokenId, Map<String, Value>),
    preview: &mut Preview,
) -> Result<(), MintError> {
    let mut facts = subject.facts.clone();
    facts.decided = Some(Decided {
        jti,
        access_token: Some(additions),
        id_token: None,
    });
    let token = access_token::mint(
        issuance,
        moment,
        subject.recipient(),
        &TokenSubject::Person(Box::new(facts)),
        &subject.client.scopes,
    )?;
    preview.verdict = "issued";
    preview.size_bytes = Some(token.text.expose().len());
    preview.claims = Some(token.claims);
    Ok(())
}
