//! Owns what a preview says: of each output each hook's step, the verdict, and the claims and length that it would have.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::output::{self, PreviewContext};
use super::subject::Prepared;
use crate::base::schema::closed_lists;
use crate::claims::preview::{Candidates, Failure, HookDryRun};
use crate::claims::{MintContext, MintError};
use crate::db::DatabaseError;
use crate::hook::AskError;
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;
use crate::signing::error::VerificationError;

const ISSUED: &str = "issued";
pub(super) const REFUSED: &str = "refused";
const FAILED: &str = "failed";
const ABSENT: &str = "absent";

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
    /// A token of ours does not verify.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What hooks would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Whom the token would be about.
    pub user_id: String,
    /// For whom it would be.
    pub client_id: String,
    /// The access token's audience.
    pub audience: String,
    /// How it would come about.
    #[schema(value_type = PreviewGrantType)]
    pub grant_type: &'static str,
    /// What the built-in hook says of the membership.
    pub facts: Map<String, Value>,
    /// The access token, and each other output that a hook lists; none if nobody is asked because nothing is granted.
    pub outputs: Vec<PreviewedOutput>,
    /// What became of the grant, access token and ID token together.
    #[schema(value_type = Verdict)]
    pub verdict: &'static str,
    /// Why there would be no token.
    #[schema(required)]
    pub failure: Option<Failure>,
}

/// What hooks would do to one output.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewedOutput {
    /// Which one.
    #[schema(value_type = Output)]
    pub output: &'static str,
    /// Each hook in its order.
    pub steps: Vec<HookDryRun>,
    /// What became of it: `absent` where there is no such output whatever a hook says.
    #[schema(value_type = OutputVerdict)]
    pub verdict: &'static str,
    /// Why it would not be said.
    #[schema(required)]
    pub failure: Option<Failure>,
    /// What would be said, none if nothing.
    #[schema(required)]
    pub claims: Option<Map<String, Value>>,
    /// Its length: of the token, or of the answer.
    #[schema(required)]
    pub size_bytes: Option<usize>,
}

/// How a token can come about that is previewed.
#[derive(Debug)]
pub enum PreviewGrantType {}

enum Verdict {}

enum OutputVerdict {}

closed_lists! {
    /// How a person's token comes about.
    PreviewGrantType as "PreviewGrantType" = GrantType::of_people().map(GrantType::name);
    /// What became of a grant.
    Verdict as "PreviewVerdict" = [ISSUED, REFUSED, FAILED];
    /// Where a claim can be said.
    Output as "PreviewOutput" = Output::ALL.map(Output::name);
    /// What became of an output.
    OutputVerdict as "PreviewOutputVerdict" = [ISSUED, REFUSED, FAILED, ABSENT];
}

impl Preview {
    /// A grant is answered with all of its tokens or none.
    pub(super) fn decide(&mut self, granted: &[PreviewedOutput]) {
        let stopped = granted
            .iter()
            .find(|output| output.failure.is_some() && output.verdict != ABSENT);
        self.verdict = stopped.map_or(ISSUED, |output| output.verdict);
        self.failure = stopped.and_then(|output| output.failure.clone());
    }
}

impl PreviewedOutput {
    /// Before anybody is asked.
    pub(super) const fn of(output: Output) -> Self {
        Self {
            output: output.name(),
            steps: Vec::new(),
            verdict: FAILED,
            failure: None,
            claims: None,
            size_bytes: None,
        }
    }

    /// There is no such output here.
    pub(super) fn absent(output: Output, reason: &str) -> Self {
        Self {
            verdict: ABSENT,
            failure: Some(Failure {
                code: "no_such_output",
                reason: reason.to_owned(),
                is_refusal: false,
            }),
            ..Self::of(output)
        }
    }

    /// A hook ends it.
    pub(super) fn fails(&mut self, failure: Option<Failure>) {
        let refused = failure.as_ref().is_some_and(|failure| failure.is_refusal);
        self.verdict = if refused { REFUSED } else { FAILED };
        self.failure = failure;
    }

    /// This would be said.
    pub(super) fn says(&mut self, claims: Map<String, Value>, size: usize) {
        self.verdict = ISSUED;
        self.claims = Some(claims);
        self.size_bytes = Some(size);
    }
}

/// Asks the candidates: for the access token always, for another output where one lists it.
pub async fn preview(
    prepared: Prepared,
    mint: MintContext<'_>,
    candidates: Candidates<'_>,
) -> Result<Preview, PreviewError> {
    let Prepared { mut preview, subject } = prepared;
    if let Some(subject) = subject {
        let context = PreviewContext {
            mint,
            candidates,
            subject: &subject,
        };
        show(context, &mut preview).await?;
    }
    Ok(preview)
}

async fn show(context: PreviewContext<'_>, preview: &mut Preview) -> Result<(), PreviewError> {
    let hooks = context.candidates.hooks;
    let lists = |output| hooks.iter().any(|hook| hook.settings.outputs.contains(&output));
    let (access_token, text) = output::access_token(context).await?;
    let mut granted = vec![access_token];
    if lists(Output::IdToken) {
        granted.push(output::id_token(context, text.as_ref()).await?);
    }
    preview.decide(&granted);
    preview.outputs = granted;
    if lists(Output::Userinfo) {
        preview.outputs.push(output::userinfo(context).await?);
    }
    Ok(())
}
