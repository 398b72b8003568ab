//! Owns what a preview does for one output: asks the hooks that list it and puts together what would be said, by the mint
//! path of every grant. Nobody gets it, and no grant knows it.

use serde_json::{Map, Value};

use super::report::{PreviewError, PreviewedOutput};
use super::subject::Subject;
use crate::base::id::{HookEventId, TokenId};
use crate::base::secret::Secret;
use crate::claims::mint::{self, Content, Decided, HookOccasion, MintRequest};
use crate::claims::preview::{self, Candidates};
use crate::claims::subject::{PersonFacts, Subject as TokenSubject};
use crate::claims::{MintContext, MintError, Recipient};
use crate::protocol::claims::{self, Output};
use crate::protocol::scope::{OPENID, ORGANIZATIONS};
use crate::token::access_token::{self, AccessTokenRequest};
use crate::token::id_token::{self, IdTokenRequest};

/// What a dry run stands on.
#[derive(Clone, Copy)]
pub(super) struct PreviewContext<'a> {
    pub(super) mint: MintContext<'a>,
    pub(super) candidates: Candidates<'a>,
    pub(super) subject: &'a Subject,
}

impl Subject {
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
}

impl PreviewContext<'_> {
    /// Asks about one output; what would be said beside the protocol's claims, none if a hook ends it.
    async fn ask(self, request: MintRequest<'_>) -> Result<(PreviewedOutput, Option<Decided>), PreviewError> {
        let MintContext {
            token_issuer,
            now,
            entropy,
            ..
        } = self.mint;
        let output = request.content.output();
        let occasion = HookOccasion {
            event_id: HookEventId::new(now, entropy),
            client_id: self.subject.client.client_id.clone(),
            first_party: self.subject.client.metadata.first_party,
            grant_type: (output != Output::Userinfo).then_some(self.subject.grant_type),
            since: None,
            preview: true,
        };
        let run = preview::dry_run(token_issuer, self.candidates, request, &occasion, now).await?;
        let mut report = PreviewedOutput::of(output);
        report.steps = run.steps;
        if run.failure.is_some() {
            report.fails(run.failure);
        }
        Ok((report, run.decided))
    }
}

/// The access token, and its text if there would be one.
pub(super) async fn access_token(
    context: PreviewContext<'_>,
) -> Result<(PreviewedOutput, Option<Secret>), PreviewError> {
    let PreviewContext { mint, subject, .. } = context;
    let jti = TokenId::new(mint.now, mint.entropy);
    let request = AccessTokenRequest {
        subject: TokenSubject::Person(&subject.person, &subject.facts),
        recipient: subject.recipient(),
        scope: &subject.scope,
        jti: &jti,
    };
    let (mut report, decided) = context.ask(request.mint_request()).await?;
    let Some(decided) = decided else {
        return Ok((report, None));
    };
    let token = access_token::mint(mint, request, Some(&decided))?;
    report.says(token.claims, token.text.expose().len());
    Ok((report, Some(token.text)))
}

/// The ID token that would stand beside the access token.
pub(super) async fn id_token(
    context: PreviewContext<'_>,
    access_token: Option<&Secret>,
) -> Result<PreviewedOutput, PreviewError> {
    let PreviewContext { mint, subject, .. } = context;
    if !subject.scope.contains(OPENID) {
        let reason = "without the scope openid there is no ID token";
        return Ok(PreviewedOutput::absent(Output::IdToken, reason));
    }
    let standard = if subject.client.has_full_id_token() {
        subject.standard()
    } else {
        Map::new()
    };
    let request = IdTokenRequest {
        person: &subject.person,
        grant: &subject.facts,
        recipient: subject.recipient(),
        scope: &subject.scope,
        nonce: None,
        standard: &standard,
    };
    let (mut report, decided) = context.ask(request.mint_request()).await?;
    if let Some(decided) = decided {
        let token = id_token::mint(mint, request, access_token, Some(&decided))?;
        let said = mint.keys.verify_hint(token.expose(), id_token::TYPE)?;
        report.says(said, token.expose().len());
    }
    Ok(report)
}

/// What userinfo would answer for the access token.
pub(super) async fn userinfo(context: PreviewContext<'_>) -> Result<PreviewedOutput, PreviewError> {
    let PreviewContext { mint, subject, .. } = context;
    if !subject.scope.contains(OPENID) {
        let reason = "without the scope openid userinfo does not answer";
        return Ok(PreviewedOutput::absent(Output::Userinfo, reason));
    }
    if subject.resource.is_some() {
        let reason = "userinfo does not answer a token for another audience";
        return Ok(PreviewedOutput::absent(Output::Userinfo, reason));
    }
    let mut tenancy = subject.person.tenancy.clone();
    if let Some(organizations) = &subject.organizations {
        tenancy.insert(ORGANIZATIONS.to_owned(), organizations.clone());
    }
    let request = MintRequest {
        scope: &subject.scope,
        content: Content::Userinfo {
            person: &PersonFacts {
                user_id: subject.user.id.clone(),
                tenancy,
            },
            standard: &subject.standard(),
        },
    };
    let (mut report, decided) = context.ask(request).await?;
    if let Some(decided) = decided {
        let said = mint::claims(mint.token_issuer, request, mint.now, Some(&decided));
        let said = said.map_err(MintError::Hook)?;
        let size = Value::Object(said.clone()).to_string().len();
        report.says(said, size);
    }
    Ok(report)
}
