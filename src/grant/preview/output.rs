//! Owns what a preview does for one output: asks the hooks that list it, each with what stands by then, and puts
//! together what would be said. Nobody gets it, and no grant knows it.

use serde_json::{Map, Value};

use super::report::{PreviewError, PreviewedOutput};
use super::subject::Subject;
use crate::base::id::{HookEventId, TokenId};
use crate::base::secret::Secret;
use crate::claims::assemble::{self, Decided, TokenSubject};
use crate::claims::outputs::Switches;
use crate::claims::preview::{self, Failure, HookDryRun};
use crate::grant::consult;
use crate::hook::ask::{Occasion, Question};
use crate::hook::definition::OnFailure;
use crate::hook::merge::Draft;
use crate::hook::{Hook, Hooks, response};
use crate::protocol::claims::{self, Output};
use crate::protocol::scope::{OPENID, ORGANIZATIONS};
use crate::signing::key_set::KeySet;
use crate::token::access_token::{self, MintContext, Recipient};
use crate::token::id_token::{self, IdTokenContent};
use crate::token::token_issuer::{MintError, TokenIssuer};

/// What a dry run stands on.
pub(super) struct Bench<'a> {
    pub(super) token_issuer: &'a TokenIssuer,
    pub(super) keys: &'a KeySet,
    pub(super) hooks: &'a Hooks,
    pub(super) mint: MintContext<'a>,
}

impl Subject {
    fn occasion(&self, bench: &Bench<'_>, output: Output) -> Occasion<'_> {
        let now = bench.mint.now;
        let (grant_type, method) = match output {
            Output::AccessToken | Output::IdToken => {
                (Some(self.grant_type.name()), consult::method(self.grant_type))
            }
            Output::Userinfo => (None, "userinfo"),
        };
        Occasion {
            event_id: HookEventId::new(now, bench.mint.entropy),
            now,
            address: None,
            user_id: &self.user.id,
            client_id: &self.client.client_id,
            first_party: self.client.metadata.first_party,
            grant_type,
            authentication_method: method,
            since: None,
            preview: true,
        }
    }

    fn recipient(&self) -> Recipient<'_> {
        Recipient {
            client: &self.client,
            resource: self.resource.as_ref(),
        }
    }

    fn standard(&self) -> Map<String, Value> {
        let named = self.scope.iter().flat_map(claims::of_scope).copied();
        self.user.profile.claims(named)
    }

    fn content<'a>(&'a self, access_token: Option<&'a Secret>) -> IdTokenContent<'a> {
        IdTokenContent {
            nonce: None,
            access_token,
            scope: &self.scope,
            standard: if self.client.has_full_id_token() {
                self.standard()
            } else {
                Map::new()
            },
        }
    }
}

/// The access token, and its text if there would be one.
pub(super) async fn access_token(
    bench: &Bench<'_>,
    subject: &Subject,
    hooks: &[Hook],
) -> Result<(PreviewedOutput, Option<Secret>), PreviewError> {
    let now = bench.mint.now;
    let jti = TokenId::new(now, bench.mint.entropy);
    let of_token = TokenSubject::Person(Box::new(subject.facts.clone()));
    let (recipient, scope) = (subject.recipient(), &subject.scope);
    let draft = access_token::draft(bench.token_issuer, now, recipient, &of_token, scope, &jti);
    let occasion = subject.occasion(bench, Output::AccessToken);
    let names = subject.resource.as_ref().map(|resource| &resource.claim_names);
    let question = Question {
        occasion: &occasion,
        output: Output::AccessToken,
        draft: Draft {
            claim_names: names,
            ..asked_about(bench, &draft, &subject.facts.tenancy)
        },
    };
    let (mut report, additions) = walk(bench, hooks, &question).await?;
    let Some(additions) = additions else {
        return Ok((report, None));
    };
    let mut facts = subject.facts.clone();
    facts.decided = Some(Decided {
        jti,
        access_token: Some(additions),
        id_token: None,
    });
    let of_token = TokenSubject::Person(Box::new(facts));
    let token = access_token::mint(
        bench.token_issuer,
        bench.keys,
        bench.mint,
        recipient,
        &of_token,
        scope,
    )?;
    report.says(token.claims, token.text.expose().len());
    Ok((report, Some(token.text)))
}

