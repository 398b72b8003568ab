//! Whether every stored key opens, which key signs with each algorithm, and what is next for it.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::app::rotation_state;
use crate::config::SignetConfig;
use crate::db::{PgConnection, connect, told};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{Policy, StepKind, View, first_names, plan};
use crate::signing::signing_keys::SigningKeys;

/// A line for each algorithm that is signed with, or what is wrong with the keys as a whole.
pub(super) async fn looked_at(
    config: &SignetConfig,
    connection: &mut PgConnection,
    keyring: &Keyring,
) -> Result<Vec<Checked>, Problem> {
    let keys = SigningKeys::load(connection, keyring, &config.signing)
        .await
        .map_err(|error| Problem::new(FindingId::KeysUnopened, told(&error)))?;
    if let Some(unopened) = keys.current().unopened().first() {
        return Err(Problem::new(FindingId::KeysUnopened, unopened.reason.clone()));
    }
    let now = connect::measure(connection).await?.time;
    let (view, policy) = rotation_state(connection, config, now).await?;
    if view.keys.is_empty() {
        return Ok(vec![Ok("none yet: the first start makes them".to_owned())]);
    }
    let offered = Algorithm::ALL
        .into_iter()
        .filter(|algorithm| policy.offered.contains(algorithm));
    Ok(offered
        .map(|algorithm| state(&view, &policy, algorithm))
        .collect())
}

/// What signs, and what is next.
fn state(view: &View, policy: &Policy, algorithm: Algorithm) -> Checked {
    let alg = algorithm.name();
    let signs = view.find(algorithm, KeyStatus::Active).map_or_else(
        || "no key signs yet".to_owned(),
        |key| format!("{} signs", key.key_id),
    );
    let steps = plan(view, policy, algorithm);
    let Some(activate) = steps.iter().find(|step| step.kind == StepKind::Activate) else {
        return Ok(format!("{alg}: {signs}"));
    };
    if steps.iter().any(|step| step.kind == StepKind::Replace) {
        return Ok(format!(
            "{alg}: {signs}; its next key is being made anew with another size"
        ));
    }
    let Some(next) = &activate.key_id else {
        return Err(Problem::new(
            FindingId::KeysNextMissing,
            format!(
                "{alg}: {signs}, and no next key is published beside it, so that a lost one cannot be replaced without a \
                 wait: a running server publishes one within ten seconds; if none does, its log says why"
            ),
        ));
    };
    let waits_for = [&activate.blocked_by[..], &activate.unpublished_by].concat();
    if activate.is_held_up(view.now) {
        return Err(Problem::new(
            FindingId::KeysHeldUp,
            format!(
                "{alg}: {signs}, and {next} waits to take its place for {}: `signet keys status` says why, `signet keys \
                 rotate --accept-breaking NAME` goes on without a verifier",
                first_names(&waits_for)
            ),
        ));
    }
    let when = activate.earliest.format("%Y-%m-%d %H:%M:%S UTC");
    let wanted = if activate.wanted { "" } else { ", if asked for" };
    Ok(format!("{alg}: {signs}; next is {next}, from {when} on{wanted}"))
}
