//! Owns the refusal of registrations with an algorithm that nothing is signed with. Whoever has one already keeps it, and
//! may be changed otherwise; only a new use is refused.

use anyhow::{Result, bail};

use crate::client::algorithm_use::{self, AlgorithmUser, AlgorithmUserKind};
use crate::config::SigningSettings;
use crate::db::UnitOfWork;
use crate::protocol::algorithm::Algorithm;

/// What one client or resource was registered with before it is changed.
pub(super) struct Before<'a> {
    signing: &'a SigningSettings,
    kind: AlgorithmUserKind,
    id: String,
    known: Vec<Algorithm>,
}

impl<'a> Before<'a> {
    /// Looks at what there is.
    pub(super) async fn look(
        work: &mut UnitOfWork,
        signing: &'a SigningSettings,
        kind: AlgorithmUserKind,
        id: &str,
    ) -> Result<Self> {
        let known = algorithm_use::of(work.connection()?, kind, id, &signing.left_out()).await?;
        Ok(Self {
            signing,
            kind,
            id: id.to_owned(),
            known,
        })
    }

    /// Refuses what was done since, if it asks for an algorithm that is left out and was not asked for before.
    pub(super) async fn require_no_new_use(self, work: &mut UnitOfWork) -> Result<()> {
        let Self {
            signing,
            kind,
            id,
            known,
        } = self;
        let now = algorithm_use::of(work.connection()?, kind, &id, &signing.left_out()).await?;
        if let Some(algorithm) = now.into_iter().find(|algorithm| !known.contains(algorithm)) {
            let user = AlgorithmUser { kind, id, algorithm };
            let name = algorithm.name();
            let signed = Algorithm::names(&signing.algorithms);
            bail!(
                "the {user} would be registered with {name}, which signing.algorithms leaves out \
                 (invalid_client_metadata): choose one of {signed}, or add {name} there first"
            );
        }
        Ok(())
    }
}
