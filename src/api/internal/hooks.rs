//! Owns `/api/v1/internal/hooks/preview`: the answer of `signet hook preview`, for a service whose key has the scope
//! `hooks:preview`. It issues nothing, keeps no event, and asks no hook with a connection in hand. The key and the
//! question are noted before any hook is asked, and if the question is refused.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::openapi::ServiceProblems;
use crate::api::refusal::Refusal;
use crate::audit::{self, HookEvent};
use crate::claims::MintContext;
use crate::claims::preview::Candidates;
use crate::client::{Client, Resource};
use crate::db::UnitOfWork;
use crate::db::unit_of_work::RequestContext;
use crate::grant::preview::{self, Asked, Prepared, Preview, PreviewError, PreviewGrantType};
use crate::hook::service::{self as hooks, HookServiceError};
use crate::hook::{AskError, Hook};
use crate::http::app_state::AppState;
use crate::http::extract::service_caller::{HooksPreview, ServiceCaller};
use crate::protocol::grant_type::GrantType;
use crate::user::{User, service as users};

/// Whose token, for which client, and which hooks: every enabled one, or one of them.
#[derive(Deserialize, ToSchema)]
#[schema(as = PreviewQuestion)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Id, e-mail or user name.
    user: String,
    /// The application's `client_id`.
    client: String,
    /// Id or slug.
    organization: Option<String>,
    /// How the token would come about; by a code if it is left out.
    #[schema(value_type = Option<PreviewGrantType>)]
    grant_type: Option<String>,
    /// An enabled hook; every one, if absent.
    hook: Option<String>,
}

/// For whom the token would be.
struct For {
    client: Arc<Client>,
    resource: Option<Arc<Resource>>,
}

/// What hooks would make of what is said of one person; nothing is issued
///
/// The key needs the scope `hooks:preview`. Two previews at a time; a further one is 429.
#[utoipa::path(
    post, path = "/internal/hooks/preview", operation_id = "previewHooks", tag = "services",
    request_body = Question,
    responses((status = 200, description = "The answer", body = Preview), ServiceProblems),
    security(("serviceKey" = ["hooks:preview"]), ("serviceKeyAsBearer" = ["hooks:preview"])),
)]
pub async fn preview(
    State(state): State<AppState>,
    context: RequestContext,
    caller: ServiceCaller<HooksPreview>,
    Body(question): Body<Question>,
) -> Result<Json<Preview>, Refusal> {
    let grant_type = question.grant_type()?;
    let token_issuer = state.app.token_issuer();
    let _permit = token_issuer.hooks.preview_permit().ok_or_else(busy)?;
    // Before the transaction begins: each look-up has a connection of its own.
    let recipient = question.recipient(&state).await?;
    let mut work = state.app.begin(context.clone()).await?;
    let user = users::find_by_reference(&mut work, &question.user).await?;
    let known = user.as_ref().map(|user| user.id.clone());
    let ready = question
        .prepare(&state, &mut work, grant_type, user, recipient.as_ref())
        .await;
    // Who tries out names is on record too.
    let problem = match &ready {
        Ok(_) => None,
        Err(Refusal::Problem { code, .. }) => Some(*code),
        Err(Refusal::Failure(failure)) => return Err(Refusal::Failure(*failure)),
    };
    let event = HookEvent::Previewed {
        key: caller.key.id,
        user: known,
        client: recipient.map(|found| found.client.client_id.clone()),
        problem,
    };
    audit::record(&mut work, event).await?;
    work.commit().await?;
    let (prepared, hooks) = ready?;
    let keys = token_issuer.keys.current();
    let mint = MintContext {
        token_issuer,
        keys: &keys,
        now: context.now,
        entropy: &*context.entropy,
        epoch: context.epoch,
    };
    let transports = token_issuer.hooks.apart(context.now);
    let candidates = Candidates {
        transports: &transports,
        hooks: &hooks,
    };
    Ok(Json(preview::preview(prepared, mint, candidates).await?))
}

impl Question {
    fn grant_type(&self) -> Result<GrantType, Refusal> {
        let Some(name) = self.grant_type.as_deref() else {
            return Ok(GrantType::AuthorizationCode);
        };
        GrantType::parse(name)
            .filter(|grant_type| grant_type.needs_a_person())
            .ok_or_else(|| {
                let possible: Vec<_> = GrantType::of_people().map(GrantType::name).collect();
                Refusal::invalid(format!("grant_type: {}", possible.join(" or ")))
            })
    }

    /// The client with its default audience; none if there is no such client.
    async fn recipient(&self, state: &AppState) -> Result<Option<For>, Refusal> {
        let Some(client) = state.app.clients().find(&self.client).await? else {
            return Ok(None);
        };
        let resource = match &client.metadata.default_resource {
            Some(identifier) => state.app.resources().find(identifier).await?,
            None => None,
        };
        Ok(Some(For { client, resource }))
    }

    /// Which hooks are asked. One that is disabled is asked on the command line only: its events would go out signed.
    async fn hooks(&self, state: &AppState, work: &mut UnitOfWork) -> Result<Vec<Hook>, Refusal> {
        let Some(name) = &self.hook else {
            let set = state.app.token_issuer().hooks.current();
            return Ok(set
                .all()
                .filter(|hook| !hook.settings.shadow)
                .map(|hook| (**hook).clone())
                .collect());
        };
        let hook = hooks::find(work, state.app.keyring(), name).await?;
        if !hook.settings.enabled {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "hook_disabled",
                "the hook is disabled: `signet hook preview` asks it all the same",
            ));
        }
        Ok(vec![hook])
    }

    /// Reads what a grant would read.
    async fn prepare(
        &self,
        state: &AppState,
        work: &mut UnitOfWork,
        grant_type: GrantType,
        user: Option<User>,
        recipient: Option<&For>,
    ) -> Result<(Prepared, Vec<Hook>), Refusal> {
        let user = user.ok_or_else(|| unknown("user_not_found", "user"))?;
        let recipient = recipient.ok_or_else(|| unknown("client_not_found", "client"))?;
        let hooks = self.hooks(state, work).await?;
        let asked = Asked {
            user: Box::new(user),
            client: Box::new((*recipient.client).clone()),
            resource: recipient.resource.clone(),
            organization: self.organization.as_deref(),
            grant_type,
        };
        let prepared = preview::prepare(work, state.app.token_issuer(), asked).await?;
        Ok((prepared, hooks))
    }
}

fn busy() -> Refusal {
    Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_previews",
        "other previews are under way: ask again",
    )
}

fn unknown(code: &'static str, what: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, format!("there is no such {what}"))
}

impl From<HookServiceError> for Refusal {
    fn from(error: HookServiceError) -> Self {
        match error {
            HookServiceError::Database(error) => error.into(),
            HookServiceError::Unknown(_) => unknown("hook_not_found", "hook"),
            error => Self::new(StatusCode::CONFLICT, "hook_unusable", error.to_string()),
        }
    }
}

impl From<PreviewError> for Refusal {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::UnknownOrganization(_) => unknown("organization_not_found", "organization"),
            PreviewError::Database(error) | PreviewError::Ask(AskError::Database(error)) => error.into(),
            PreviewError::Ask(AskError::Hook(error)) => Self::Failure(error.into()),
            PreviewError::Verification(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "keys_changed",
                "the signing keys changed meanwhile: ask again",
            ),
            PreviewError::Mint(error) => Self::Failure(error.into()),
        }
    }
}