/// The ID token that would stand beside the access token.
pub(super) async fn id_token(
    bench: &Bench<'_>,
    subject: &Subject,
    hooks: &[Hook],
    access_token: Option<&Secret>,
) -> Result<PreviewedOutput, PreviewError> {
    if !subject.scope.contains(OPENID) {
        let reason = "without the scope openid there is no ID token";
        return Ok(PreviewedOutput::absent(Output::IdToken, reason));
    }
    let (now, client) = (bench.mint.now, &subject.client);
    let content = subject.content(None);
    let draft = id_token::draft(bench.token_issuer, client, &subject.facts, content, now);
    let occasion = subject.occasion(bench, Output::IdToken);
    let question = Question {
        occasion: &occasion,
        output: Output::IdToken,
        draft: asked_about(bench, &draft, &subject.facts.tenancy),
    };
    let (mut report, additions) = walk(bench, hooks, &question).await?;
    if let Some(additions) = additions {
        let mut facts = subject.facts.clone();
        facts.decided = Some(Decided {
            jti: TokenId::new(now, bench.mint.entropy),
            access_token: None,
            id_token: Some(additions),
        });
        let content = subject.content(access_token);
        let token = id_token::mint(bench.token_issuer, bench.keys, client, &facts, content, now)?;
        let said = bench.keys.verify_hint(token.expose(), id_token::TYPE)?;
        report.says(said, token.expose().len());
    }
    Ok(report)
}

/// What userinfo would answer for the access token.
pub(super) async fn userinfo(
    bench: &Bench<'_>,
    subject: &Subject,
    hooks: &[Hook],
) -> Result<PreviewedOutput, PreviewError> {
    if !subject.scope.contains(OPENID) {
        let reason = "without the scope openid userinfo does not answer";
        return Ok(PreviewedOutput::absent(Output::Userinfo, reason));
    }
    if subject.resource.is_some() {
        let reason = "userinfo does not answer a token for another audience";
        return Ok(PreviewedOutput::absent(Output::Userinfo, reason));
    }
    let mut tenancy = subject.facts.tenancy.clone();
    if let Some(organizations) = &subject.organizations {
        tenancy.insert(ORGANIZATIONS.to_owned(), organizations.clone());
    }
    let switches = Switches::new(false, |scope| subject.scope.contains(scope));
    let draft = assemble::draft_userinfo(&subject.user.id, &tenancy, subject.standard(), switches);
    let occasion = subject.occasion(bench, Output::Userinfo);
    let question = Question {
        occasion: &occasion,
        output: Output::Userinfo,
        draft: asked_about(bench, &draft, &tenancy),
    };
    let (mut report, additions) = walk(bench, hooks, &question).await?;
    if let Some(additions) = additions {
        let said = assemble::userinfo(draft, Some(&additions)).map_err(MintError::Hook)?;
        let size = Value::Object(said.clone()).to_string().len();
        report.says(said, size);
    }
    Ok(report)
}

fn asked_about<'a>(
    bench: &Bench<'_>,
    draft: &'a assemble::Draft,
    facts: &'a Map<String, Value>,
) -> Draft<'a> {
    Draft {
        protocol: &draft.protocol,
        tenancy: &draft.tenancy,
        facts,
        user_role_alias: bench.token_issuer.settings.user_role_alias,
        claim_names: None,
    }
}

/// Asks each hook of the output in turn. Gives what is said beside the protocol's claims; none if a hook ends it.
async fn walk(
    bench: &Bench<'_>,
    hooks: &[Hook],
    question: &Question<'_>,
) -> Result<(PreviewedOutput, Option<Map<String, Value>>), PreviewError> {
    let mut report = PreviewedOutput::of(question.output);
    let mut additions = question.draft.tenancy.clone();
    let asked = hooks
        .iter()
        .filter(|hook| hook.settings.outputs.contains(&question.output));
    for hook in asked {
        let (step, said) = preview::step(bench.hooks, hook, question, &additions).await?;
        if report.failure.is_none() && stops(hook, &step) {
            report.fails(step.failure.clone());
        }
        // A failure that falls back leaves what stood before.
        if step.failure.is_none() {
            additions = said;
        }
        report.steps.push(step);
    }
    if let Err(error) = response::check_size(&additions)
        && report.failure.is_none()
    {
        report.fails(Some(Failure::from(&error)));
    }
    let ends = report.failure.is_some();
    Ok((report, (!ends).then_some(additions)))
}

fn stops(hook: &Hook, step: &HookDryRun) -> bool {
    step.failure
        .as_ref()
        .is_some_and(|failure| failure.is_refusal || hook.settings.on_failure == OnFailure::Closed)
}
