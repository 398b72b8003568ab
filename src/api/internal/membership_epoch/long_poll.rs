//! Owns the long poll itself: everything without a cursor, what is new with one, and an answer in time either way, so
//! that its silence means something downstream.

use std::time::Duration;

use axum::extract::State;
use axum::{Extension, Json};
use http::StatusCode;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::watch::Watch;
use crate::api::openapi::{ServiceProblems, optional_query};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::form::Query;
use crate::http::extract::params::Params;
use crate::http::extract::service_caller::{EpochRead, ServiceCaller};
use crate::http::respond::failure::Failure;
use crate::http::respond::problem::Problem;
use crate::token::cutoff::{self, Changes, Cursor, Cutoff};

/// How long an answer waits for news. Downstream trusts what it has for ten seconds.
const WAIT: Duration = Duration::from_secs(5);
/// The longest that may be asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// What is new.
#[derive(Serialize, ToSchema)]
#[schema(as = Cutoffs)]
pub struct CutoffPage {
    /// What the next question has as `after`.
    cursor: String,
    /// Whether this is everything: what was known before counts no longer.
    full: bool,
    /// Whether there is more already.
    more: bool,
    /// For how many seconds a cut-off has to be kept.
    max_age: u64,
    /// The cut-offs.
    cutoffs: Vec<Cutoff>,
}

/// What the query may say.
pub struct Since;

impl IntoParams for Since {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let wait = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .maximum(Some(LONGEST_WAIT.as_secs()))
            .default(Some(WAIT.as_secs().into()))
            .build();
        vec![
            optional_query(
                "after",
                Object::with_type(Type::String),
                "The cursor of an earlier answer; without it, everything.",
            ),
            optional_query("wait", wait, "How many seconds an answer may wait for news."),
        ]
    }
}

/// Cut-offs since a cursor; a long poll
///
/// The key needs the scope `epoch:read`.
#[utoipa::path(
    get, path = "/internal/membership-epoch", operation_id = "membershipEpoch", tag = "services",
    params(Since),
    responses((status = 200, description = "The answer", body = CutoffPage), ServiceProblems),
    security(("serviceKey" = ["epoch:read"]), ("serviceKeyAsBearer" = ["epoch:read"])),
)]
pub async fn get(
    State(state): State<AppState>,
    Extension(watch): Extension<Watch>,
    context: RequestContext,
    _: ServiceCaller<EpochRead>,
    Query(params): Query,
) -> Result<Json<CutoffPage>, Problem> {
    let request_id = context.origin.request_id.clone();
    let refuse = |code, detail| Problem::new(StatusCode::BAD_REQUEST, code, detail, &request_id);
    let params =
        params.map_err(|_| refuse("invalid_request", "The query is malformed or repeats a name."))?;
    let after = match params.get("after") {
        None => None,
        Some(text) => Some(Cursor::parse(text).ok_or_else(|| {
            refuse(
                "cursor_malformed",
                "after is no cursor of ours; leave it out to begin anew.",
            )
        })?),
    };
    let wait = wait(&params).ok_or_else(|| refuse("wait_malformed", "wait is 0 to 25 seconds."))?;
    let changes = read(&state, &watch, context, after, wait)
        .await
        .map_err(|error| Failure::from(error).problem(&request_id))?;
    Ok(Json(CutoffPage {
        cursor: changes.cursor.to_string(),
        full: changes.full,
        more: changes.more,
        max_age: cutoff::KEPT.as_secs(),
        cutoffs: changes.cutoffs,
    }))
}

fn wait(params: &Params) -> Option<Duration> {
    let Some(text) = params.get("wait") else {
        return Some(WAIT);
    };
    let wait = Duration::from_secs(text.parse().ok()?);
    (wait <= LONGEST_WAIT).then_some(wait)
}

/// Reads, and reads again when there is news or the time is over. No connection is held while waiting.
async fn read(
    state: &AppState,
    watch: &Watch,
    context: RequestContext,
    after: Option<Cursor>,
    wait: Duration,
) -> Result<Changes, crate::db::DatabaseError> {
    let deadline = tokio::time::Instant::now() + wait;
    // Before the first reading, so that what comes between that and the waiting is not missed.
    let mut waiting = watch.wait(&state.app);
    loop {
        let late = tokio::time::Instant::now() >= deadline;
        let mut work = state.app.repeatable(context.clone()).await?;
        let changes = cutoff::changes(&mut work, after.as_ref()).await?;
        drop(work);
        if late || changes.full || !changes.cutoffs.is_empty() {
            return Ok(changes);
        }
        let _ = tokio::time::timeout_at(deadline, waiting.news()).await;
    }
}
