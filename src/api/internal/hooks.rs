//! Owns `/api/v1/internal/hooks/preview`: the answer of `signet hook preview`, for a service whose key has the scope
//! `hooks:preview`. It issues nothing, keeps no event, and asks no hook with a connection in hand. The key and the
//! question are noted before any hook is asked.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;

use crate::api::body::Body;
use crate::api::refusal::Refusal;
use crate::audit::{self, Event};
use crate::authentication::service_key::{ServiceKey, ServiceScope};
use crate::base::id::{ClientId, ServiceKeyId};
use crate::base::origin::Origin;
use crate::client::{ClientError, service as clients};
use crate::db::Work;
use crate::db::work::Circumstances;
use crate::grant::preview::{self, Asked, GRANT_TYPES, Prepared, PreviewError};
use crate::hook::definition::{FunctionName, Target};
use crate::hook::service::{self as hooks, HookServiceError};
use crate::hook::{AskError, Hook, Settings};
use crate::http::edge::Edge;
use crate::http::extract::service_key;
use crate::http::respond::failure::Failure;
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;
use crate::token::access_token::Moment;
use crate::token::issuance::MintError;
use crate::user::service as users;

/// A service that may preview, known before its body is read.
pub struct Previewer {
    key: ServiceKey,
    edge: Edge,
    circumstances: Circumstances,
}

impl FromRequestParts<Edge> for Previewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Response> {
        let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
        let circumstances = edge.app.circumstances(origin);
        let scope = ServiceScope::HooksPreview;
        match service_key::require(edge, &parts.headers, &circumstances, scope).await {
            Ok(key) => Ok(Self {
                key,
                edge: edge.clone(),
                circumstances,
            }),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// Whose token, for which client, and which hooks: every enabled one, a registered one, or a function that is not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    user: String,
    client: String,
    organization: Option<String>,
    grant_type: Option<String>,
    hook: Option<String>,
    candidate: Option<String>,
    outputs: Option<Vec<String>>,
}

/// What hooks would do to what is said of one person.
pub async fn preview(previewer: Previewer, Body(question): Body<Question>) -> Result<Response, Refusal> {
    let Previewer {
        key,
        edge,
        circumstances,
    } = previewer;
    let grant_type = question.grant_type()?;
    let mut work = edge.app.begin(circumstances.clone()).await?;
    let asked_hooks = question.hooks(&edge, &mut work).await?;
    let prepared = question.prepare(&edge, &mut work, grant_type, &key.id).await?;
    work.commit().await?;
    let moment = Moment {
        now: circumstances.now,
        entropy: &*circumstances.entropy,
        epoch: circumstances.epoch,
    };
    let issuance = edge.app.issuance();
    let ways = issuance.hooks.apart();
    let shown = preview::preview(prepared, issuance, (&ways, &asked_hooks), moment)
        .await
        .map_err(unanswered)?;
    Ok(Json(shown).into_response())
}

impl Question {
    fn grant_type(&self) -> Result<GrantType, Refusal> {
        let Some(name) = self.grant_type.as_deref() else {
            return Ok(GrantType::AuthorizationCode);
        };
        GrantType::parse(name)
            .filter(|grant_type| GRANT_TYPES.contains(grant_type))
            .ok_or_else(|| Refusal::invalid("grant_type: authorization_code or refresh_token"))
    }

    /// The outputs that a candidate is asked for.
    fn outputs(&self) -> Result<Option<BTreeSet<Output>>, Refusal> {
        let Some(names) = &self.outputs else {
            return Ok(None);
        };
        let outputs: Option<BTreeSet<_>> = names.iter().map(|name| Output::parse(name)).collect();
        outputs
            .filter(|outputs| !outputs.is_empty())
            .map(Some)
            .ok_or_else(|| Refusal::invalid("outputs: some of access_token, id_token, userinfo"))
    }

    /// Which hooks are asked.
    async fn hooks(&self, edge: &Edge, work: &mut Work) -> Result<Vec<Hook>, Refusal> {
        match (&self.hook, &self.candidate) {
            (Some(_), Some(_)) => Err(Refusal::invalid("hook, candidate: at most one of them")),
            (_, None) if self.outputs.is_some() => Err(Refusal::invalid(
                "outputs: only a candidate is asked for what is named here",
            )),
            (Some(name), None) => {
                let found = hooks::find(work, edge.app.keyring(), name).await;
                Ok(vec![found.map_err(unreadable)?])
            }
            (None, Some(function)) => {
                let target = Target::Sql(FunctionName::parse(function).map_err(Refusal::invalid)?);
                let mut settings = Settings::new("candidate", target);
                if let Some(outputs) = self.outputs()? {
                    settings.outputs = outputs;
                }
                Ok(vec![Hook::unregistered(settings)])
            }
            (None, None) => {
                let set = edge.app.issuance().hooks.current();
                Ok(set
                    .all()
                    .filter(|hook| !hook.settings.shadow)
                    .map(|hook| (**hook).clone())
                    .collect())
            }
        }
    }

    /// Reads what a grant would read, and notes who asks about whom.
    async fn prepare(
        &self,
        edge: &Edge,
        work: &mut Work,
        grant_type: GrantType,
        key: &ServiceKeyId,
    ) -> Result<Prepared, Refusal> {
        let user = users::find_by_reference(work, &self.user)
            .await?
            .ok_or_else(|| unknown("user_not_found", "user"))?;
        let client = clients::show(work, &ClientId::from_text(self.client.as_str()))
            .await
            .map_err(|error| match error {
                ClientError::Database(error) => error.into(),
                _ => unknown("client_not_found", "client"),
            })?;
        let event = Event::HooksPreviewed {
            key: key.clone(),
            user: user.id.clone(),
            client: client.client_id.clone(),
        };
        let asked = Asked {
            user: Box::new(user),
            client: Box::new(client),
            organization: self.organization.as_deref(),
            grant_type,
        };
        let prepared = preview::prepare(work, edge.app.issuance(), edge.app.resources(), asked)
            .await
            .map_err(unanswered)?;
        audit::record(work, event).await?;
        Ok(prepared)
    }
}

fn unknown(code: &'static str, what: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, format!("there is no such {what}"))
}

fn unreadable(error: HookServiceError) -> Refusal {
    match error {
        HookServiceError::Database(error) => error.into(),
        HookServiceError::Unknown(_) => unknown("hook_not_found", "hook"),
        error => Refusal::new(StatusCode::CONFLICT, "hook_unusable", error.to_string()),
    }
}

fn unanswered(error: PreviewError) -> Refusal {
    match error {
        PreviewError::UnknownOrganization(_) => unknown("organization_not_found", "organization"),
        PreviewError::Database(error) | PreviewError::Ask(AskError::Database(error)) => error.into(),
        PreviewError::Ask(AskError::Hook(error)) => Refusal::Failure(Failure::from(MintError::Hook(error))),
        PreviewError::Verification(_) => Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "keys_changed",
            "the signing keys changed meanwhile: ask again",
        ),
        PreviewError::Mint(error) => Refusal::Failure(Failure::from(error)),
    }
}
